import { SYSTEMS } from "../core/reconcile/system.ts";
import type { Observation, Ref, RelationWrite } from "../sync/ports.ts";
import { nameOf, refKey } from "../sync/ports.ts";
import { readField, sameValue } from "../sync/read-fields.ts";
import type { AccordRecord } from "../sync/record.ts";
import { nowText, withoutLink } from "../sync/subject.ts";
import { withDone } from "./done-of.ts";
import { FORGOTTEN } from "./forget-item.ts";
import type { PropertyChange } from "./plan.ts";
import type { RunWorld } from "./ports.ts";
import type { Done, KeptItem, Left } from "./run.ts";

/** One CRM record that a run wrote, and what it says now. */
interface Written {
  readonly item: KeptItem;
  readonly done: Done;
  readonly now: Observation | undefined;
}

interface TakenBack {
  readonly left: Left[];
  readonly failed: string[];
}

/**
 * Takes back what a run did to these items: values that are still the run's become what they were, records
 * that it created go to the recycle bin, relations and links are as before. What a person changed since is
 * left, and listed. Doing it twice does it once: what is back already is not the run's any more.
 */
export async function undoItems(
  at: RunWorld,
  undo: string,
  kept: readonly KeptItem[],
): Promise<readonly KeptItem[]> {
  const all = await withDone(at, kept);
  const items = all.filter(({ forgotten }) => !forgotten);
  const written = await observeWritten(at, items);
  const results = new Map<string, TakenBack>(
    items.map(({ key }) => [key, { left: [], failed: [] }]),
  );
  await unrelate(at, items, results);
  await restore(at, written, results);
  await archive(at, written, results);
  await restoreRecords(at, undo, items);
  return all.map((item): KeptItem => {
    if (item.forgotten) return leftOf(item);
    const { left, failed } = results.get(item.key) ?? { left: [], failed: [] };
    if (failed.length > 0) return { ...item, state: "failed", reason: failed.join("; ") };
    if (left.length === 0) return { ...item, state: "undone" };
    const keptRelations = keptWith(item, left);
    return {
      ...item,
      state: "left",
      left,
      ...(keptRelations.length > 0 ? { keptRelations } : {}),
    };
  });
}

/**
 * What was there before the run, and whether anybody has edited it since, is not known any more of whom was forgotten:
 * what the run wrote stays, and is named; and our record is not made to say again what it was to forget.
 */
function leftOf(item: KeptItem): KeptItem {
  const done = item.journal?.done ?? [];
  if (done.length === 0) return { ...item, state: "undone" };
  const names = done.map(
    (one) => `${nameOf(refOf(one))}${one.created ? ", which it created" : ""}`,
  );
  const reason = `${FORGOTTEN}: what the run wrote stays in ${names.join("; ")}`;
  return { ...item, state: "left", reason };
}

/** What is somebody's now is so with the people and the company that the run put on it. */
function keptWith({ journal }: KeptItem, left: readonly Left[]) {
  const isKept = ({ system, object, id }: Done) =>
    left.some((one) => one.system === system && one.object === object && one.id === id);
  const kept = (journal?.done ?? []).filter((done) => done.created && isKept(done));
  const systems = new Set(kept.map(({ system }) => system));
  return (journal?.relations ?? []).filter(
    ({ system, action }) => systems.has(system) && action === "add",
  );
}

async function observeWritten({ world }: RunWorld, items: readonly KeptItem[]): Promise<Written[]> {
  const all = items.flatMap((item) => (item.journal?.done ?? []).map((done) => ({ item, done })));
  const observed = await Promise.all(
    SYSTEMS.map((system) => {
      const refs = all.filter(({ done }) => done.system === system).map(({ done }) => refOf(done));
      return refs.length > 0 ? world.crms[system].observe(refs) : new Map<string, Observation>();
    }),
  );
  const byRef = new Map(observed.flatMap((answer) => [...answer]));
  return all.map((one) => {
    const now = byRef.get(refKey(refOf(one.done)));
    return { ...one, now: now?.gone || now?.continuedAs ? undefined : now };
  });
}

function refOf({ system, object, id }: Done): Ref {
  return { system, object, id };
}

/** Blank and missing are one to both CRMs. */
const isSame = (one: string | null | undefined, other: string | null | undefined) =>
  (one ?? "") === (other ?? "");

function textNow(at: RunWorld, { item, done, now }: Written, property: string): string | null {
  const kind = at.world.mapping.kinds.find((one) => one.kind === item.kind);
  const idProperty = kind?.objects.find(({ object }) => object === done.object)?.idProperty;
  if (property === idProperty) return now?.accordId ?? null;
  return now?.properties[property] ?? null;
}

