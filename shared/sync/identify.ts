import type { KindMapping, MappedObject } from "../core/mapping/mapping.ts";
import { otherSystem } from "../core/reconcile/system.ts";
import { linkedRefs, type Newcomer, observeAll, recordsOf, showLinked } from "./gather.ts";
import { type Observation, refKey } from "./ports.ts";
import { activeLink, newRecord } from "./record.ts";
import { matchKeyText } from "./record-store.ts";
import { keyOf, lonelySide, matchKeyOf, type Subject, subjectOf, type World } from "./subject.ts";
import { takeOver } from "./take-over.ts";

/**
 * Finds whose record each newcomer is, in this order: our id found on it, then the identifying value
 * (a person's e-mail address, a company's host). Nobody's: a record of its own. Never a guess.
 */
export async function identify(
  world: World,
  kind: KindMapping,
  subjects: Map<string, Subject>,
  newcomers: readonly Newcomer[],
): Promise<void> {
  await takeOver(world, kind, subjects);
  const owners = await ownersOf(world, kind, subjects, newcomers);
  const shown = new Map([...subjects.values()].flatMap(shownAs));
  const byKey = new Map<string, Subject>();
  for (const newcomer of newcomers) {
    const key = matchKeyOf(kind, newcomer.seen);
    const keyText = key && matchKeyText(key);
    const continued = shown.get(refKey(newcomer.seen.ref));
    const owner = continued ?? owners.get(newcomer) ?? (keyText ? byKey.get(keyText) : undefined);
    const subject =
      owner && makesRoom(owner, newcomer.seen) ? owner : ownRecord(world, kind, newcomer, subjects);
    subject.seen[newcomer.seen.ref.system] = newcomer.seen;
    subject.hints.push(...newcomer.hints);
    subjects.set(subject.record.id, subject);
    if (keyText && !byKey.has(keyText)) byKey.set(keyText, subject);
  }
  await findPartners(world, kind, subjects);
}

/** What a subject is seen as, such as the contact that its lead was converted to. */
function shownAs(subject: Subject): [string, Subject][] {
  return Object.values(subject.seen).map(({ ref }) => [refKey(ref), subject]);
}

