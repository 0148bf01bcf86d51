import { UNSTABLE_FIELD } from "../config/alarmed.ts";
import type { KindMapping, Mapping } from "../core/mapping/mapping.ts";
import { SYSTEMS, type System } from "../core/reconcile/system.ts";
import { carryOut, type Outcome, type Overseer } from "./carry-out.ts";
import { forgetStrangers } from "./forget.ts";
import { gather, linkedRefs } from "./gather.ts";
import { identify } from "./identify.ts";
import { awaitCandidates, freedWaiters, relatedHints } from "./identity-waits.ts";
import { type Lag, lagsOf } from "./lag.ts";
import { withDue } from "./park.ts";
import { type Hint, lookAgain, type Ref, refKey, tellsNothing } from "./ports.ts";
import { isLinkedOnBothSides, type Parked } from "./record.ts";
import { kindOf, nowText, type World } from "./subject.ts";
import { tieUp } from "./tie-up.ts";
import { hearOfTouches, rememberTouches } from "./touches.ts";

/** A hint that has to come back, and when. */
interface Postponed {
  readonly hint: Hint;
  readonly cause: string;
  readonly afterMs: number;
}

export interface Reconciled {
  /** Hints whose records are settled now. */
  readonly settled: number;
  /** Those of them whose evidence told nothing new, and cost no call. */
  readonly dismissed: number;
  readonly postponed: readonly Postponed[];
  /** Hints of objects that nobody maps. They are dropped: no mapping, nothing to keep in agreement. */
  readonly unmapped: readonly Ref[];
  readonly writes: WriteCounts;
  readonly lags: readonly Lag[];
}

/** Records created and updated in each CRM. */
export type WriteCounts = Record<System, { creates: number; updates: number }>;

/** Companies and persons before opportunities, which point at them; then whatever else is mapped. */
const ORDER = ["company", "person", "opportunity"];

function inOrder({ kinds }: Mapping): readonly KindMapping[] {
  const others = kinds.filter(({ kind }) => !ORDER.includes(kind));
  return [...ORDER.flatMap((name) => kinds.filter(({ kind }) => kind === name)), ...others];
}

/**
 * Brings the hinted records together: observe both sides, decide, write the difference, remember.
 *
 * Every source of hints leads here, and a hint may come late, twice, or after its reason is gone
 * (P2): what is done depends on what both sides say now, and on what they last agreed on.
 *
 * @param overseer - Who says which decisions are carried out; without one, the world's mode does.
 * @throws Fault where a CRM as a whole did not cooperate; the hints are then to be sent again.
 */
export async function reconcileHints(
  world: World,
  hints: readonly Hint[],
  overseer?: Overseer,
): Promise<Reconciled> {
  const postponed: Postponed[] = [];
  const unmapped = hints.filter(({ ref }) => !kindOf(world.mapping, ref)).map(({ ref }) => ref);
  const writes: WriteCounts = {
    hubspot: { creates: 0, updates: 0 },
    salesforce: { creates: 0, updates: 0 },
  };
  // Whoever asks for another try has changed something that was read and kept before.
  if (hints.some(({ retry }) => retry))
    for (const system of SYSTEMS) world.crms[system].forgetProperties();
  const lags: Lag[] = [];
  let settled = 0;
  let dismissed = 0;
  for (const kind of inOrder(world.mapping)) {
    const ours = mergeSame(hints.filter(({ ref }) => kindOf(world.mapping, ref) === kind));
    if (ours.length === 0) continue;
    const done = await reconcileKind(world, kind, ours, { writes, overseer });
    postponed.push(...done.late);
    lags.push(...done.lags);
    settled += ours.length - done.late.length;
    dismissed += done.dismissed;
  }
  return { settled, dismissed, postponed, unmapped, writes, lags };
}

/** Hints of one record are one look, for all their reasons. Two accounts of its values are none. */
function mergeSame(hints: readonly Hint[]): Hint[] {
  const merged = new Map<string, Hint>();
  for (const hint of hints) {
    const key = refKey(hint.ref);
    const before = merged.get(key);
    merged.set(key, before ? mergeTwo(before, hint) : hint);
  }
  return [...merged.values()];
}

