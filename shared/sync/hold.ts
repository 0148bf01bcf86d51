import type { KindMapping } from "../core/mapping/mapping.ts";
import { SYSTEMS } from "../core/reconcile/system.ts";
import { type AccordRecord, activeLink } from "./record.ts";
import type { Holding } from "./record-store.ts";
import { keyOf, matchKeyOf, type Subject, type World } from "./subject.ts";

/** Holds what the record is known by, so that two workers cannot make two records of one. */
export async function holdAll(
  { store }: World,
  kind: KindMapping,
  { before, seen, ambiguous, withoutKey }: Subject,
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
  for (const holding of holdings) {
    if ((await store.hold(holding, record.id)) !== record.id) return false;
  }
  return true;
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
