import type { System } from "../core/reconcile/system.ts";
import type { Bucket } from "./bridge.ts";
import type { FieldOutcome, Place } from "./compare-fields.ts";
import type { FindingKind } from "./finding.ts";
import { addSums, type Sums } from "./sums.ts";

/** How one field compares, in pairs of records. */
export interface FieldTally {
  readonly compared: number;
  readonly equal: number;
  /** Different, and known to be: it stands in a named place. */
  readonly explained: number;
}

/** What was counted of one kind, or of a part of it. Sums, so that they can be taken again. */
export interface Tally {
  /** CRM records that were read. */
  readonly read: Readonly<Record<System, number>>;
  /** Of them: gone when they were looked at anew, and so counted on no side. */
  readonly gone: Readonly<Record<System, number>>;
  readonly hubspot: Sums<Bucket>;
  readonly salesforce: Sums<Bucket>;
  readonly fields: Readonly<Record<string, FieldTally>>;
  readonly places: Sums<Place>;
  readonly findings: Sums<FindingKind>;
}

export const NO_TALLY: Tally = {
  read: { hubspot: 0, salesforce: 0 },
  gone: { hubspot: 0, salesforce: 0 },
  hubspot: {},
  salesforce: {},
  fields: {},
  places: {},
  findings: {},
};

export function addTallies(all: readonly Tally[]): Tally {
  const fields: Record<string, FieldTally> = {};
  for (const [name, one] of all.flatMap((tally) => Object.entries(tally.fields)))
    fields[name] = addFields(fields[name] ?? NO_FIELDS, one);
  return {
    read: addSides(all.map(({ read }) => read)),
    gone: addSides(all.map(({ gone }) => gone)),
    hubspot: addSums(all.map((tally) => tally.hubspot)),
    salesforce: addSums(all.map((tally) => tally.salesforce)),
    fields,
    places: addSums(all.map(({ places }) => places)),
    findings: addSums(all.map(({ findings }) => findings)),
  };
}

function addSides(all: readonly Tally["read"][]): Tally["read"] {
  const { hubspot = 0, salesforce = 0 } = addSums(all);
  return { hubspot, salesforce };
}

const NO_FIELDS: FieldTally = { compared: 0, equal: 0, explained: 0 };

function addFields(one: FieldTally, other: FieldTally): FieldTally {
  return {
    compared: one.compared + other.compared,
    equal: one.equal + other.equal,
    explained: one.explained + other.explained,
  };
}

/** What the fields of pairs add to a tally. */
export function tallyFields(
  outcomes: readonly Pick<FieldOutcome, "field" | "is">[],
): Readonly<Record<string, FieldTally>> {
  const fields: Record<string, FieldTally> = {};
  for (const { field, is } of outcomes)
    fields[field] = addFields(fields[field] ?? NO_FIELDS, {
      compared: 1,
      equal: is === "equal" ? 1 : 0,
      explained: is === "explained" ? 1 : 0,
    });
  return fields;
}

/** The share of compared fields that are equal: the fraction itself, and a percentage for people. */
export interface Share {
  readonly equal: number;
  readonly compared: number;
  /** Cut, never rounded: 100 % is said of nothing less. */
  readonly percent: string;
}

const DIGITS = 4;

export function shareOf(fields: Tally["fields"]): Share {
  const { equal, compared } = Object.values(fields).reduce(addFields, NO_FIELDS);
  if (compared === 0) return { equal, compared, percent: "100.0000 %" };
  const scaled = (BigInt(equal) * 10n ** BigInt(DIGITS + 2)) / BigInt(compared);
  const digits = scaled.toString().padStart(DIGITS + 1, "0");
  return { equal, compared, percent: `${digits.slice(0, -DIGITS)}.${digits.slice(-DIGITS)} %` };
}