/** Evidence of different properties adds up; where both speak of one, the record is looked at. */
function mergeTwo(one: Hint, other: Hint): Hint {
  const because = one.because ?? other.because;
  const overlap = Object.keys(one.evidence ?? {}).some(
    (property) =>
      other.evidence !== undefined &&
      property in other.evidence &&
      one.evidence?.[property] !== other.evidence[property],
  );
  const related = { ...one.related, ...other.related };
  const isSplit = one.related && JSON.stringify(related) !== JSON.stringify(one.related);
  const reason = overlap || isSplit ? (because ?? "it was hinted with two values") : because;
  return {
    ref: one.ref,
    evidence: { ...one.evidence, ...other.evidence },
    relations: [...(one.relations ?? []), ...(other.relations ?? [])],
    created: one.created === true || other.created === true,
    ...(Object.keys(related).length === 0 ? {} : { related }),
    ...mergeTouches(one, other),
    ...mergeRetries(one, other),
    ...mergeSightings(one, other),
    ...mergeTimes(one, other),
    ...(tellsNothing(one) || tellsNothing(other) ? { because: reason ?? "it was hinted" } : {}),
    ...(reason === undefined ? {} : { because: reason }),
  };
}

/** Where one of them names no touch, all are to be read. */
function mergeTouches(one: Hint, other: Hint): Pick<Hint, "touches"> {
  const told = [one.touches, other.touches].filter((touches) => touches !== undefined);
  if (told.length === 0) return {};
  return { touches: told.some(({ length }) => length === 0) ? [] : told.flat() };
}

function mergeSightings(one: Hint, other: Hint): Pick<Hint, "sightings"> {
  const sightings = [...(one.sightings ?? []), ...(other.sightings ?? [])];
  return sightings.length > 0 ? { sightings } : {};
}

function mergeTimes(one: Hint, other: Hint): Pick<Hint, "sinceMs"> {
  const told = [one, other].flatMap(({ sinceMs }) => sinceMs ?? []);
  return told.length > 0 ? { sinceMs: Math.min(...told) } : {};
}

function mergeRetries({ retry = [] }: Hint, { retry: more = [] }: Hint): Pick<Hint, "retry"> {
  const all = [...retry, ...more];
  const unique = new Map(all.map((filter) => [JSON.stringify(filter), filter]));
  return unique.size > 0 ? { retry: [...unique.values()] } : {};
}

async function reconcileKind(
  world: World,
  kind: KindMapping,
  hints: readonly Hint[],
  { writes, overseer }: { writes: WriteCounts; overseer: Overseer | undefined },
): Promise<{ late: Postponed[]; dismissed: number; lags: Lag[] }> {
  const gathered = await gather(world, kind, hints);
  const { subjects, newcomers, busy } = gathered;
  await forgetStrangers(world, kind, gathered.settled);
  const known = await hearOfTouches(world, kind, gathered.touched);
  await identify(world, kind, subjects, newcomers);
  const now = nowText(world);
  const live = [...subjects.values()].filter(({ hints: ours }) => ours.length > 0);
  for (const subject of live) {
    tieUp(kind, subject, now);
    const retries = subject.hints.flatMap(({ retry = [] }) => retry);
    subject.record = withDue(subject.record, retries, world.mapping.version);
  }
  await rememberTouches(world, kind, live);
  await awaitCandidates(world, live);
  const outcomes = await carryOut(world, kind, live, overseer);
  await overseer?.told?.(kind, outcomes);
  warnOfUnstable(world, outcomes);
  await wakeOthers(world, kind, outcomes);
  await wakeFreed(world, kind, outcomes);
  for (const { system, write, result } of outcomes.flatMap(({ written }) => written)) {
    if (result.failed) continue;
    if (write.id === undefined && result.created) writes[system].creates += 1;
    else writes[system].updates += 1;
  }
  const late = [
    ...busy.map(({ hint, untilMs }) => ({
      hint,
      cause: "another worker writes it",
      afterMs: Math.min(Math.max(untilMs - world.now(), 500), BUSY_MS),
    })),
    ...outcomes.flatMap((outcome) =>
      outcome.done
        ? []
        : outcome.subject.hints.map((hint) => ({
            hint: lookAgain(hint, outcome.cause),
            cause: outcome.cause,
            afterMs: outcome.afterMs,
          })),
    ),
  ];
  const lags = lagsOf(outcomes, world.now());
  return { late, dismissed: gathered.settled.length + known, lags };
}

