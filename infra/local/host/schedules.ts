import { Cron } from "croner";

/** When something happens, read from an expression of EventBridge Scheduler. */
export type Timing =
  | { readonly kind: "every"; readonly intervalMs: number }
  | { readonly kind: "cron"; readonly pattern: string };

const UNIT_MS: Readonly<Record<string, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/**
 * Reads `rate(5 minutes)` or `cron(0 6 ? * MON-FRI *)`.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export function readTiming(expression: string): Timing {
  const rate = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression);
  const unitMs = UNIT_MS[rate?.[2] ?? ""];
  if (rate && unitMs !== undefined) return { kind: "every", intervalMs: Number(rate[1]) * unitMs };
  const fields = /^cron\((.+)\)$/.exec(expression)?.[1]?.trim().split(/\s+/);
  if (fields?.length !== 6)
    throw new Error(`The local host does not know the schedule '${expression}'`);
  const [minute, hour, day, month, weekday = "?", year] = fields;
  // AWS counts days from Sunday = 1, croner from Sunday = 0.
  const shifted = weekday.replaceAll(/\d+/g, (digit) => String(Number(digit) - 1));
  const pattern = ["0", minute, hour, day, month, shifted, year].join(" ").replaceAll("?", "*");
  return { kind: "cron", pattern };
}

export interface Repeating {
  readonly timing: Timing;
  readonly timezone: string;
  /** Rejects never. The next run waits until it is done. */
  readonly run: () => Promise<void>;
}

/** Runs it on time, at once if it repeats by interval, and never twice at a time. Returns the way out. */
export function repeat({ timing, timezone, run }: Repeating): () => void {
  if (timing.kind === "cron") {
    const job = new Cron(timing.pattern, { timezone, protect: true, mode: "7-part" }, run);
    return () => job.stop();
  }
  let busy = false;
  const runOnce = async () => {
    if (busy) return;
    busy = true;
    await run();
    busy = false;
  };
  const timer = setInterval(() => void runOnce(), timing.intervalMs);
  void runOnce();
  return () => clearInterval(timer);
}