/**
 * Whether a record says now what a change took it to, or found: as text, or by the mapping's codec, since
 * CRMs store values in forms of their own.
 */
function says(
  at: RunWorld,
  written: Written,
  { property, field, ...change }: PropertyChange,
  which: "from" | "to",
): boolean {
  const { item, done, now } = written;
  if (isSame(textNow(at, written, property), change[which])) return true;
  const kind = at.world.mapping.kinds.find((one) => one.kind === item.kind);
  const mapped = kind?.fields.find(({ name }) => name === field);
  if (!mapped || !now) return false;
  const changed = done.properties.filter((one) => one.field === field);
  const then = Object.fromEntries(changed.map((one) => [one.property, one[which]]));
  const said = readField(mapped, now);
  const wrote = readField(mapped, { ref: now.ref, properties: { ...now.properties, ...then } });
  return (
    said.kind === "value" && wrote.kind === "value" && sameValue(mapped, said.value, wrote.value)
  );
}

/** What somebody else changed of what the run wrote. */
function changedSince(at: RunWorld, written: Written): Left[] {
  const { done, now } = written;
  return done.properties.flatMap((change): Left[] => {
    const { system, object, id } = done;
    if (!now) return [{ ...change, system, object, id }];
    if (!isReadBack(at, written, change.property)) return [];
    const value = textNow(at, written, change.property);
    const isOurs = says(at, written, change, "to") || says(at, written, change, "from");
    return isOurs ? [] : [{ ...change, system, object, id, now: value }];
  });
}

/** A property that is set on creation alone, such as a pipeline, is not read. */
function isReadBack(at: RunWorld, { item, done }: Written, property: string): boolean {
  const kind = at.world.mapping.kinds.find((one) => one.kind === item.kind);
  const mapped = kind?.objects.find(({ object }) => object === done.object);
  return mapped?.onCreate[property] === undefined;
}

async function restore(
  at: RunWorld,
  all: readonly Written[],
  results: ReadonlyMap<string, TakenBack>,
): Promise<void> {
  const updates = all.filter(({ done }) => !done.created);
  for (const one of updates) results.get(one.item.key)?.left.push(...changedSince(at, one));
  const writes = updates.flatMap((one) => {
    const { done, now, item } = one;
    const ours = done.properties.filter(
      (change) =>
        now !== undefined && says(at, one, change, "to") && !says(at, one, change, "from"),
    );
    if (ours.length === 0) return [];
    const properties = Object.fromEntries(ours.map(({ property, from }) => [property, from]));
    const { system, object, id } = done;
    return [
      { item, system, write: { recordId: item.journal?.recordId ?? "", object, id, properties } },
    ];
  });
  for (const system of SYSTEMS) {
    const ours = writes.filter((one) => one.system === system);
    if (ours.length === 0) continue;
    const answers = await at.world.crms[system].write(ours.map(({ write }) => write));
    for (const [index, { item, write }] of ours.entries()) {
      const { failed, refused = [] } = answers[index] ?? {};
      const reasons = [...(failed ? [failed] : []), ...refused].map(
        ({ code, message }) => `${nameOf({ system, ...write })}: ${code}: ${message}`,
      );
      results.get(item.key)?.failed.push(...reasons);
    }
  }
}

/** A created record that somebody has edited since, be it where the run wrote nothing, is theirs now. */
async function archive(
  at: RunWorld,
  all: readonly Written[],
  results: ReadonlyMap<string, TakenBack>,
): Promise<void> {
  const created = all.filter(({ done, now }) => done.created && now !== undefined);
  const changed = new Map(created.map((one) => [one, changedSince(at, one)]));
  const untouched = created.filter((one) => changed.get(one)?.length === 0);
  const edited = new Map([...changed, ...(await editedElsewhere(at, untouched))]);
  for (const [{ item }, left] of edited) results.get(item.key)?.left.push(...left);
  const free = created.filter((one) => edited.get(one)?.length === 0);
  for (const system of SYSTEMS) {
    const ours = free.filter(({ done }) => done.system === system);
    if (ours.length === 0) continue;
    const answers = await at.world.crms[system].archive(ours.map(({ done }) => refOf(done)));
    for (const { ref, failed } of answers) {
      const owner = ours.find(({ done }) => done.id === ref.id && done.object === ref.object);
      if (failed && owner)
        results
          .get(owner.item.key)
          ?.failed.push(`${nameOf(ref)}: ${failed.code}: ${failed.message}`);
    }
  }
}