/** A record of its own; under the id that the CRM record still carries, where that is free. */
function ownRecord(
  world: World,
  kind: KindMapping,
  { seen }: Newcomer,
  subjects: ReadonlyMap<string, Subject>,
): Subject {
  const carried = seen.accordId;
  const reusable = carried !== undefined && UUID.test(carried) && !subjects.has(carried);
  return emptySubject(world, kind, reusable ? carried : world.newId());
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function emptySubject(world: World, { kind }: KindMapping, id: string): Subject {
  const at = { now: new Date(world.now()).toISOString(), mappingVersion: world.mapping.version };
  return subjectOf(newRecord({ id, kind }, at));
}

/** The subjects that newcomers belong to by our id or by key, loaded and observed where need be. */
async function ownersOf(
  world: World,
  kind: KindMapping,
  subjects: Map<string, Subject>,
  newcomers: readonly Newcomer[],
): Promise<Map<Newcomer, Subject>> {
  const keys = newcomers.flatMap(({ seen }) => matchKeyOf(kind, seen) ?? []);
  const refs = newcomers.map(({ seen }) => seen.ref);
  const holders = await world.store.holders(refs, keys);
  const wanted = new Map<Newcomer, string>();
  const ids = newcomers.flatMap((newcomer) => {
    const key = matchKeyOf(kind, newcomer.seen);
    const byKey = key && holders.get(matchKeyText(key));
    const holder = holders.get(refKey(newcomer.seen.ref)) ?? byKey;
    if (holder) wanted.set(newcomer, holder);
    return [newcomer.seen.accordId, holder].flatMap((id) => (id ? [{ kind: kind.kind, id }] : []));
  });
  const unloaded = ids.filter(({ id }) => !subjects.has(id));
  const records = await world.store.load(unloaded);
  const observed = await observeAll(world, linkedRefs([...records.values()]));
  for (const record of records.values()) {
    const subject = subjectOf(record);
    showLinked(subject, observed);
    subjects.set(record.id, subject);
  }
  await giveBackOutlived(world, kind, { subjects, wanted });
  // Held by a record that was never saved: its worker died. The record is made now.
  for (const id of wanted.values()) {
    if (!subjects.has(id)) subjects.set(id, emptySubject(world, kind, id));
  }
  return new Map(
    newcomers.flatMap((newcomer): [Newcomer, Subject][] => {
      const named = subjects.get(newcomer.seen.accordId ?? "");
      const held = subjects.get(wanted.get(newcomer) ?? "");
      const owner = named && makesRoom(named, newcomer.seen) ? named : held;
      return owner ? [[newcomer, owner]] : [];
    }),
  );
}

/** A value that its holder has no more, since a worker died or was too late, is free for others. */
async function giveBackOutlived(
  { store }: World,
  kind: KindMapping,
  { subjects, wanted }: { subjects: ReadonlyMap<string, Subject>; wanted: Map<Newcomer, string> },
): Promise<void> {
  for (const [newcomer, id] of wanted) {
    const key = matchKeyOf(kind, newcomer.seen);
    const record = subjects.get(id)?.record;
    const state = record?.fields[kind.matchField ?? ""];
    const isTied = record?.links.some((link) => link.id === newcomer.seen.ref.id);
    if (!key || !state || isTied || record?.lease) continue;
    if (state.value !== null && keyOf(kind, state.value).value === key.value) continue;
    await store.letGo({ key }, id);
    wanted.delete(newcomer);
  }
}

/** A record has one place a system. It is free where nobody is, or where who was there is gone. */
function makesRoom({ record, seen }: Subject, newcomer: Observation): boolean {
  const { system, id } = newcomer.ref;
  const present = seen[system];
  if (present) return present.ref.id === id || present.gone;
  return activeLink(record, system) === undefined;
}

/** Looks on the other side for the partner of every record that stands on one side alone. */
async function findPartners(
  world: World,
  kind: KindMapping,
  subjects: Map<string, Subject>,
): Promise<void> {
  const lonely = [...subjects.values()].flatMap((subject) => {
    const side = lonelySide(subject);
    const seen = side && subject.seen[side];
    const key = seen && !seen.gone ? matchKeyOf(kind, seen) : undefined;
    return side && key ? [{ subject, far: otherSystem(side), key }] : [];
  });
  const by = kind.kind === "company" ? "domain" : "email";
  const found: Observation[] = [];
  for (const far of ["hubspot", "salesforce"] as const) {
    const values = [
      ...new Set(lonely.filter((one) => one.far === far).map(({ key }) => key.value)),
    ];
    const objects = kind.objects.filter(({ system }) => system === far).map(({ object }) => object);
    if (values.length > 0) found.push(...(await world.crms[far].find(objects, by, values)));
  }
  const held = await recordsOf(
    world,
    kind,
    found.map(({ ref }) => ref),
  );
  const taken = new Set<string>();
  for (const { subject, far, key } of lonely) {
    const candidates = found.filter((seen) => {
      const theirs = matchKeyOf(kind, seen);
      return seen.ref.system === far && !seen.gone && theirs?.value === key.value;
    });
    const free = candidates.filter(({ ref }) => {
      const holder = held.get(refKey(ref));
      return (!holder || holder.id === subject.record.id) && !taken.has(refKey(ref));
    });
    choosePartner(subject, kind.objects, candidates, free);
    const chosen = subject.seen[far];
    if (chosen) taken.add(refKey(chosen.ref));
  }
}

/** One free candidate is the partner; of several objects, the first in the mapping's order. */
function choosePartner(
  subject: Subject,
  objects: readonly MappedObject[],
  candidates: readonly Observation[],
  free: readonly Observation[],
): void {
  const preferred = objects
    .map(({ object }) => free.filter(({ ref }) => ref.object === object))
    .find((matching) => matching.length > 0);
  const [partner] = preferred ?? [];
  if (partner && preferred?.length === 1) {
    subject.seen[partner.ref.system] = partner;
    return;
  }
  if (candidates.length === 0) return;
  subject.candidates = candidates.map(({ ref }) => ref);
  subject.ambiguous = partner
    ? "several records of the other system have its identifying value"
    : "its identifying value belongs to a record that is already linked";
}
