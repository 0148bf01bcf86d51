import type { KindMapping } from "../core/mapping/mapping.ts";
import { SYSTEMS } from "../core/reconcile/system.ts";
import { findPartners } from "./find-partners.ts";
import { forgetDeleted } from "./forget.ts";
import { linkedRefs, loadCurrent, type Newcomer, observeAll, showLinked } from "./gather.ts";
import { joinSame } from "./join-records.ts";
import { keepsApart } from "./kept-apart.ts";
import { type Observation, refKey } from "./ports.ts";
import { type AccordRecord, activeLink, newRecord } from "./record.ts";
import { matchKeyText } from "./record-store.ts";
import {
  keyOf,
  livingOn,
  matchKeyOf,
  nowText,
  type Subject,
  seat,
  subjectOf,
  type World,
} from "./subject.ts";

/**
 * Finds whose record each newcomer is (I1): what it goes on for, our id found on it, then its
 * identifying value (a person's e-mail address, a company's host). Nobody's: a record of its own.
 */
export async function identify(
  world: World,
  kind: KindMapping,
  subjects: Map<string, Subject>,
  newcomers: readonly Newcomer[],
): Promise<void> {
  await forgetDeleted(world, kind, subjects);
  const known = await meetOwners(world, kind, subjects, newcomers);
  await joinSame(world, kind, subjects);
  const shown = new Map([...subjects.values()].flatMap(shownAs));
  const byKey = new Map<string, Subject>();
  for (const newcomer of newcomers) {
    const { seen, hints } = newcomer;
    const key = matchKeyOf(kind, seen);
    const keyText = key && matchKeyText(key);
    const owner = shown.get(refKey(seen.ref)) ?? ownerOf(known, subjects, { newcomer, keyText });
    const subject = owner ?? (await ownRecord(world, kind, { newcomer, known, subjects }));
    if (subject.seen[seen.ref.system]?.ref.id !== seen.ref.id) seat(subject, seen, nowText(world));
    subject.hints.push(...hints);
    subjects.set(subject.record.id, subject);
    const keeper = keyText && (known.byText.get(keyText) ?? byKey.get(keyText)?.record.id);
    if (keeper && keeper !== subject.record.id) subject.withoutKey = true;
    if (keyText && !byKey.has(keyText)) byKey.set(keyText, subject);
  }
  await findPartners(world, kind, subjects);
}

/** What a subject is seen as, such as the contact that its lead was converted to. */
function shownAs(subject: Subject): [string, Subject][] {
  return SYSTEMS.flatMap((system) => {
    const seen = livingOn(subject, system);
    return seen ? [[refKey(seen.ref), subject]] : [];
  });
}

/** Whose the CRM records, values and ids of newcomers are, as the store says. */
interface Known {
  /** Record ids by `refKey` and `matchKeyText`. */
  readonly byText: Map<string, string>;
  /** In place of a record that was merged stands the one that goes on for it. */
  readonly records: ReadonlyMap<string, AccordRecord>;
  readonly isStored: (id: string) => boolean;
}

/** Loads and observes whoever a newcomer may belong to. */
async function meetOwners(
  world: World,
  kind: KindMapping,
  subjects: Map<string, Subject>,
  newcomers: readonly Newcomer[],
): Promise<Known> {
  const keys = newcomers.flatMap(({ seen }) => matchKeyOf(kind, seen) ?? []);
  const refs = newcomers.flatMap(({ seen }) => [seen.ref, ...(seen.continues ?? [])]);
  const byText = new Map(await world.store.holders(refs, keys));
  const carried = newcomers.flatMap(({ seen }) => (seen.accordId ? [seen.accordId] : []));
  const wanted = [...new Set([...byText.values(), ...carried])];
  const records = await loadCurrent(world, kind.kind, wanted);
  const unseen = [...records.values()].filter(({ id }) => !subjects.has(id));
  const observed = await observeAll(world, linkedRefs(unseen));
  for (const record of unseen) {
    if (subjects.has(record.id)) continue;
    const subject = subjectOf(record);
    showLinked(subject, observed);
    subjects.set(record.id, subject);
  }
  await giveBackOutlived(world, kind, { newcomers, byText, records });
  for (const [text, id] of byText) {
    const record = records.get(id);
    // Held by a record that was never saved: its worker died. The record is made now.
    if (!record && !subjects.has(id)) subjects.set(id, emptySubject(world, kind, id));
    if (record) byText.set(text, record.id);
  }
  return { byText, records, isStored: (id) => records.has(id) };
}

