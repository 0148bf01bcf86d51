import { type Claimant, compareClaimants } from "../core/identity/compare-claimants.ts";
import type { KindMapping } from "../core/mapping/mapping.ts";
import { otherSystem, SYSTEMS } from "../core/reconcile/system.ts";
import { linkedRefs, loadCurrent, observeAll, showLinked } from "./gather.ts";
import { isKeptApart } from "./kept-apart.ts";
import { retired, takeHistory } from "./merge-records.ts";
import { nameOf, type Ref, refKey } from "./ports.ts";
import { type AccordRecord, activeLink } from "./record.ts";
import type { HistoryEvent } from "./record-store.ts";
import {
  keyOf,
  livingOn,
  nowText,
  type Subject,
  seat,
  subjectOf,
  type World,
  withoutLink,
} from "./subject.ts";
import { carryTouches } from "./touches.ts";

const BUSY = "another worker writes a record that it is one with";
const CHANGED = "a record that it is one with changed meanwhile";

/** Chains of records that all turn out to be one are short: each round makes one of two. */
const MOST_ROUNDS = 20;

/**
 * Makes one record of those that have come to one CRM record (I4, I5): a lead was converted into a
 * contact that was known, or two records were merged.
 */
export async function joinSame(
  world: World,
  kind: KindMapping,
  subjects: Map<string, Subject>,
): Promise<void> {
  await recallSurvivors(world, kind, subjects);
  await meetHolders(world, kind, subjects);
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const shared = firstShared(subjects);
    if (!shared) return;
    await settle(world, kind, { ...shared, subjects });
  }
}

/** A CRM record that two subjects are seen as. */
interface Shared {
  readonly ref: Ref;
  readonly claimants: readonly Subject[];
}

function firstShared(subjects: ReadonlyMap<string, Subject>): Shared | undefined {
  const claims = new Map<string, Subject>();
  for (const subject of subjects.values()) {
    if (subject.waits) continue;
    for (const system of SYSTEMS) {
      const seen = livingOn(subject, system);
      const other = seen && claims.get(refKey(seen.ref));
      if (seen && other) return { ref: seen.ref, claimants: [other, subject] };
      if (seen) claims.set(refKey(seen.ref), subject);
    }
  }
  return undefined;
}

/** Who holds a record that a subject has come to, or one that became it, is looked at with it. */
async function meetHolders(
  world: World,
  kind: KindMapping,
  subjects: Map<string, Subject>,
): Promise<void> {
  const reached = [...subjects.values()].flatMap((subject) =>
    SYSTEMS.flatMap((system) => {
      const seen = livingOn(subject, system);
      const isOwn = seen && activeLink(subject.record, system)?.id === seen.ref.id;
      if (!seen || isOwn) return [];
      return [seen.ref, ...(seen.continues ?? [])].map((ref) => ({ subject, seen, ref }));
    }),
  );
  if (reached.length === 0) return;
  const { store } = world;
  const holders = await store.holders(
    reached.map(({ ref }) => ref),
    [],
  );
  const records = await store.load([...holders.values()].map((id) => ({ kind: kind.kind, id })));
  const strangers: AccordRecord[] = [];
  for (const { subject, seen, ref } of reached) {
    const holder = holders.get(refKey(ref));
    const record = records.get(holder ?? "");
    if (!record || record.id === subject.record.id) continue;
    const holdsIt = activeLink(record, ref.system)?.id === ref.id;
    if (holdsIt) strangers.push(record);
    // Left from a worker that died while it made one record of two.
    else if (ref === seen.ref && !record.lease) await store.letGo({ ref }, record.id);
  }
  await show(world, strangers, subjects);
}

/** Adds records to those that are looked at, without a hint of their own. */
export async function show(
  world: World,
  records: readonly AccordRecord[],
  subjects: Map<string, Subject>,
): Promise<void> {
  const unknown = records.filter(({ id }) => !subjects.has(id));
  if (unknown.length === 0) return;
  const observed = await observeAll(world, linkedRefs(unknown));
  for (const record of unknown) {
    const subject = subjectOf(record);
    showLinked(subject, observed);
    subjects.set(record.id, subject);
  }
}

