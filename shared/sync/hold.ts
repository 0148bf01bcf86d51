import type { KindMapping } from "../core/mapping/mapping.ts";
import { SYSTEMS } from "../core/reconcile/system.ts";
import { loadCurrent } from "./gather.ts";
import { type AccordRecord, activeLink } from "./record.ts";
import type { Holding } from "./record-store.ts";
import { keyOf, matchKeyOf, type Subject, type World } from "./subject.ts";

type Holders = Pick<World, "store" | "now">;

/** Holds what the record is known by, so that two workers cannot make two records of one. */
export async function holdAll(
  world: Holders,
  kind: KindMapping,
  {
    before,
    seen,
    ambiguous,
    withoutKey,
  }: Pick<Subject, "before" | "seen" | "ambiguous" | "withoutKey">,
  record: AccordRecord,
): Promise<boolean> {
  const fresh = SYSTEMS.flatMap((system): Holding[] => {
    const link = activeLink(record, system);
    if (!link || activeLink(before, system)?.id === link.id) return [];
    return [{ ref: { system, object: link.object, id: link.id } }];
  });
  const isNew = before.version === 0;
  const witness = seen.hubspot ?? seen.salesforce;
  const isKeyed = isNew && !ambiguous && !withoutKey;
  const key = isKeyed && witness ? matchKeyOf(kind, witness) : undefined;
  const holdings: Holding[] = key ? [{ key }, ...fresh] : fresh;
  for (const holding of holdings) if (!(await holds(world, kind, holding, record.id))) return false;
  return true;
}

async function holds(
  world: Holders,
  kind: KindMapping,
  holding: Holding,
  id: string,
): Promise<boolean> {
  const holder = await world.store.hold(holding, id);
  if (holder === id) return true;
  if (!(await hasMovedOn(world, kind, holding, holder))) return false;
  await world.store.letGo(holding, holder);
  return (await world.store.hold(holding, id)) === id;
}

/**
 * Whether what a record holds is another's to have: a value where it is known by another one now, a CRM
 * record where it was merged and who goes on for it does not have that. A worker that died between a hold
 * and the save it was for leaves it held, for ever if the next worker comes to another end (I4, I6).
 */
async function hasMovedOn(
  { store, now }: Holders,
  kind: KindMapping,
  holding: Holding,
  holder: string,
): Promise<boolean> {
  const record = (await loadCurrent({ store }, kind.kind, [holder])).get(holder);
  if (!record || (record.lease?.untilMs ?? 0) > now()) return false;
  if ("ref" in holding) {
    const { system, id } = holding.ref;
    return record.id !== holder && activeLink(record, system)?.id !== id;
  }
  const value = record.fields[holding.key.field]?.value ?? null;
  return value !== null && keyOf(kind, value).value !== holding.key.value;
}

/** Moves the identifying value that a record holds when it changed. A value of another record stays there. */
export async function rekey(
  { store }: World,
  kind: KindMapping,
  before: AccordRecord,
  after: AccordRecord,
): Promise<void> {
  if (before.version === 0 || !kind.matchField) return;
  const [was, is] = [before, after].map(
    ({ fields }) => fields[kind.matchField ?? ""]?.value ?? null,
  );
  const [oldKey, newKey] = [was, is].map((value) =>
    value === null || value === undefined ? undefined : keyOf(kind, value),
  );
  if (oldKey?.value === newKey?.value) return;
  if (newKey) await store.hold({ key: newKey }, after.id);
  if (oldKey) await store.letGo({ key: oldKey }, after.id);
}