/** What people gave records in which all that the run wrote still stands. */
async function editedElsewhere({ world }: RunWorld, all: readonly Written[]) {
  const answers = await Promise.all(
    SYSTEMS.map((system) => {
      const refs = all.filter(({ done }) => done.system === system).map(({ done }) => refOf(done));
      return refs.length > 0 ? world.crms[system].editsByPeople(refs) : new Map<string, never>();
    }),
  );
  const byRef = new Map(answers.flatMap((answer) => [...answer]));
  return all.map((one): readonly [Written, Left[]] => {
    const { system, object, id } = one.done;
    const edits = byRef.get(refKey(refOf(one.done))) ?? [];
    const where = { system, object, id, from: null, to: null };
    return [one, edits.map(({ property, value: now }) => ({ ...where, property, now }))];
  });
}

const OPPOSITE = { add: "remove", remove: "add" } as const;

async function unrelate(
  at: RunWorld,
  items: readonly KeptItem[],
  results: ReadonlyMap<string, TakenBack>,
): Promise<void> {
  for (const system of SYSTEMS) {
    const writes = items.flatMap((item) => {
      const { journal } = item;
      const opportunityId = journal?.opportunity?.[system];
      const created = journal?.done?.some((one) => one.system === system && one.created);
      // A created opportunity takes its relations with it.
      if (!journal || opportunityId === undefined || created) return [];
      return journal.relations
        .filter((one) => one.system === system)
        .map(({ relation, action, otherId }) => ({
          item,
          write: {
            recordId: journal.recordId,
            relation,
            action: OPPOSITE[action],
            opportunityId,
            otherId,
          } satisfies RelationWrite,
        }));
    });
    if (writes.length === 0) continue;
    const answers = await at.world.crms[system].relate(writes.map(({ write }) => write));
    for (const [index, { item }] of writes.entries()) {
      const failed = answers[index]?.failed;
      // Whoever is gone is related to nobody.
      if (failed && !failed.retryable)
        results.get(item.key)?.failed.push(`a relation: ${failed.code}: ${failed.message}`);
    }
  }
}

const MOST_TRIES = 5;

/**
 * Our records say again what they said before the run, and are held: nothing writes to them until released.
 * Whoever comes after a worker that died lets go of what it did not.
 */
async function restoreRecords(
  { world }: RunWorld,
  undo: string,
  items: readonly KeptItem[],
): Promise<void> {
  const { store } = world;
  let open = items.flatMap((item) => (item.journal ? [{ item, id: item.journal.recordId }] : []));
  for (let tries = 0; open.length > 0 && tries < MOST_TRIES; tries += 1) {
    const records = await store.load(open.map(({ item, id }) => ({ kind: item.kind, id })));
    const next = open.flatMap(({ item, id }) => {
      const now = records.get(id);
      if (!now || now.heldBy === undo || now.forgotten) return [];
      return [{ item, id, record: asBefore(now, { item, undo, at: nowText(world) }) }];
    });
    await store.log(next.map(({ record }) => takenBack(record, undo)));
    const ends = await Promise.all(next.map(({ record }) => store.save(record)));
    open = next.filter((_, index) => ends[index] === "stale");
  }
  const created = items.flatMap(({ journal }) =>
    (journal?.done ?? [])
      .filter((done) => done.created)
      .map((done) => ({ ref: refOf(done), id: journal?.recordId ?? "" })),
  );
  await Promise.all(created.map(({ ref, id }) => store.letGo({ ref }, id)));
}

function takenBack({ id, kind, updatedAt, version }: AccordRecord, undo: string) {
  const events = [{ what: "taken back", because: `run ${undo}` }];
  return { recordId: id, kind, at: updatedAt, version: version + 1, events };
}

function asBefore(
  now: AccordRecord,
  { item, undo, at }: { item: KeptItem; undo: string; at: string },
): AccordRecord {
  const { before, done = [] } = item.journal ?? { before: now };
  const isNew = before.version === 0;
  const created = new Set(done.filter((one) => one.created).map((one) => refKey(refOf(one))));
  const because = `taken back by run ${undo}`;
  const unlinked = now.links
    .filter((link) => !link.ended && created.has(refKey(link)))
    .reduce((record, link) => withoutLink(record, link, because, at), now);
  const base: AccordRecord = isNew
    ? { ...unlinked, fields: {}, stages: [], parked: [], conflicts: [], persons: [], companies: [] }
    : { ...before, links: unlinked.links, createdAt: now.createdAt };
  const { sending: _sending, lease: _lease, ...rest } = base;
  return {
    ...rest,
    lease: undefined,
    version: now.version,
    status: created.size > 0 || isNew ? "excluded" : before.status,
    statusReason: because,
    heldBy: undo,
    updatedAt: at,
  };
}
