import { type Claimant, compareClaimants } from "../core/identity/compare-claimants.ts";
import type { KindMapping } from "../core/mapping/mapping.ts";
import { otherSystem, SYSTEMS } from "../core/reconcile/system.ts";
import { linkedRefs, loadCurrent, observeAll, showLinked } from "./gather.ts";
import { isKeptApart } from "./kept-apart.ts";
import { type Ref, refKey } from "./ports.ts";
import { type AccordRecord, activeLink } from "./record.ts";
import { livingOn, type Subject, subjectOf, type World } from "./subject.ts";
import { giveWay, joinTwo, listAsPart } from "./unite-records.ts";

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