/** Makes one of two subjects that are seen as one CRM record. */
async function settle(
  world: World,
  kind: KindMapping,
  { ref, claimants, subjects }: Shared & { readonly subjects: Map<string, Subject> },
): Promise<void> {
  const [winner, loser] = [...claimants].sort((one, other) =>
    compareClaimants(claimantOf(one, ref), claimantOf(other, ref)),
  );
  if (!winner || !loser) return;
  const far = otherSystem(ref.system);
  const [theirs, ours] = [livingOn(loser, far), livingOn(winner, far)];
  const keepsPartner = theirs && ours && theirs.ref.id !== ours.ref.id;
  if (keepsPartner) await giveWay(world, { winner, loser, ref });
  else await joinTwo(world, kind, { winner, loser, subjects });
}

function claimantOf(subject: Subject, shared: Ref): Claimant {
  const { record } = subject;
  const living = SYSTEMS.flatMap((system) => livingOn(subject, system) ?? []);
  const [first] = living
    .filter(({ ref }) => refKey(ref) !== refKey(shared))
    .sort((one, other) => one.createdAtMs - other.createdAtMs);
  return {
    id: record.id,
    isNew: record.version === 0 || record.forgotten !== undefined,
    isLinkedOnBothSides: living.length === 2 && SYSTEMS.every((one) => activeLink(record, one)),
    holdsShared: activeLink(record, shared.system)?.id === shared.id,
    bornMs: first?.createdAtMs,
    bornAs: first?.ref.id ?? "",
    createdAt: record.createdAt,
  };
}

/** The one of two that goes on for both (I4), of which one side each is known. */
export function whoGoesOn(one: Subject, other: Subject, shared: Ref): readonly [Subject, Subject] {
  const order = compareClaimants(claimantOf(one, shared), claimantOf(other, shared));
  return order <= 0 ? [one, other] : [other, one];
}

/**
 * The loser is the winner from now on. The winner is saved with the other's history first: stopping
 * after any step is harmless, since the next look finds them to be one again, and goes on.
 */
export async function joinTwo(
  world: World,
  kind: KindMapping,
  pair: { winner: Subject; loser: Subject; subjects: Map<string, Subject> },
): Promise<void> {
  const { winner, loser, subjects } = pair;
  const now = nowText(world);
  if (isLeased(world, winner) || isLeased(world, loser)) return wait(winner, loser, BUSY);
  if (loser.before.version > 0) {
    const wasSaved =
      (await saveWinner(world, winner, withoutSeated(loser, winner, now))) &&
      (await retire(world, kind, pair));
    if (!wasSaved) return wait(winner, loser, CHANGED);
  }
  for (const system of SYSTEMS) {
    const seen = livingOn(loser, system);
    if (seen && !livingOn(winner, system)) seat(winner, seen, now);
  }
  winner.hints.push(...loser.hints);
  subjects.delete(loser.record.id);
}

/** What the loser leaves behind: not the CRM records that the winner goes on with. */
function withoutSeated(loser: Subject, winner: Subject, now: string): AccordRecord {
  const seated = SYSTEMS.flatMap((system) => livingOn(loser, system)?.ref.id ?? []);
  const { links } = retired(loser.record, winner.record.id, now);
  return { ...loser.record, links: links.filter(({ id }) => !seated.includes(id)) };
}

function isLeased({ now }: World, { before }: Subject): boolean {
  return (before.lease?.untilMs ?? 0) > now();
}

function wait(one: Subject, other: Subject, cause: string): void {
  one.waits = cause;
  other.waits = cause;
}

async function saveWinner(world: World, winner: Subject, loser: AccordRecord): Promise<boolean> {
  const now = nowText(world);
  await carryTouches(world.store, { from: loser.id, to: winner.record.id });
  const record = takeHistory(winner.record, loser, now);
  return saveNow(world, winner, record, [
    { what: "took over", from: loser.id, to: winner.record.id },
  ]);
}

