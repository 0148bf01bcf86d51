import type { KindMapping } from "../core/mapping/mapping.ts";
import { refKey, systemName } from "../sync/ports.ts";
import type { AccordRecord } from "../sync/record.ts";
import type { RelationPlan } from "../sync/relate.ts";
import type { PlanItem, PlannedChange } from "./plan.ts";

interface Beside {
  readonly kind: KindMapping;
  readonly relations: RelationPlan | undefined;
  /** Records at the other ends of the relations that would be made now, by our ids. */
  readonly ends: ReadonlyMap<string, AccordRecord>;
}

/**
 * What would be done now and was not planned, in words; undefined where there is nothing. Less than was
 * planned is no difference: somebody did it already, or a worker that died.
 */
export function differenceFrom(
  planned: PlanItem,
  decided: PlanItem,
  { kind, relations, ends }: Beside,
): string | undefined {
  if (decided.ambiguous !== undefined && planned.ambiguous === undefined) return decided.ambiguous;
  const ids = new Set(kind.objects.map(({ idProperty }) => idProperty));
  for (const change of decided.changes) {
    const reason = changeMoved(planned, change, ids);
    if (reason !== undefined) return reason;
  }
  const isPlanned = (one: PlanItem["relations"][number]) =>
    planned.relations.some((other) => JSON.stringify(other) === JSON.stringify(one));
  const awaits = new Set(planned.awaits);
  for (const write of relations?.writes ?? []) {
    const { system, relation, action, otherId } = write;
    const links = ends.get(write.member)?.links ?? [];
    const wasAwaited = action === "add" && links.some((link) => awaits.has(refKey(link)));
    if (!isPlanned({ system, relation, action, otherId }) && !wasAwaited)
      return `it would ${action} a ${relation} in ${systemName(system)}, which was not planned`;
  }
  return undefined;
}

function changeMoved(
  planned: PlanItem,
  { system, object, id, properties }: PlannedChange,
  ids: ReadonlySet<string>,
): string | undefined {
  const where = `${systemName(system)} ${object}`;
  const same = planned.changes.find(
    (one) => one.system === system && one.object === object && one.id === id,
  );
  if (!same)
    return id === undefined
      ? `it would be created as ${where}, which was not planned`
      : `${where} ${id} would be changed, which was not planned`;
  const before = new Map(same.properties.map((one) => [one.property, one]));
  for (const { property, field, from, to } of properties) {
    if (ids.has(property)) continue;
    const then = before.get(property);
    const what = `${where} ${id ?? ""} ${field ?? property}`.replace("  ", " ");
    if (!then) return `${what} would be changed, which was not planned`;
    if ((then.from ?? "") !== (from ?? "")) return `${what} was changed since it was planned`;
    if (then.to !== to) return `${what} would get another value than was planned`;
  }
  return undefined;
}
