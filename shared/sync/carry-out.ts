import type { KindMapping } from "../core/mapping/mapping.ts";
import type { Conclusion, Written } from "./conclude.ts";
import { concludeWork } from "./conclude-work.ts";
import { decideAll, type Work } from "./decide-records.ts";
import { holdAll, rekey } from "./hold.ts";
import type { Ref } from "./ports.ts";
import type { AccordRecord } from "./record.ts";
import { nowText, type Subject, type World } from "./subject.ts";
import { differs } from "./tie-up.ts";
import { intentsOf, type Related, writeFields, writeRelations } from "./write-out.ts";

/** What became of a subject: done, or to be looked at again. */
export type Outcome =
  | {
      readonly done: true;
      readonly subject: Subject;
      readonly saved: AccordRecord | undefined;
      /** Persons whose own record does not know yet of a win that concerns them. */
      readonly unaware: readonly Ref[];
      readonly written: readonly Written[];
    }
  | {
      readonly done: false;
      readonly subject: Subject;
      readonly cause: string;
      readonly afterMs: number;
      readonly written: readonly Written[];
    };

const BUSY_MS = 2000;
const STALE_MS = 500;
const RETRY_MS = 5000;

/**
 * Decides each subject and carries the decision out: claim, write, commit (ARCHITECTURE: the write
 * protocol). Stopping anywhere is harmless: what was written agrees when it is next observed (R1).
 */
export async function carryOut(
  world: World,
  kind: KindMapping,
  subjects: readonly Subject[],
): Promise<Outcome[]> {
  const free = subjects.filter(({ before }) => (before.lease?.untilMs ?? 0) <= world.now());
  const busy = subjects.filter((subject) => !free.includes(subject));
  const works = await decideAll(world, kind, free);
  const outcomes = busy.map((subject) => again(subject, "another worker writes it", BUSY_MS));
  const quiet = works.filter((work) => !asksForWrites(work));
  const loud = works.filter(asksForWrites);
  outcomes.push(...(await Promise.all(quiet.map((work) => settle(world, kind, work)))));
  if (world.mode === "observe")
    outcomes.push(...(await Promise.all(loud.map((work) => propose(world, kind, work)))));
  else outcomes.push(...(await writeAll(world, kind, loud)));
  return outcomes;
}

function again(
  subject: Subject,
  cause: string,
  afterMs: number,
  written: readonly Written[] = [],
): Outcome {
  return { done: false, subject, cause, afterMs, written };
}

function asksForWrites({ writes, relations }: Work): boolean {
  return Object.keys(writes).length > 0 || (relations?.writes.length ?? 0) > 0;
}

/** Nothing to write: what was learnt is saved, and a settled record costs nothing (R4). */
async function settle(world: World, kind: KindMapping, work: Work): Promise<Outcome> {
  const { record, events } = concludeWork(world, kind, work, [], []);
  return saveLearnt(world, kind, work, { record: { ...record, proposed: [] }, events });
}

/** Read-only mode: the decision is kept as a proposal, no baseline moves, and no CRM is written (P9). */
async function propose(world: World, kind: KindMapping, work: Work): Promise<Outcome> {
  const { record } = concludeWork(world, kind, work, [], []);
  return saveLearnt(world, kind, work, {
    record: { ...record, proposed: intentsOf(work) },
    events: [],
  });
}

async function saveLearnt(
  world: World,
  kind: KindMapping,
  { subject, relations }: Work,
  { record, events }: Conclusion,
): Promise<Outcome> {
  const unaware = relations?.unaware ?? [];
  if (!differs(subject.before, record))
    return { done: true, subject, saved: undefined, unaware, written: [] };
  if (!(await holdAll(world, kind, subject, record)))
    return again(subject, "another record was faster", STALE_MS);
  const next = { ...record, lease: undefined, updatedAt: nowText(world) };
  const version = subject.before.version + 1;
  if (events.length > 0) await world.store.log([entryOf({ ...next, version }, events)]);
  if ((await world.store.save(next)) === "stale")
    return again(subject, "it changed meanwhile", STALE_MS);
  await rekey(world, kind, subject.before, next);
  return { done: true, subject, saved: next, unaware, written: [] };
}

function entryOf({ id, kind, updatedAt, version }: AccordRecord, events: Conclusion["events"]) {
  return { recordId: id, kind, at: updatedAt, version, events };
}

/** Claims every record that is to be written, writes them in batches, and commits one by one. */
async function writeAll(
  world: World,
  kind: KindMapping,
  works: readonly Work[],
): Promise<Outcome[]> {
  const claims = await Promise.all(works.map((work) => claim(world, kind, work)));
  const claimed = works.filter((_, index) => claims[index]);
  const lost = works.filter((_, index) => !claims[index]);
  const { written, related } = await writeClaimed(world, claimed);
  const outcomes = await Promise.all(
    claimed.map((work) =>
      commit(world, kind, work, written.get(work) ?? [], related.get(work) ?? []),
    ),
  );
  return [
    ...outcomes,
    ...lost.map(({ subject }) => again(subject, "it changed meanwhile", STALE_MS)),
  ];
}

async function writeClaimed(world: World, works: readonly Work[]) {
  try {
    const written = await writeFields(world, works);
    return { written, related: await writeRelations(world, works, written) };
  } catch (error) {
    // No request is under way any more, so the claims need not be waited out.
    await Promise.all(works.map(({ subject }) => release(world, subject)));
    throw error;
  }
}

async function release({ store }: World, { record, before }: Subject): Promise<void> {
  await store.save({ ...record, version: before.version + 1, lease: undefined });
}

async function claim(world: World, kind: KindMapping, work: Work): Promise<boolean> {
  const { subject } = work;
  if (!(await holdAll(world, kind, subject, subject.record))) return false;
  const lease = { untilMs: world.now() + world.leaseMs(), intends: intentsOf(work) };
  const claimed = { ...subject.record, lease, updatedAt: nowText(world) };
  return (await world.store.save(claimed)) === "saved";
}

async function commit(
  world: World,
  kind: KindMapping,
  work: Work,
  written: readonly Written[],
  related: readonly Related[],
): Promise<Outcome> {
  const { subject } = work;
  const unaware = work.relations?.unaware ?? [];
  const { record, events } = concludeWork(world, kind, work, written, related);
  for (const { system, write, result } of written) {
    if (write.id !== undefined || result.id === undefined) continue;
    await world.store.hold({ ref: { system, object: write.object, id: result.id } }, record.id);
  }
  const version = subject.before.version + 1;
  const next = { ...record, version, lease: undefined, proposed: [], updatedAt: nowText(world) };
  await world.store.log([entryOf({ ...next, version: version + 1 }, events)]);
  if ((await world.store.save(next)) === "stale")
    return again(subject, "its lease ran out", STALE_MS, written);
  await rekey(world, kind, subject.before, next);
  const failed = [
    ...written.map(({ result }) => result),
    ...related.map(({ result }) => result),
  ].find((result) => result.failed?.retryable);
  if (failed?.failed) return again(subject, failed.failed.code, RETRY_MS, written);
  return { done: true, subject, saved: next, unaware, written };
}
