import { textOrNull } from "../core/codec/codec.ts";
import type { KindMapping } from "../core/mapping/mapping.ts";
import { SYSTEMS } from "../core/reconcile/system.ts";
import { tellsNothingNew } from "./evidence.ts";
import { keepsApart } from "./kept-apart.ts";
import { type Hint, type Observation, type Ref, refKey } from "./ports.ts";
import { type AccordRecord, activeLink } from "./record.ts";
import { relatedRefs } from "./relation-evidence.ts";
import { type Subject, subjectOf, type World } from "./subject.ts";
import { type Touched, tellsOfTouchesAlone } from "./touches.ts";

/** A seen CRM record that no record of ours is tied to yet. */
export interface Newcomer {
  readonly seen: Observation;
  readonly hints: Hint[];
}

export interface Gathered {
  readonly subjects: Map<string, Subject>;
  readonly newcomers: Newcomer[];
  /** Hints that told nothing new, or spoke of what is gone and was never known. */
  readonly settled: readonly Hint[];
  /** Hints with news of touches alone, and the records of their persons. */
  readonly touched: readonly Touched[];
  /** Hints of records that another worker is writing right now. */
  readonly busy: readonly { readonly hint: Hint; readonly untilMs: number }[];
}

/** Loads what is known of the hinted records, dismisses echoes, and observes the rest on both sides. */
export async function gather(
  world: World,
  kind: KindMapping,
  hints: readonly Hint[],
): Promise<Gathered> {
  const known = await recordsOf(
    world,
    kind,
    hints.map(({ ref }) => ref),
  );
  const related = await world.store.holders(hints.flatMap(relatedRefs), []);
  const creators = await creatorsOf(world, kind, hints, known);
  const settled: Hint[] = [];
  const touched: Touched[] = [];
  const busy: { hint: Hint; untilMs: number }[] = [];
  const toLook: Hint[] = [];
  for (const hint of hints) {
    const record = known.get(refKey(hint.ref));
    const untilMs = (record ?? creators.get(hint))?.lease?.untilMs ?? 0;
    if (untilMs > world.now()) busy.push({ hint, untilMs });
    else if (
      record &&
      isDecidedByNow(world, record) &&
      (tellsOfTouchesAlone(hint) || tellsNothingNew(kind, record, hint, related))
    ) {
      if (hint.touches) touched.push({ hint, record });
      else settled.push(hint);
    } else toLook.push(hint);
  }
  const records = toLook.flatMap(({ ref }) => known.get(refKey(ref)) ?? []);
  const observed = await observeAll(world, [
    ...toLook.map(({ ref }) => ref),
    ...linkedRefs(records),
  ]);
  return { ...sort(toLook, known, observed, settled), touched, busy };
}

/**
 * Of hints of records that nobody is known to hold, which of ours they name as theirs: while a worker creates a
 * record and has not kept its id yet, the CRM tells of it already.
 */
async function creatorsOf(
  world: World,
  { kind, objects }: KindMapping,
  hints: readonly Hint[],
  known: ReadonlyMap<string, AccordRecord>,
): Promise<ReadonlyMap<Hint, AccordRecord>> {
  const named = hints.flatMap((hint) => {
    const { system, object } = hint.ref;
    const mapped = objects.find((one) => one.system === system && one.object === object);
    const id = mapped && textOrNull(hint.evidence?.[mapped.idProperty]);
    return id && !known.has(refKey(hint.ref)) ? [{ hint, id }] : [];
  });
  if (named.length === 0) return new Map();
  const records = await loadCurrent(
    world,
    kind,
    named.map(({ id }) => id),
  );
  return new Map(
    named.flatMap(({ hint, id }) => {
      const record = records.get(id);
      return record ? [[hint, record] as const] : [];
    }),
  );
}

/** Another mapping may decide otherwise of what both sides agreed on: it looks at every record once. */
function isDecidedByNow({ mapping }: World, record: AccordRecord): boolean {
  return record.mappingVersion === mapping.version;
}

function sort(
  toLook: readonly Hint[],
  known: ReadonlyMap<string, AccordRecord>,
  observed: ReadonlyMap<string, Observation>,
  dismissed: readonly Hint[],
) {
  const subjects = new Map<string, Subject>();
  const newcomers = new Map<string, Newcomer>();
  const settled = [...dismissed];
  for (const hint of toLook) {
    const record = known.get(refKey(hint.ref));
    const seen = observed.get(refKey(hint.ref));
    if (record && seen && isOusted(record, seen)) meet(newcomers, seen, hint);
    else if (record) {
      const subject = subjects.get(record.id) ?? subjectOf(record);
      subjects.set(record.id, subject);
      subject.hints.push(hint);
      showLinked(subject, observed);
      revive(subject, seen);
    } else {
      const live = heirOf(observed, hint.ref);
      if (live && !live.gone) meet(newcomers, live, hint);
      else settled.push(hint);
    }
  }
  return { subjects, newcomers: [...newcomers.values()], settled };
}