/** A field that flips is somebody's to look into: neither side is written until then (K6). */
function warnOfUnstable({ warn }: World, outcomes: readonly Outcome[]): void {
  for (const outcome of outcomes) {
    const { before } = outcome.subject;
    const known = new Set(before.parked.filter(isUnstable).map(({ field }) => field));
    const parked = outcome.done ? (outcome.saved?.parked ?? []) : [];
    for (const { field } of parked.filter(isUnstable))
      if (!known.has(field))
        warn?.(UNSTABLE_FIELD, { kind: before.kind, recordId: before.id, field });
  }
}

function isUnstable({ cause }: Parked): boolean {
  return cause === "unstable";
}

/** How long a hint waits for another worker's claim before it asks again. */
const BUSY_MS = 2000;

/** What was decided here may be news to other records: who waited, and whose stage a win changes. */
async function wakeOthers(
  { store, queue }: World,
  mapping: KindMapping,
  outcomes: readonly Outcome[],
): Promise<void> {
  if (mapping.kind !== "opportunity") {
    const linked = outcomes.flatMap((outcome) => {
      const record = outcome.done ? (outcome.saved ?? outcome.subject.before) : undefined;
      return record && isLinkedOnBothSides(record) ? linkedRefs([record]) : [];
    });
    const waiters = await store.waitersFor(linked);
    const because = "a record that it waited for is linked";
    await sendAll(
      queue,
      waiters.map(({ waiter }) => ({ ref: waiter, because })),
    );
    await store.forgetWaiters(waiters);
    return;
  }
  const unaware = outcomes.flatMap((outcome) => (outcome.done ? outcome.unaware : []));
  const doubtful = outcomes.flatMap((outcome) => (outcome.done ? [] : (outcome.doubtful ?? [])));
  await sendAll(queue, [
    ...unaware.map((ref) => ({ ref, because: "an opportunity of it has moved" })),
    ...doubtful.map((ref) => ({ ref, because: "an opportunity could not be related to it" })),
    ...outcomes.flatMap((outcome) => movedByUs(mapping, outcome)),
  ]);
}

/**
 * Whether a stage that we wrote has won an opportunity is Salesforce's to say, and no change event tells of
 * what it derives: the opportunity is looked at once more, for the sake of its people.
 */
function movedByUs({ fields, stageField }: KindMapping, { written }: Outcome): Hint[] {
  const places = fields.find(({ name }) => name === stageField)?.places ?? {};
  return written.flatMap(({ system, write, result }) => {
    const isMoved = places[write.object]?.properties.some((name) => name in write.properties);
    if (system !== "salesforce" || !isMoved || write.id === undefined || result.failed) return [];
    const ref = { system, object: write.object, id: write.id };
    return [{ ref, because: "its stage was written here" }];
  });
}

/** Who is ambiguous because of a record that lets go of something may be so no more. */
async function wakeFreed(
  world: World,
  kind: KindMapping,
  outcomes: readonly Outcome[],
): Promise<void> {
  const freed = await freedWaiters(world, kind, outcomes);
  const because = "a record that it was compared with has changed";
  await sendAll(world.queue, [
    ...freed.map(({ waiter }) => ({ ref: waiter, because })),
    ...relatedHints(outcomes),
  ]);
  await world.store.forgetWaiters(freed);
}

async function sendAll(queue: World["queue"], hints: readonly Hint[]): Promise<void> {
  if (hints.length > 0) await queue.send(hints, { lane: "live", delaySeconds: 0, attempt: 0 });
}
