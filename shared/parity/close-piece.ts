import { nowText } from "../sync/subject.ts";
import { PARTS, type SweepWorld } from "./ports.ts";
import type { Sweep } from "./sweep.ts";

/** The piece of a sweep that compares a part of a kind. */
export function comparingOf(kind: string, part: string): string {
  return `compare ${kind} ${part}`;
}

/**
 * Once both CRMs are read, all parts are compared. Whoever died before they were sent for comes again, and
 * sends for them; a part that is compared twice is compared once.
 */
export async function closeReading(
  { sweeps, queue }: SweepWorld,
  { id, kinds }: Sweep,
  piece: string,
): Promise<void> {
  const open = await sweeps.close(id, piece);
  if (open.some((one) => one.startsWith("read "))) return;
  await sweeps.changeSweep(id, { state: "comparing" }, "reading");
  const messages = kinds.flatMap((kind) =>
    PARTS.map(
      (part) => ({ step: "parity-compare", sweep: id, kind, part, look: 1, attempt: 0 }) as const,
    ),
  );
  await queue.send(messages, 0);
}

/** With the last part, the sweep is done. */
export async function closeComparing(
  { sweeps, world }: SweepWorld,
  id: string,
  piece: string,
): Promise<void> {
  const open = await sweeps.close(id, piece);
  if (open.length === 0)
    await sweeps.changeSweep(id, { state: "done", endedAt: nowText(world) }, "comparing");
}
