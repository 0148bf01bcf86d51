import type { KindMapping, Mapping } from "../core/mapping/mapping.ts";
import { decideSet } from "../core/reconcile/decide-set.ts";
import { SYSTEMS, type System } from "../core/reconcile/system.ts";
import { recordsOf } from "./gather.ts";
import { dealOf } from "./lifecycle-sides.ts";
import { isRelationParked } from "./park.ts";
import { type Observation, type Ref, type RelationWrite, refKey } from "./ports.ts";
import { readField } from "./read-fields.ts";
import { type AccordRecord, activeLink } from "./record.ts";
import { ENDS } from "./relation-ends.ts";
import { waitText } from "./relation-evidence.ts";
import type { Subject, World } from "./subject.ts";
import type { IntendedRelation } from "./written.ts";

type Relation = RelationWrite["relation"];

export interface RelationPlan {
  readonly persons: readonly string[];
  readonly companies: readonly string[];
  /** Of the persons, the one that Salesforce calls primary; a deal of HubSpot's knows none. */
  readonly primaryPerson: string | undefined;
  readonly waiting: readonly string[];
  /** What is waited for. */
  readonly awaited: readonly Ref[];
  readonly writes: readonly IntendedRelation[];
  /** Refused before, and not to be tried again yet (K5). */
  readonly held: readonly IntendedRelation[];
  /** Persons whose own record does not know yet where this opportunity stands. */
  readonly unaware: readonly Ref[];
}

/**
 * Decides which persons and which company an opportunity has, member by member. A member without a
 * place on the other side waits: it is asked for, and the opportunity is looked at again when it is
 * there.
 */
export async function planRelations(
  world: World,
  subjects: readonly Subject[],
): Promise<Map<Subject, RelationPlan>> {
  const refs = subjects.flatMap((subject) => [
    ...endsOf(subject, "person"),
    ...endsOf(subject, "company"),
  ]);
  const records = await loadEnds(world, refs);
  const missing = subjects.flatMap((subject) =>
    (["person", "company"] as const).flatMap((relation) =>
      waitingEnds(subject, relation, records).map((ref) => ({ subject, ref })),
    ),
  );
  await Promise.all(missing.map(({ subject, ref }) => awaitEnd(world, subject, ref)));
  // What was linked before the wait was registered wakes nobody: look once more.
  const late =
    missing.length > 0
      ? await loadEnds(
          world,
          missing.map(({ ref }) => ref),
        )
      : new Map();
  const all = new Map([...records, ...late]);
  return new Map(subjects.map((subject) => [subject, planOne(world, subject, all)]));
}

function endsOf({ seen }: Subject, relation: Relation): Ref[] {
  return SYSTEMS.flatMap((system) => {
    const { relations } = seen[system] ?? {};
    const ids = relation === "person" ? relations?.persons : relations?.companies;
    return (ids ?? []).map((id) => ({ system, object: ENDS[relation][system], id }));
  });
}

async function loadEnds(world: World, refs: readonly Ref[]): Promise<Map<string, AccordRecord>> {
  const found: [string, AccordRecord][] = [];
  for (const relation of ["person", "company"] as const) {
    const kind = world.mapping.kinds.find((one) => one.kind === ENDS[relation].kind);
    const ours = refs.filter(({ system, object }) => ENDS[relation][system] === object);
    if (kind && ours.length > 0) found.push(...(await recordsOf(world, kind, ours)));
  }
  return new Map(found);
}

/** Ends that have no record of ours yet, or whose record has no place on the other side. */
function waitingEnds(
  subject: Subject,
  relation: Relation,
  records: ReadonlyMap<string, AccordRecord>,
): Ref[] {
  return endsOf(subject, relation).filter((ref) => {
    const record = records.get(refKey(ref));
    return !record || SYSTEMS.some((system) => !placeOf(record, relation, system));
  });
}

function placeOf(record: AccordRecord, relation: Relation, system: System): string | undefined {
  const link = activeLink(record, system);
  return link?.object === ENDS[relation][system] ? link.id : undefined;
}

async function awaitEnd(
  { store, queue }: World,
  { seen, record }: Subject,
  ref: Ref,
): Promise<void> {
  const waiter = seen.salesforce?.ref ?? seen.hubspot?.ref;
  if (!waiter) return;
  await store.await(ref, waiter);
  const knownAlready = record.waiting.some((text) => text.startsWith(waitText(ref)));
  if (knownAlready) return;
  const because = "an opportunity waits for it";
  await queue.send([{ ref, because }], { lane: "live", delaySeconds: 0, attempt: 0 });
}

