import type { KindMapping } from "../core/mapping/mapping.ts";
import { type Conclusion, conflictsToCome } from "./conclude.ts";
import { concludeWork } from "./conclude-work.ts";
import { decideAll, type Work } from "./decide-records.ts";
import { holdAll, rekey } from "./hold.ts";
import type { Ref } from "./ports.ts";
import type { AccordRecord } from "./record.ts";
import { ENDS } from "./relation-ends.ts";
import { sendingOf } from "./sending.ts";
import { nowText, type Subject, type World } from "./subject.ts";
import { differs } from "./tie-up.ts";
import { intentsOf, writeFields, writeRelations } from "./write-out.ts";
import type { Related, Written } from "./written.ts";

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
      /** Records at the other end of a relation that could not be made: they may be gone. */
      readonly doubtful?: readonly Ref[];
    };

/** Whoever looks over the decisions before they are carried out, such as a run with its plan. */
export interface Overseer {
  /** Which of these works may write; of the others, what they would write is kept as a proposal. */
  readonly permit: (kind: KindMapping, works: readonly Work[]) => Promise<readonly Work[]>;
  readonly told?: (kind: KindMapping, outcomes: readonly Outcome[]) => Promise<void>;
}

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
  { permit }: Overseer = overseerOf(world),
): Promise<Outcome[]> {
  const free = subjects.filter(
    ({ before, waits }) => (before.lease?.untilMs ?? 0) <= world.now() && !waits,
  );
  const busy = subjects.filter((subject) => !free.includes(subject));
  const works = await decideAll(world, kind, free);
  const outcomes = busy.map((subject) =>
    again(subject, subject.waits ?? "another worker writes it", BUSY_MS),
  );
  const quiet = works.filter((work) => !asksForWrites(work));
  const permitted = (await permit(kind, works)).filter(asksForWrites);
  const ours = new Set(permitted.map(({ subject }) => subject));
  const loud = works.filter((work) => asksForWrites(work) && !ours.has(work.subject));
  const learnt = quiet.map((work) => learn(world, kind, work));
  const proposed = loud.map((work) => propose(world, kind, work));
  outcomes.push(...(await saveAllLearnt(world, kind, [...learnt, ...proposed])));
  outcomes.push(...(await writeAll(world, kind, permitted)));
  return outcomes;
}

