import type { PlanItem, PlanTotals } from "./plan.ts";

export const NO_TOTALS: PlanTotals = {
  items: 0,
  kinds: {},
  creates: {},
  updates: {},
  clears: 0,
  relations: 0,
  links: 0,
  conflicts: 0,
  parked: 0,
  ambiguous: 0,
  fields: {},
};

/** What one item adds to the numbers of its plan. */
export function totalsOf(item: PlanItem): PlanTotals {
  const { changes, relations, links, conflicts, parked, ambiguous } = item;
  const creates = changes.filter(({ id }) => id === undefined);
  const updates = changes.filter(({ id }) => id !== undefined);
  const fields = changes.flatMap(({ system, properties }) =>
    [...new Set(properties.flatMap(({ field }) => field ?? []))].map((name) => `${system} ${name}`),
  );
  const isClear = ({ from, to }: { from: string | null; to: string | null }) =>
    (to ?? "") === "" && (from ?? "") !== "";
  return {
    items: 1,
    kinds: { [item.kind]: 1 },
    creates: counted(creates.map(({ system, object }) => `${system} ${object}`)),
    updates: counted(updates.map(({ system, object }) => `${system} ${object}`)),
    clears: updates.flatMap(({ properties }) => properties.filter(isClear)).length,
    relations: relations.length,
    links: links.length,
    conflicts: conflicts.length,
    parked: parked.length,
    ambiguous: ambiguous === undefined ? 0 : 1,
    fields: counted(fields),
  };
}

export function sumTotals(all: readonly PlanTotals[]): PlanTotals {
  const number = (of: (one: PlanTotals) => number) => all.reduce((sum, one) => sum + of(one), 0);
  const byName = (of: (one: PlanTotals) => Readonly<Record<string, number>>) =>
    addUp(all.flatMap((one) => Object.entries(of(one))));
  return {
    items: number(({ items }) => items),
    kinds: byName(({ kinds }) => kinds),
    creates: byName(({ creates }) => creates),
    updates: byName(({ updates }) => updates),
    clears: number(({ clears }) => clears),
    relations: number(({ relations }) => relations),
    links: number(({ links }) => links),
    conflicts: number(({ conflicts }) => conflicts),
    parked: number(({ parked }) => parked),
    ambiguous: number(({ ambiguous }) => ambiguous),
    fields: byName(({ fields }) => fields),
  };
}

function counted(names: readonly string[]): Record<string, number> {
  return addUp(names.map((name) => [name, 1]));
}

function addUp(entries: readonly (readonly [string, number])[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const [name, count] of entries) sums.set(name, (sums.get(name) ?? 0) + count);
  return Object.fromEntries([...sums].sort(([one], [other]) => (one < other ? -1 : 1)));
}