function planOne(
  world: World,
  subject: Subject,
  records: ReadonlyMap<string, AccordRecord>,
): RelationPlan {
  const persons = planSet(subject, "person", records);
  const companies = planSet(subject, "company", records);
  const awaited = [
    ...waitingEnds(subject, "person", records),
    ...waitingEnds(subject, "company", records),
  ];
  const waiting = awaited
    .map((ref) => `${waitText(ref)} has no place on the other side yet`)
    .sort();
  // Salesforce decides an opportunity's account; HubSpot's company follows.
  const follows = companies.writes.filter(({ system }) => system === "hubspot");
  const wanted = [...persons.writes, ...follows];
  const isHeld = (one: IntendedRelation) => isRelationParked(subject.record, one, world.now());
  return {
    persons: persons.members,
    companies: companies.members,
    primaryPerson: primaryOf(subject, records),
    waiting,
    awaited,
    writes: wanted.filter((one) => !isHeld(one)),
    held: wanted.filter(isHeld),
    unaware: unawareOf(world, subject, records),
  };
}

function primaryOf(
  { seen }: Subject,
  records: ReadonlyMap<string, AccordRecord>,
): string | undefined {
  const id = seen.salesforce?.relations.primaryPerson;
  if (id === undefined) return undefined;
  const ref = { system: "salesforce", object: ENDS.person.salesforce, id } as const;
  return records.get(refKey(ref))?.id;
}

function planSet(
  subject: Subject,
  relation: Relation,
  records: ReadonlyMap<string, AccordRecord>,
): { members: readonly string[]; writes: IntendedRelation[] } {
  const places = new Map<string, AccordRecord>();
  const sets: Record<System, Set<string>> = { hubspot: new Set(), salesforce: new Set() };
  const baseline = relation === "person" ? subject.record.persons : subject.record.companies;
  for (const ref of endsOf(subject, relation)) {
    const record = records.get(refKey(ref));
    if (!record || SYSTEMS.some((system) => !placeOf(record, relation, system))) continue;
    places.set(record.id, record);
    sets[ref.system].add(record.id);
  }
  // What is absent on both sides needs no place to be forgotten.
  const known = baseline.filter((member) => places.has(member));
  const hubspot = subject.seen.hubspot || subject.create ? sets.hubspot : sets.salesforce;
  const salesforce = subject.seen.salesforce || subject.create ? sets.salesforce : sets.hubspot;
  const isDecidedBySalesforce = relation === "company";
  const agreed = isDecidedBySalesforce ? hubspotOnly(sets) : new Set(known);
  const decision = decideSet({ baseline: agreed, hubspot, salesforce });
  // A company that somebody put on the deal in HubSpot alone stays on it, beside the one agreed on.
  const isOwn = ({ action, member }: { action: "add" | "remove"; member: string }) =>
    action === "remove" && !baseline.includes(member);
  const writes = decision.writes.flatMap(({ system, member, action }) => {
    const otherId = placeOf(places.get(member) ?? subject.record, relation, system);
    if (!otherId || (isDecidedBySalesforce && isOwn({ action, member }))) return [];
    return [{ recordId: subject.record.id, relation, action, otherId, system, member }];
  });
  return { members: decision.members, writes };
}

/** For a relation that Salesforce decides: what only HubSpot has was agreed once, and is over. */
function hubspotOnly(sets: Readonly<Record<System, ReadonlySet<string>>>): ReadonlySet<string> {
  return new Set([...sets.hubspot].filter((member) => !sets.salesforce.has(member)));
}

/** Persons of an opportunity whose own record does not know yet where it stands. */
function unawareOf(
  { mapping }: World,
  { seen }: Subject,
  records: ReadonlyMap<string, AccordRecord>,
): Ref[] {
  const person = mapping.kinds.find(({ kind }: KindMapping) => kind === "person");
  const deal = seen.salesforce;
  if (!person?.lifecycle || !deal || deal.gone) return [];
  const state = dealOf({
    won: isSaid(mapping, deal, "wonField"),
    closed: isSaid(mapping, deal, "closedField"),
  });
  return deal.relations.persons.flatMap((id) => {
    const ref = { system: "salesforce", object: ENDS.person.salesforce, id } as const;
    const said = records.get(refKey(ref))?.lifecycle?.said.salesforce;
    return said?.deals[deal.ref.id] === state ? [] : [ref];
  });
}

function isSaid(mapping: Mapping, seen: Observation, use: "wonField" | "closedField"): boolean {
  const kind = mapping.kinds.find((one) => one.kind === "opportunity");
  const field = kind?.fields.find(({ name }) => name === kind[use]);
  const reading = field && readField(field, seen);
  return reading?.kind === "value" && reading.value === "true";
}
