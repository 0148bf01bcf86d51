import { refKey } from "../../../../shared/sync/ports.ts";
import type { Check } from "./check.ts";

/** Nobody is made twice, whoever retries. */
export const noDuplicates: Check = {
  name: "nothing is there twice: no Accord id on two records of one object, nothing created twice",
  promise: "P3",
  find: ({ rows, records }) => {
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
    const emails = [...Map.groupBy(settled, ({ ref, values }) => emailKey(ref.system, values))]
      .filter(([key, group]) => key !== "" && group.filter((row) => row.madeByAccord).length > 0)
      .filter(([, group]) => group.length > 1)
      .map(([key]) => `${key} is there twice, and one of them is Accord's work`);
    return [...twice, ...stray, ...emails];
  },
};

function emailKey(system: string, values: Readonly<Record<string, string | null>>): string {
  const email = values["email"] ?? values["Email"];
  return email ? `${system} ${email.toLowerCase()}` : "";
}
