import type { KindMapping } from "../core/mapping/mapping.ts";
import { SYSTEMS } from "../core/reconcile/system.ts";
import type { Work } from "../sync/decide-records.ts";
import { linkedRefs, recordsOf } from "../sync/gather.ts";
import { refKey } from "../sync/ports.ts";
import type { World } from "../sync/subject.ts";

/**
 * Of these, what was decided on a record that another worker has changed since it was read: live sync may look
 * at the same CRM records at any moment. That has to be decided once more, and says nothing against its item.
 */
export async function overtaken(
  world: World,
  kind: KindMapping,
  works: readonly Work[],
): Promise<ReadonlySet<Work>> {
  if (works.length === 0) return new Set();
  const now = await recordsOf(world, kind, works.flatMap(refsOf));
  const isOvertaken = (work: Work) => {
    const { id, version } = work.subject.before;
    const holders = refsOf(work).flatMap((ref) => now.get(refKey(ref)) ?? []);
    return holders.some((one) => one.id !== id || one.version !== version);
  };
  return new Set(works.filter(isOvertaken));
}

function refsOf({ subject: { record, seen } }: Work) {
  return [...SYSTEMS.flatMap((system) => seen[system]?.ref ?? []), ...linkedRefs([record])];
}