async function retire(
  world: World,
  kind: KindMapping,
  { winner, loser }: { readonly winner: Subject; readonly loser: Subject },
): Promise<boolean> {
  const into = winner.record.id;
  const held = linkedRefs([loser.record]);
  const next = retired(loser.record, into, nowText(world));
  const events = [{ what: "merged into", from: loser.record.id, to: into }];
  const value = loser.before.fields[kind.matchField ?? ""]?.value ?? null;
  if (value !== null) await world.store.letGo({ key: keyOf(kind, value) }, next.id);
  if (!(await saveNow(world, loser, next, events))) return false;
  // What a worker that dies here leaves with the retired record leads to the one that goes on.
  for (const ref of held) await world.store.letGo({ ref }, next.id);
  winner.released.push(...held);
  return true;
}

/** Saves a subject at once, with its line in the history. */
async function saveNow(
  { store }: World,
  subject: Subject,
  next: AccordRecord,
  events: readonly HistoryEvent[],
): Promise<boolean> {
  const { id, kind, updatedAt: at } = next;
  const version = subject.before.version;
  await store.log([{ recordId: id, kind, at, version: version + 1, events }]);
  if ((await store.save({ ...next, version })) === "stale") return false;
  subject.before = { ...next, version: version + 1 };
  subject.record = subject.before;
  return true;
}

/**
 * A loser whose partner lives on keeps it, and no more: what is to become of the two partners is for
 * a person to say (I5). The winner has its history from now on.
 */
async function giveWay(
  world: World,
  { winner, loser, ref }: { readonly winner: Subject; readonly loser: Subject; readonly ref: Ref },
): Promise<void> {
  const now = nowText(world);
  if (isLeased(world, winner) || isLeased(world, loser)) return wait(winner, loser, BUSY);
  const link = activeLink(loser.record, ref.system);
  const because = `it lives on as ${nameOf(ref)}, which record ${winner.record.id} has`;
  const left = link ? withoutLink(loser.record, link, because, now) : loser.record;
  if (!(await saveWinner(world, winner, left))) return wait(winner, loser, CHANGED);
  if (link) loser.released.push({ system: link.system, object: link.object, id: link.id });
  loser.record = { ...left, belongsTo: winner.record.id };
  delete loser.seen[ref.system];
  listAsPart(loser, winner);
  for (const one of [winner, loser]) lookAtToo(one);
}

/** Whatever is found out about a subject is saved, though nobody hinted it. */
function lookAtToo(subject: Subject): void {
  const [living] = SYSTEMS.flatMap((system) => livingOn(subject, system) ?? []);
  if (subject.hints.length === 0 && living)
    subject.hints.push({ ref: living.ref, because: "its record came to be another's" });
}

/** Whoever belongs to another record stays listed until a CRM says that they are one (I5, I10). */
async function recallSurvivors(
  world: World,
  kind: KindMapping,
  subjects: Map<string, Subject>,
): Promise<void> {
  const parts = [...subjects.values()].filter(({ record }) => record.belongsTo !== undefined);
  if (parts.length === 0) return;
  const ids = parts.map(({ record }) => record.belongsTo ?? "");
  const current = await loadCurrent(world, kind.kind, ids);
  await show(world, [...current.values()], subjects);
  for (const part of parts) {
    const survivor = current.get(part.record.belongsTo ?? "");
    const winner = survivor && subjects.get(survivor.id);
    if (!winner || winner === part || isKeptApart(part.record, winner.record)) {
      const { belongsTo: _, ...rest } = part.record;
      part.record = rest;
    } else if (SYSTEMS.every((system) => !livingOn(part, system) || !livingOn(winner, system)))
      await joinTwo(world, kind, { winner, loser: part, subjects });
    else listAsPart(part, winner);
  }
}

function listAsPart(part: Subject, winner: Subject): void {
  const [theirs] = SYSTEMS.flatMap((system) => livingOn(part, system) ?? []);
  if (!theirs) return;
  const { system } = theirs.ref;
  const [lost, ours] = [otherSystem(system), system].map(
    (one) => livingOn(winner, one)?.ref ?? activeLink(winner.record, one),
  );
  part.candidates = lost ? [bare(lost)] : [];
  const merge = ours ? `; merge ${nameOf(theirs.ref)} with ${nameOf(ours)}, or unlink it` : "";
  part.ambiguous = `its partner is one with ${lost ? nameOf(lost) : "another"} now, which belongs to record ${winner.record.id}${merge}`;
}

function bare({ system, object, id }: Ref): Ref {
  return { system, object, id };
}