/** A value that its holder has no more, since a worker died or was too late, is free for others. */
async function giveBackOutlived(
  { store }: World,
  kind: KindMapping,
  {
    newcomers,
    byText,
    records,
  }: {
    readonly newcomers: readonly Newcomer[];
    readonly byText: Map<string, string>;
    readonly records: ReadonlyMap<string, AccordRecord>;
  },
): Promise<void> {
  for (const { seen } of newcomers) {
    const key = matchKeyOf(kind, seen);
    const id = key && byText.get(matchKeyText(key));
    const record = id === undefined ? undefined : records.get(id);
    const state = record?.fields[kind.matchField ?? ""];
    if (!key || !id || !record || !state || record.lease) continue;
    if (record.id === id && state.value !== null && keyOf(kind, state.value).value === key.value)
      continue;
    if (record.links.some((link) => link.id === seen.ref.id)) continue;
    await store.letGo({ key }, id);
    byText.delete(matchKeyText(key));
  }
}

function ownerOf(
  { byText, records }: Known,
  subjects: ReadonlyMap<string, Subject>,
  {
    newcomer: { seen },
    keyText,
  }: { readonly newcomer: Newcomer; readonly keyText: string | undefined },
): Subject | undefined {
  const holder = subjects.get(byText.get(refKey(seen.ref)) ?? "");
  if (holder && makesRoom(holder, seen)) return holder;
  // Of a record that is not stored, whoever came first in this batch may bear the id already.
  const carried = seen.accordId ?? "";
  const named = subjects.get(records.get(carried)?.id ?? carried);
  if (named && makesRoom(named, seen)) return named;
  for (const ref of seen.continues ?? []) {
    const before = subjects.get(byText.get(refKey(ref)) ?? "");
    if (before && makesRoom(before, seen)) return before;
  }
  const keeper = subjects.get(byText.get(keyText ?? "") ?? "");
  const isAlive = keeper && SYSTEMS.some((system) => livingOn(keeper, system));
  return keeper && !isAlive && makesRoom(keeper, seen) ? keeper : undefined;
}

/** A record has one place a system. It is free where nobody is, or where who was there is gone. */
function makesRoom({ record, seen }: Subject, newcomer: Observation): boolean {
  const { system, id } = newcomer.ref;
  if (keepsApart(record, newcomer.ref) || record.forgotten) return false;
  const present = seen[system];
  if (present) return present.ref.id === id || present.gone;
  return activeLink(record, system) === undefined;
}

/** A record of its own; under the id that the CRM record still carries, where that is free. */
async function ownRecord(
  world: World,
  kind: KindMapping,
  {
    newcomer: { seen },
    known,
    subjects,
  }: {
    readonly newcomer: Newcomer;
    readonly known: Known;
    readonly subjects: ReadonlyMap<string, Subject>;
  },
): Promise<Subject> {
  const holder = known.byText.get(refKey(seen.ref));
  // It was deleted and is back, and its record has another in its place: it lets go of this one.
  if (holder) await world.store.letGo({ ref: seen.ref }, holder);
  const carried = seen.accordId;
  const isFree = carried !== undefined && !subjects.has(carried) && !known.isStored(carried);
  return emptySubject(world, kind, isFree && UUID.test(carried) ? carried : world.newId());
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function emptySubject(world: World, { kind }: KindMapping, id: string): Subject {
  const at = { now: nowText(world), mappingVersion: world.mapping.version };
  return subjectOf(newRecord({ id, kind }, at));
}
