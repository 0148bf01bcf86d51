import { readFileSync } from "node:fs";

/** Watches a process on Linux; the function it gives answers the most memory seen in use, in MiB. */
export function watchPeak(pid: number | undefined): () => number {
  let peakKiB = 0;
  const look = () => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      peakKiB = Math.max(peakKiB, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
    } catch {
      // It has ended, or this is no Linux: what was seen so far stands.
    }
  };
  const timer = setInterval(look, 250);
  timer.unref();
  return () => {
    clearInterval(timer);
    return peakKiB / 1024;
  };
}