function meet(newcomers: Map<string, Newcomer>, seen: Observation, hint: Hint): void {
  const newcomer = newcomers.get(refKey(seen.ref)) ?? { seen, hints: [] };
  newcomers.set(refKey(seen.ref), newcomer);
  newcomer.hints.push(hint);
}

/** It was deleted, is back, and its place was taken meanwhile: it is on its own now (I8). */
function isOusted(record: AccordRecord, { ref, gone, continuedAs }: Observation): boolean {
  const link = activeLink(record, ref.system);
  return !gone && continuedAs === undefined && link !== undefined && link.id !== ref.id;
}

/** Shows a subject what its linked CRM records say. A lead that was converted is seen as its contact. */
export function showLinked(subject: Subject, observed: ReadonlyMap<string, Observation>): void {
  for (const system of SYSTEMS) {
    const link = activeLink(subject.record, system);
    const seen = link && heirOf(observed, link);
    if (seen) subject.seen[system] = seen;
  }
}

/** More changes of form than this are a loop: a lead is converted once, and merges make chains. */
const LONGEST_CHAIN = 20;

/** What became of a record at last, as far as it was observed, and what it went through (I3). */
export function heirOf(
  observed: ReadonlyMap<string, Observation>,
  ref: Ref,
): Observation | undefined {
  let seen = observed.get(refKey(ref));
  const passed: Ref[] = [];
  while (seen?.continuedAs && passed.length < LONGEST_CHAIN) {
    const next = observed.get(refKey(seen.continuedAs));
    if (!next) break;
    passed.push(seen.ref);
    seen = next;
  }
  if (!seen || passed.length === 0) return seen;
  return { ...seen, continues: [...(seen.continues ?? []), ...passed] };
}

/** A record that was deleted and is back takes its old place, if nobody else has it. */
function revive(subject: Subject, seen: Observation | undefined): void {
  if (!seen || seen.gone || seen.continuedAs) return;
  if (activeLink(subject.record, seen.ref.system) || subject.record.forgotten) return;
  if (keepsApart(subject.record, seen.ref)) return;
  subject.seen[seen.ref.system] ??= seen;
}

export function linkedRefs(records: readonly AccordRecord[]): Ref[] {
  return records.flatMap((record) =>
    SYSTEMS.flatMap((system) => {
      const link = activeLink(record, system);
      return link ? [{ system, object: link.object, id: link.id }] : [];
    }),
  );
}

/** Observes each record once, and whatever it was continued as, to the end of the chain. */
export async function observeAll(
  world: World,
  refs: readonly Ref[],
): Promise<Map<string, Observation>> {
  const observed = await observeOnce(world, refs);
  for (let step = 0; step < LONGEST_CHAIN; step += 1) {
    const continued = [...observed.values()].flatMap(({ continuedAs }) => continuedAs ?? []);
    const unseen = continued.filter((ref) => !observed.has(refKey(ref)));
    if (unseen.length === 0) break;
    for (const [key, seen] of await observeOnce(world, unseen)) observed.set(key, seen);
  }
  return observed;
}

async function observeOnce(
  { crms }: World,
  refs: readonly Ref[],
): Promise<Map<string, Observation>> {
  const unique = [...new Map(refs.map((ref) => [refKey(ref), ref])).values()];
  const answers = await Promise.all(
    SYSTEMS.map((system) => {
      const ours = unique.filter((ref) => ref.system === system);
      return ours.length > 0 ? crms[system].observe(ours) : new Map<string, Observation>();
    }),
  );
  return new Map(answers.flatMap((answer) => [...answer]));
}

/** The records that hold these CRM records, by `refKey`; of one that was merged, who goes on for it. */
export async function recordsOf(
  world: World,
  { kind }: KindMapping,
  refs: readonly Ref[],
): Promise<Map<string, AccordRecord>> {
  const holders = await world.store.holders(refs, []);
  const records = await loadCurrent(world, kind, [...holders.values()]);
  return new Map(
    [...holders].flatMap(([ref, id]) => {
      const record = records.get(id);
      return record ? [[ref, record]] : [];
    }),
  );
}

/** Records by the ids that were asked for; in place of one that was merged, who goes on for it (I4). */
export async function loadCurrent(
  { store }: Pick<World, "store">,
  kind: KindMapping["kind"],
  ids: readonly string[],
): Promise<Map<string, AccordRecord>> {
  const current = new Map<string, AccordRecord>();
  let asked = [...new Set(ids)].map((id) => ({ id, now: id }));
  for (let step = 0; asked.length > 0 && step < LONGEST_CHAIN; step += 1) {
    const unique = [...new Set(asked.map(({ now }) => now))].map((id) => ({ kind, id }));
    const records = await store.load(unique);
    asked = asked.flatMap(({ id, now }) => {
      const record = records.get(now);
      if (record?.mergedInto !== undefined) return [{ id, now: record.mergedInto }];
      if (record) current.set(id, record);
      return [];
    });
  }
  return current;
}
