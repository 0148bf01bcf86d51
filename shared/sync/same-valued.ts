import type { KindMapping } from "../core/mapping/mapping.ts";
import { otherSystem, SYSTEMS, type System } from "../core/reconcile/system.ts";
import { recordsOf } from "./gather.ts";
import { findKnown, type KnownAs, knownAs } from "./known-as.ts";
import { type Observation, type Ref, refKey } from "./ports.ts";
import { type AccordRecord, activeLink } from "./record.ts";
import { livingOn, lonelySide, type Subject, type World } from "./subject.ts";
import { wouldCreate } from "./tie-up.ts";

/** A CRM record with what it is known as, and who it belongs to as far as we know. */
export interface Valued {
  readonly seen: Observation;
  /** What it is known as, its first identifying value first. */
  readonly values: readonly string[];
  /** The record of ours that is being looked at and seen as it. */
  readonly subject: Subject | undefined;
  /** The record of ours that holds it, where that is not being looked at. */
  readonly holder: AccordRecord | undefined;
  /** What those that its record is kept apart from have become. */
  readonly apartFrom: Ref[];
}

/** CRM records of both systems that share identifying values, one with another. */
export type SameValued = readonly Valued[];

/**
 * Everything that both CRMs hold under the identifying values of records that stand alone: what a
 * hint told of never decides who is found (I2).
 */
export async function sameValued(
  world: World,
  kind: KindMapping,
  subjects: ReadonlyMap<string, Subject>,
): Promise<SameValued[]> {
  const alone = [...subjects.values()].filter(isAsking);
  const far = await findAcross(world, kind, alone);
  const near = await findBeside(world, kind, alone, far);
  const known = [...subjects.values()].flatMap((subject) =>
    SYSTEMS.flatMap((system) => {
      const seen = livingOn(subject, system);
      return seen ? [{ seen, subject }] : [];
    }),
  );
  const bySubject = new Map(known.map((one) => [refKey(one.seen.ref), one.subject]));
  const unique = new Map(
    [...far, ...near, ...known.map(({ seen }) => seen)]
      .filter(({ gone, continuedAs }) => !gone && continuedAs === undefined)
      .map((seen) => [refKey(seen.ref), seen]),
  );
  const foreign = [...unique].filter(([key]) => !bySubject.has(key)).map(([, { ref }]) => ref);
  const holders = foreign.length > 0 ? await recordsOf(world, kind, foreign) : noHolders;
  const all = [...unique].map(([key, seen]) => ({
    seen,
    values: knownAs(kind, seen).map(({ text }) => text),
    subject: bySubject.get(key),
    holder: isUnfinished(holders.get(key), { subjects, seen }) ? undefined : holders.get(key),
    apartFrom: [],
  }));
  return groups(all).filter((group) => group.some(({ subject }) => subject && isAsking(subject)));
}

const noHolders: ReadonlyMap<string, AccordRecord> = new Map();

/**
 * Whether a record that is looked at holds a CRM record without a link to it: the worker that created it
 * died before it could say so, and it is the partner that is looked for.
 */
function isUnfinished(
  holder: AccordRecord | undefined,
  {
    subjects,
    seen: { ref },
  }: { subjects: ReadonlyMap<string, Subject>; seen: Pick<Observation, "ref"> },
): boolean {
  return holder !== undefined && subjects.has(holder.id) && !activeLink(holder, ref.system);
}

/** Stands alone, was hinted, and nothing else has been found out about it. */
export function isAsking(subject: Subject): boolean {
  const { hints, ambiguous, waits, record } = subject;
  if (hints.length === 0 || ambiguous !== undefined || waits !== undefined) return false;
  return record.forgotten === undefined && lonelySide(subject) !== undefined;
}

async function findAcross(
  world: World,
  kind: KindMapping,
  alone: readonly Subject[],
): Promise<Observation[]> {
  const wanted = alone.flatMap((subject) => {
    const side = lonelySide(subject);
    return side ? [{ far: otherSystem(side), values: valuesOf(kind, subject, side) }] : [];
  });
  const found = await Promise.all(
    SYSTEMS.map((system) => {
      const values = wanted.filter(({ far }) => far === system).flatMap((one) => one.values);
      return findKnown(world.crms[system], kind, values);
    }),
  );
  return found.flat();
}

/**
 * Others on the side of one that is about to get a partner: the partner may be theirs. A system that
 * lets no two records have one value need not be asked.
 */
async function findBeside(
  world: World,
  kind: KindMapping,
  alone: readonly Subject[],
  far: readonly Observation[],
): Promise<Observation[]> {
  const farValues = far.map((seen) => ({
    system: seen.ref.system,
    values: knownAs(kind, seen),
  }));
  const wanted = alone.flatMap((subject) => {
    const side = lonelySide(subject);
    if (!side || side === kind.uniqueIn) return [];
    const values = valuesOf(kind, subject, side);
    const texts = new Set(values.map(({ text }) => text));
    const partners = farValues.filter(
      (one) => one.system !== side && one.values.some(({ text }) => texts.has(text)),
    );
    if (partners.length === 0 && !wouldCreate(kind, subject)) return [];
    return [{ side, values: [...values, ...partners.flatMap((one) => one.values)] }];
  });
  const found = await Promise.all(
    SYSTEMS.map((system) => {
      const values = wanted.filter(({ side }) => side === system).flatMap((one) => one.values);
      return findKnown(world.crms[system], kind, values);
    }),
  );
  return found.flat();
}

function valuesOf(kind: KindMapping, subject: Subject, side: System): KnownAs[] {
  const seen = livingOn(subject, side);
  return seen ? knownAs(kind, seen) : [];
}

/** Whoever shares a value, directly or through others, is of one group. */
function groups(all: readonly Valued[]): Valued[][] {
  const byValue = new Map<string, Set<Valued>>();
  for (const one of all) {
    const joined = new Set([one]);
    for (const value of one.values) for (const other of byValue.get(value) ?? []) joined.add(other);
    for (const member of joined) for (const value of member.values) byValue.set(value, joined);
  }
  return [...new Set(byValue.values())].map((group) => [...group]);
}

/** Whether a CRM record has no partner on the other side, and may get one. */
export function isFree({ seen, subject, holder }: Valued): boolean {
  const far = otherSystem(seen.ref.system);
  if (subject) {
    const isEmpty = subject.seen[far]?.gone || !activeLink(subject.record, far);
    return isEmpty && !livingOn(subject, far) && !isSpokenFor(subject.record);
  }
  return !holder || (!activeLink(holder, far) && !isSpokenFor(holder));
}

function isSpokenFor({ belongsTo, forgotten }: AccordRecord): boolean {
  return belongsTo !== undefined || forgotten !== undefined;
}

/** Whether another worker is writing it, perhaps giving it a partner. */
export function isBusy({ subject, holder }: Valued, nowMs: number): boolean {
  return ((subject?.before ?? holder)?.lease?.untilMs ?? 0) > nowMs;
}
