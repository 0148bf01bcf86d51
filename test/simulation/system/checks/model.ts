import { refKey } from "../../../../shared/sync/ports.ts";
import { type AccordRecord, activeLink } from "../../../../shared/sync/record.ts";
import { accordName, type FieldName, fieldOf, fieldsOf, plain } from "../story/fields.ts";
import type { Typed } from "../story/people.ts";
import type { Check, Ending } from "./check.ts";
import { isOverwrittenInTheGap, lastTyped, valueOn } from "./nothing-lost.ts";
import type { Row } from "./read-sides.ts";

/** Decided by a machine of their own, or together with another field: they have checks of their own. */
const DECIDED_OTHERWISE: ReadonlySet<FieldName> = new Set([
  "lifecycleStage",
  "leadStatus",
  "stage",
  "closeDate",
]);

/**
 * A small model of its own says which values may stand at the end: what was typed last on one of the
 * two sides. Where Accord had already said that both agree when the later of the two was typed, or
 * where nobody typed anything on the other side, it is the later one and no other.
 */
export const asModelled: Check = {
  name: "the value at the end is one that the model allows",
  promise: "R2, R3",
  find: (ending) => {
    if (ending.story.mode === "observe") return [];
    const rows = new Map(ending.rows.map((row) => [refKey(row.ref), row]));
    const typed = Map.groupBy(lastTyped(ending.typed), ({ ref }) => refKey(ref));
    return ending.records.flatMap((record) => {
      const pair = pairOf(record, rows);
      if (!pair) return [];
      const known = pair.flatMap(({ ref }) => typed.get(refKey(ref)) ?? []);
      return fieldsOf(record.kind)
        .filter((field) => !DECIDED_OTHERWISE.has(field))
        .flatMap((field) => judge(ending, { record, pair, field, known }));
    });
  },
};

type Pair = readonly [Row, Row];

/** Both sides of a record that has only ever had these two. */
function pairOf(record: AccordRecord, rows: ReadonlyMap<string, Row>): Pair | undefined {
  if (record.links.some(({ ended }) => ended) || record.status !== "linked") return undefined;
  const [hubspot, salesforce] = (["hubspot", "salesforce"] as const).map((system) => {
    const link = activeLink(record, system);
    return link && rows.get(refKey(link));
  });
  return hubspot && salesforce ? [hubspot, salesforce] : undefined;
}

interface Judged {
  readonly record: AccordRecord;
  readonly pair: Pair;
  readonly field: FieldName;
  readonly known: readonly Typed[];
}

function judge(ending: Ending, { record, pair, field, known }: Judged): string[] {
  const speaks = pair.every(({ ref }) => ref.object in fieldOf(field).properties);
  const typed = known.filter((one) => one.field === field);
  if (!speaks || typed.length === 0 || isOpen(record, field)) return [];
  // What Accord wrote over unseen may be followed by anything that was true before.
  if (typed.some((one) => isOverwrittenInTheGap(ending, one))) return [];
  const allowed = allowedOf(typed);
  return pair.flatMap((row) => {
    const now = plain(field, valueOn(row, field));
    if (allowed.some(({ value }) => plain(field, value) === now)) return [];
    const words = allowed.map(({ value, order }) => `"${value}" (edit ${order})`).join(" or ");
    return [
      `${typed[0]?.thing}: ${field} is "${now}" in ${row.ref.object} ${row.ref.id}, not ${words}`,
    ];
  });
}

function allowedOf(typed: readonly Typed[]): readonly Typed[] {
  const [earlier, later] = [...typed].sort((one, other) => one.order - other.order);
  if (!earlier || !later) return typed;
  const wasSettled =
    later.agreedBefore !== undefined &&
    plain(later.field, later.agreedBefore) === plain(later.field, earlier.value);
  return wasSettled ? [later] : typed;
}

/** Parked, or waiting for a person's word. */
function isOpen({ parked, conflicts }: AccordRecord, field: FieldName): boolean {
  const name = accordName(field);
  return (
    parked.some((one) => one.field === name || one.field === "*") ||
    conflicts.some(({ winner, fields }) => winner === undefined && fields.includes(name))
  );
}

/** No value is written that no side ever gave: what stands on somebody's record was typed of them. */
export const noStrangers: Check = {
  name: "nobody's record holds what was typed of somebody else",
  promise: "R6",
  find: ({ rows, records, typed, united }) => {
    const typedOn = Map.groupBy(
      typed.filter(({ value }) => value !== null && /\d/.test(value)),
      ({ field, value }) => `${field} ${plain(field, value)}`,
    );
    const family = familiesOf([
      ...records.map(({ links }) => links.map(refKey)),
      ...united.map((pair) => pair.map(refKey)),
    ]);
    // What a merge cut off from its partner is listed, and keeps what it had of it.
    const linked = new Set(
      records
        .filter(({ status }) => status === "linked")
        .flatMap(({ links }) => links.filter(({ ended }) => !ended).map(refKey)),
    );
    const settled = rows.filter(({ ref }) => linked.has(refKey(ref)));
    return settled.flatMap((row) =>
      (Object.keys(OWN) as (keyof typeof OWN)[]).flatMap((field) => {
        const value = plain(field, valueOn(row, field));
        const givers = value === "" ? [] : (typedOn.get(`${field} ${value}`) ?? []);
        const own = family.get(refKey(row.ref)) ?? new Set([refKey(row.ref)]);
        if (givers.length === 0 || givers.some(({ ref }) => own.has(refKey(ref)))) return [];
        return [
          `${row.ref.object} ${row.ref.id} has the ${field} "${value}" of ${givers[0]?.thing}`,
        ];
      }),
    );
  },
};

/** Fields whose values are told apart by a number of their own. */
const OWN = {
  email: 1,
  firstName: 1,
  lastName: 1,
  phone: 1,
  jobTitle: 1,
  company: 1,
  companyName: 1,
  dealName: 1,
  amount: 1,
  lostReason: 1,
} as const satisfies Partial<Record<FieldName, 1>>;

/** CRM records that were ever one, to Accord or by people's doing, by each of them. */
function familiesOf(ties: readonly (readonly string[])[]): Map<string, Set<string>> {
  const families = new Map<string, Set<string>>();
  for (const keys of ties) {
    const family = new Set([...keys, ...keys.flatMap((key) => [...(families.get(key) ?? [])])]);
    for (const key of family) families.set(key, family);
  }
  return families;
}
