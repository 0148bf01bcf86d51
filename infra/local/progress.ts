import { Presets, SingleBar } from "cli-progress";

/** How far long work has come: a bar in a terminal, a line now and then elsewhere. */
export interface Progress {
  update(done: number, total: number): void;
  stop(): void;
}

const LINE_EVERY_MS = 5000;

export function startProgress(label: string, out: NodeJS.WriteStream): Progress {
  return out.isTTY ? bar(label, out) : lines(label, out);
}

function bar(label: string, out: NodeJS.WriteStream): Progress {
  const startedMs = Date.now();
  const single = new SingleBar(
    {
      format: `${label} {bar} {value}/{total} records | {rate}/s | {left} left`,
      stream: out,
      hideCursor: true,
      barsize: 24,
    },
    Presets.shades_classic,
  );
  single.start(1, 0, { rate: 0, left: "?" });
  return {
    update(done, total) {
      single.setTotal(Math.max(total, 1));
      single.update(done, pace(done, total, Date.now() - startedMs));
    },
    stop: () => single.stop(),
  };
}

function lines(label: string, out: NodeJS.WriteStream): Progress {
  const startedMs = Date.now();
  let saidMs = 0;
  let said = -1;
  return {
    update(done, total) {
      const now = Date.now();
      const isNews = done >= total && done !== said;
      if (now - saidMs < LINE_EVERY_MS && !isNews) return;
      saidMs = now;
      said = done;
      const { rate, left } = pace(done, total, now - startedMs);
      out.write(`${label}: ${done} of ${total} records, ${rate}/s, ${left} left\n`);
    },
    stop: () => undefined,
  };
}

function pace(done: number, total: number, elapsedMs: number): { rate: number; left: string } {
  const rate = elapsedMs > 0 ? Math.round((done * 1000) / elapsedMs) : 0;
  if (rate === 0) return { rate, left: "?" };
  const seconds = Math.max(0, Math.ceil((total - done) / rate));
  return { rate, left: seconds > 90 ? `${Math.ceil(seconds / 60)} min` : `${seconds} s` };
}
