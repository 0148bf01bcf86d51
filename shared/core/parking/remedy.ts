import type { FieldValue } from "../reconcile/field-value.ts";
import type { System } from "../reconcile/system.ts";
import type { Cause, PropertyFacts } from "./cause.ts";

/** A refused value, as far as words about it need it. */
export interface RefusedValue {
  readonly cause: Cause;
  readonly system: System;
  /** The CRM's object and property; undefined where the refusal is not of one property. */
  readonly object: string | undefined;
  readonly property: string | undefined;
  readonly field: string;
  readonly value: FieldValue;
  readonly facts: PropertyFacts | undefined;
}

const NAMES = { hubspot: "HubSpot", salesforce: "Salesforce" } as const;

/** A list longer than this is no help in a sentence. */
const MOST_OPTIONS = 12;
const LONGEST_QUOTE = 80;

/** What a person can do so that the value is taken, in one sentence. Rule K2 of SPEC.md. */
export function remedyOf(refused: RefusedValue): string {
  const where = placeOf(refused);
  const value = quoted(refused.value);
  switch (refused.cause) {
    case "value-not-in-picklist":
      return `Add ${value} to the picklist ${where}${orMapTo(refused.facts)}.`;
    case "too-long":
      return `Shorten the value, or make ${where} longer${limit(refused.facts)}.`;
    case "wrong-type":
      return `Correct ${value}, or give ${where} a type that holds it.`;
    case "required-blank":
      return `Give ${where} a value on the other side, or make it optional.`;
    case "no-permission":
      return `Give Accord's user the permission to edit ${where}, or map the field the other way alone.`;
    case "field-missing":
      return `Create ${where}, or show it to Accord's user, or take it out of the mapping.`;
    case "value-taken":
      return `Another record has ${value} in ${where}: merge the two, or change one of them.`;
    case "owner-unknown":
      return `Give ${value} an active user of that e-mail address in ${NAMES[refused.system]}, or choose another owner.`;
    case "validation-rule":
      return `Change the record so that the rule of ${NAMES[refused.system]} holds, or let Accord's user pass it.`;
    case "duplicate-rule":
      return `Merge the records that ${NAMES[refused.system]} takes for one, or let Accord's user pass its duplicate rule.`;
    case "locked":
      return `Unlock the record in ${NAMES[refused.system]}, such as by ending its approval.`;
    case "illegal-move":
      return `Move the stage as the lifecycle allows, or declare the move in its configuration.`;
    case "unstable":
      return `Find what in the two systems keeps changing ${where}, then retry it.`;
    case "unknown":
      return `Read the message of ${NAMES[refused.system]}, correct what it names, then retry.`;
  }
}

function placeOf({ system, object, property, field, facts }: RefusedValue): string {
  const name = facts?.label ?? property ?? field;
  const whose = field === "*" && !property ? "the record" : name;
  return `${whose}${object ? ` of ${object}` : ""} in ${NAMES[system]}`;
}

function quoted(value: FieldValue): string {
  if (value === null) return "a blank";
  return value.length > LONGEST_QUOTE ? `'${value.slice(0, LONGEST_QUOTE)}…'` : `'${value}'`;
}

function orMapTo(facts: PropertyFacts | undefined): string {
  const { options } = facts ?? {};
  if (!options || options.length === 0) return ", or map it to one that is there";
  const shown = options.slice(0, MOST_OPTIONS).join(", ");
  const more = options.length - MOST_OPTIONS;
  return `, or map it to one of: ${shown}${more > 0 ? ` and ${more} more` : ""}`;
}

function limit(facts: PropertyFacts | undefined): string {
  return facts?.maxLength === undefined ? "" : ` than ${facts.maxLength} characters`;
}
