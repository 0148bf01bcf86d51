import type { System } from "../../../shared/core/reconcile/system.ts";
import { violationsOf } from "./checks/all-checks.ts";
import type { Ending, Violation } from "./checks/check.ts";
import { readSides } from "./checks/read-sides.ts";
import { History } from "./history.ts";
import type { Story } from "./story/story.ts";

/** What became of one story. */
export interface Outcome {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly faults: Readonly<Record<string, number>>;
  readonly events: Readonly<Record<string, number>>;
  readonly calls: Readonly<Record<System, number>>;
  readonly writes: number;
  readonly redriven: number;
  /** The same for every run of one story, to the last write and its moment. */
  readonly fingerprint: string;
}

/** Runs a story from its beginning to some days after its end, and judges what is left. */
export async function runStory(story: Story, tell?: (line: string) => void): Promise<Outcome> {
  const history = await History.open(story, tell);
  await history.tellStory();
  const ending = await endOf(history);
  const { office, faults, people, wrote } = history;
  return {
    seed: story.seed,
    violations: violationsOf(ending),
    faults: Object.fromEntries(faults.injected),
    events: Object.fromEntries(people.counts),
    calls: { ...office.network.calls },
    writes: wrote.length,
    redriven: history.redriven,
    fingerprint: fingerprintOf(ending),
  };
}

async function endOf(history: History): Promise<Ending> {
  const { story, sides, office, people, wrote } = history;
  const isSettled = (await history.settle()) && (await settledByTheDay(history));
  const rows = await readSides(sides);
  const writes = wrote.length;
  if (isSettled) await history.wait();
  const rowsLater = isSettled ? await readSides(sides) : rows;
  return {
    story,
    isSettled,
    rows,
    rowsLater,
    wrote: wrote.slice(0, writes),
    wroteLater: wrote.slice(writes),
    records: office.memory.store.records(),
    history: office.memory.store.history(),
    typed: people.typed,
    united: people.united,
    isDeleted: (system, id) => people.deleted.has(`${system} ${id}`),
  };
}

/** What only a sweep finds takes a day, and then comes to rest as well. */
async function settledByTheDay(history: History): Promise<boolean> {
  await history.sweepAll();
  return history.settle();
}

function fingerprintOf({ wrote, wroteLater, rowsLater }: Ending): string {
  let hash = 0x811c9dc5;
  const text = JSON.stringify([wrote, wroteLater, rowsLater]);
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