/** Without anybody who looks it over: the mode says. What a run took back waits to be released. */
function overseerOf({ mode }: World): Overseer {
  const isFree = ({ subject }: Work) => subject.record.heldBy === undefined;
  return { permit: async (_kind, works) => (mode === "sync" ? works.filter(isFree) : []) };
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

/** A work with what the record says after it. */
interface Concluded extends Conclusion {
  readonly work: Work;
}

/** Nothing to write: what was learnt is saved, and a settled record costs nothing (R4). */
function learn(world: World, kind: KindMapping, work: Work): Concluded {
  const { record, events } = concludeWork(world, kind, work, [], []);
  return { work, record: { ...record, proposed: [] }, events };
}

/** Read-only mode: the decision is kept as a proposal, no baseline moves, and no CRM is written (P9). */
function propose(world: World, kind: KindMapping, work: Work): Concluded {
  const { record } = concludeWork(world, kind, work, [], []);
  return { work, record: { ...record, proposed: intentsOf(work) }, events: [] };
}

async function saveAllLearnt(
  world: World,
  kind: KindMapping,
  all: readonly Concluded[],
): Promise<Outcome[]> {
  const news = all.filter(({ work, record }) => differs(work.subject.before, record));
  const settled = all.filter((one) => !news.includes(one));
  const held = await Promise.all(
    news.map(({ work, record }) => holdAll(world, kind, work.subject, record)),
  );
  const ours = news.filter((_, index) => held[index]);
  const theirs = news.filter((_, index) => !held[index]);
  return [
    ...settled.map(({ work }) => done(work, undefined, [])),
    ...theirs.map(({ work }) => again(work.subject, "another record was faster", STALE_MS)),
    ...(await saveAll(world, kind, ours, 0)),
  ];
}

function done(
  { subject, relations }: Work,
  saved: AccordRecord | undefined,
  written: readonly Written[],
): Outcome {
  return { done: true, subject, saved, unaware: relations?.unaware ?? [], written };
}

/** Logs all of them in a few calls, then saves each on its own condition. */
async function saveAll(
  world: World,
  kind: KindMapping,
  all: readonly (Concluded & { readonly written?: readonly Written[] })[],
  claims: number,
): Promise<Outcome[]> {
  const updatedAt = nowText(world);
  const next = all.map((one) => {
    const version = one.work.subject.before.version + claims;
    return {
      ...one,
      record: { ...one.record, version, lease: undefined, sending: undefined, updatedAt },
    };
  });
  await world.store.log(
    next
      .filter(({ events }) => events.length > 0)
      .map(({ record, events }) => entryOf({ ...record, version: record.version + 1 }, events)),
  );
  return Promise.all(
    next.map(async ({ work, record, written = [] }) => {
      // Before the save: a worker that dies in between finds the old value, and does both again.
      await rekey(world, kind, work.subject.before, record);
      if ((await world.store.save(record)) === "stale")
        return again(work.subject, "it changed meanwhile", STALE_MS, written);
      return done(work, record, written);
    }),
  );
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
  const concluded = claimed.map((work) => {
    const results = written.get(work) ?? [];
    const relations = related.get(work) ?? [];
    const conclusion = concludeWork(world, kind, work, results, relations);
    const record = { ...conclusion.record, proposed: [] };
    return { work, record, events: conclusion.events, written: results, related: relations };
  });
  await holdCreated(world, concluded);
  const outcomes = await saveAll(world, kind, concluded, 1);
  return [
    ...outcomes.map((outcome, index) => unlessRetried(outcome, concluded[index]?.related ?? [])),
    ...lost.map(({ subject }) => again(subject, "it changed meanwhile", STALE_MS)),
  ];
}

async function holdCreated(
  { store }: World,
  concluded: readonly (Concluded & { readonly written: readonly Written[] })[],
): Promise<void> {
  const created = concluded.flatMap(({ record, written }) =>
    written.flatMap(({ system, write, result }) =>
      write.id === undefined && result.id !== undefined
        ? [{ recordId: record.id, ref: { system, object: write.object, id: result.id } }]
        : [],
    ),
  );
  await Promise.all(created.map(({ ref, recordId }) => store.hold({ ref }, recordId)));
}

/** What a CRM could not take just now is tried again soon; the rest of the record is saved. */
function unlessRetried(outcome: Outcome, related: readonly Related[]): Outcome {
  const results = [...outcome.written, ...related].map(({ result }) => result.failed);
  const failed = results.find((one) => one?.retryable);
  if (!outcome.done) return outcome;
  if (!failed) return { ...outcome, unaware: [...outcome.unaware, ...putOn(related)] };
  const doubtful = related
    .filter(({ result }) => result.failed?.retryable)
    .map(({ intended: { system, relation, otherId } }) => ({
      system,
      object: ENDS[relation][system],
      id: otherId,
    }));
  const { subject, written } = outcome;
  return { done: false, subject, cause: failed.code, afterMs: RETRY_MS, written, doubtful };
}

/** Persons that we have put on an opportunity, or taken off: its stage may be theirs from now on. */
function putOn(related: readonly Related[]): Ref[] {
  return related.flatMap(({ intended: { system, relation, otherId } }) =>
    relation === "person" && system === "salesforce"
      ? [{ system, object: ENDS.person.salesforce, id: otherId }]
      : [],
  );
}

async function writeClaimed(world: World, works: readonly Work[]) {
  try {
    const written = await writeFields(world, works);
    return { written, related: await writeRelations(world, works, written) };
  } catch (error) {
    // No request is under way any more, so the claims need not be waited out.
    await Promise.all(works.map((work) => release(world, work)));
    throw error;
  }
}

/** Some of what was sent may have landed all the same, so the losers stay. */
async function release({ store }: World, work: Work): Promise<void> {
  const { record, before } = work.subject;
  const conflicts = conflictsToCome(record, work.facts);
  const sending = sendingOf(record, work.facts);
  const version = before.version + 1;
  await store.save({ ...record, conflicts, sending, version, lease: undefined });
}

async function claim(world: World, kind: KindMapping, work: Work): Promise<boolean> {
  const { subject } = work;
  if (!(await holdAll(world, kind, subject, subject.record))) return false;
  const lease = { untilMs: world.now() + world.leaseMs(), intends: intentsOf(work) };
  const conflicts = conflictsToCome(subject.record, work.facts);
  const sending = sendingOf(subject.record, work.facts);
  const claimed = { ...subject.record, conflicts, lease, sending, updatedAt: nowText(world) };
  return (await world.store.save(claimed)) === "saved";
}
