import { type Ref, refKey } from "../../../../shared/sync/ports.ts";
import type { AccordRecord } from "../../../../shared/sync/record.ts";
import type { Check } from "./check.ts";
import type { Row } from "./read-sides.ts";

/** Nobody is made twice, whoever retries. */
export const noDuplicates: Check = {
  name: "nothing is there twice: no Accord id on two records of one object, nothing created twice",
  promise: "P3",
  find: ({ rows, records, united }) => {
    const twice = [...Map.groupBy(rows, ({ ref, accordId }) => `${ref.object} ${accordId}`)]
      .filter(([key, group]) => !key.endsWith(" null") && group.length > 1)
      .map(([key]) => `${key} is on several records`);
    const tied = new Set(
      records.flatMap(({ links }) => links.filter(({ ended }) => !ended).map(refKey)),
    );
    const stray = rows
      .filter(({ madeByAccord, ref }) => madeByAccord && !tied.has(refKey(ref)))
      .map(({ ref }) => `Accord made ${ref.object} ${ref.id}, and ties it to nothing`);
    const linked = new Set(
      records
        .filter(({ status }) => status === "linked")
        .flatMap(({ links }) => links.filter(({ ended }) => !ended).map(refKey)),
    );
    // Two that a merge made one in the other CRM are listed, and never merged by Accord.
    const settled = rows.filter(({ ref }) => linked.has(refKey(ref)));
    const areOne = madeOneByCrossingMerges(records, united);
    const emails = [...Map.groupBy(settled, ({ ref, values }) => emailKey(ref.system, values))]
      .filter(([key, group]) => key !== "" && group.some((row) => row.madeByAccord))
      .filter(([, group]) => group.length > 1 && !areOne(group))
      .map(([key]) => `${key} is there twice, and one of them is Accord's work`);
    return [...twice, ...stray, ...emails];
  },
};

function emailKey(system: string, values: Readonly<Record<string, string | null>>): string {
  const email = values["email"] ?? values["Email"];
  return email ? `${system} ${email.toLowerCase()}` : "";
}

/**
 * Merges of both CRMs may cross: A and B are made one here, B and C there. All three are one person by
 * what people did, and what is left of them is two pairs of one address.
 */
function madeOneByCrossingMerges(
  records: readonly AccordRecord[],
  united: readonly (readonly [Ref, Ref])[],
): (group: readonly Row[]) => boolean {
  const groups = [...records.map(({ links }) => links), ...united];
  const componentOf = componentsOf(groups.map((refs) => refs.map(refKey)));
  const crossed = new Map<string, Set<string>>();
  for (const [one] of united) {
    const component = componentOf(refKey(one));
    crossed.set(component, (crossed.get(component) ?? new Set()).add(one.system));
  }
  return (group) => {
    const components = new Set(group.map(({ ref }) => componentOf(refKey(ref))));
    return components.size === 1 && [...components].every((name) => crossed.get(name)?.size === 2);
  };
}

/** Which of the sets that hang together a key is in, by the name of one of its members. */
function componentsOf(groups: readonly (readonly string[])[]): (key: string) => string {
  const parents = new Map<string, string>();
  const rootOf = (key: string): string => {
    const parent = parents.get(key) ?? key;
    return parent === key ? key : rootOf(parent);
  };
  for (const [first, ...others] of groups)
    if (first !== undefined) for (const other of others) parents.set(rootOf(other), rootOf(first));
  return rootOf;
}
