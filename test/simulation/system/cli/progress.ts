import { Presets, SingleBar } from "cli-progress";

/** A bar on a terminal, and nothing anywhere else. */
export function progressBar(total: number, what: string) {
  if (!process.stderr.isTTY) return { step: () => undefined, stop: () => undefined };
  const format = `${what} {bar} {value}/{total} · {duration_formatted}, {eta_formatted} left`;
  const bar = new SingleBar(
    { format, hideCursor: true, stream: process.stderr },
    Presets.shades_classic,
  );
  bar.start(total, 0);
  return {
    step: () => {
      bar.increment();
    },
    stop: () => bar.stop(),
  };
}
