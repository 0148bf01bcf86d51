import type { FieldValue } from "./field-value.ts";
import { otherSystem, type System } from "./system.ts";

/**
 * One fact, as three witnesses give it: the values of its fields, in the fact's order. Most facts
 * have one field; amounts with their currency, or a stage with its closing date, have more.
 * `baseline` is what both sides last agreed on; all null where they never met.
 */
export interface Witnesses {
  readonly baseline: readonly FieldValue[];
  readonly hubspot: readonly FieldValue[];
  readonly salesforce: readonly FieldValue[];
}

export const POLICIES = [
  "latest",
  "hubspot",
  "salesforce",
  "prefer-hubspot-unless-blank",
  "prefer-salesforce-unless-blank",
  "ask",
] as const;

/** Who wins when both sides moved. */
export type Policy = (typeof POLICIES)[number];

/** Which way a fact may travel. One-way facts say what becomes of an edit on the far side. */
export type Direction =
  | { readonly way: "both" }
  | { readonly way: "to-hubspot" | "to-salesforce"; readonly farEdit: "put-back" | "leave" };

export interface Rule {
  readonly direction: Direction;
  readonly policy: Policy;
  /** Decides where `latest` cannot. */
  readonly tieBreaker: System;
  /** The side whose wording is kept when both say the same in different words. */
  readonly finer: System;
  /** Two values of the field at `index` that mean the same. */
  readonly same: (index: number, one: FieldValue, other: FieldValue) => boolean;
}

/** When each side's value was last edited, in epoch milliseconds; undefined where it is not known. */
export interface EditTimes {
  readonly hubspot: number | undefined;
  readonly salesforce: number | undefined;
  /** Edits no further apart than this are taken as simultaneous: the two CRMs' clocks differ. */
  readonly skewMs: number;
}

/** `left`: the far side, `by`, keeps an edit of its own; `value` is the near side's all the same. */
export type Verdict =
  | { readonly kind: "agreed"; readonly value: readonly FieldValue[] }
  | { readonly kind: "moved"; readonly by: System; readonly value: readonly FieldValue[] }
  | { readonly kind: "left"; readonly by: System; readonly value: readonly FieldValue[] }
  | {
      readonly kind: "overruled";
      readonly winner: System;
      readonly value: readonly FieldValue[];
      readonly lost: readonly FieldValue[];
      readonly because: "policy" | "one-way";
    }
  | {
      readonly kind: "open";
      readonly hubspot: readonly FieldValue[];
      readonly salesforce: readonly FieldValue[];
    };

/**
 * Decides one fact. Rules R1 to R3 of SPEC.md, in that order.
 *
 * Who moved is decided by values, never by clocks: a hint that is delivered twice gets the verdict
 * it got the first time. Only when both moved, and the policy is `latest`, are times asked.
 */
export function decideFact(witnesses: Witnesses, rule: Rule, times: EditTimes): Verdict {
  const { baseline, hubspot, salesforce } = witnesses;
  const same = (one: readonly FieldValue[], other: readonly FieldValue[]) =>
    one.every((value, index) => rule.same(index, value, other[index] ?? null));

  if (same(hubspot, salesforce)) return { kind: "agreed", value: witnesses[rule.finer] };
  const hubspotMoved = !same(hubspot, baseline);
  const salesforceMoved = !same(salesforce, baseline);
  if (rule.direction.way !== "both")
    return decideOneWay(witnesses, rule, hubspotMoved, salesforceMoved);
  if (!salesforceMoved) return { kind: "moved", by: "hubspot", value: hubspot };
  if (!hubspotMoved) return { kind: "moved", by: "salesforce", value: salesforce };

  const winner = winnerOf(witnesses, rule, times);
  if (winner === undefined) return { kind: "open", hubspot, salesforce };
  return {
    kind: "overruled",
    winner,
    value: witnesses[winner],
    lost: witnesses[otherSystem(winner)],
    because: "policy",
  };
}

/** R2 for facts that travel one way: the near side is right, the far side is put back or left. */
function decideOneWay(
  witnesses: Witnesses,
  rule: Rule,
  hubspotMoved: boolean,
  salesforceMoved: boolean,
): Verdict {
  const near = rule.direction.way === "to-salesforce" ? "hubspot" : "salesforce";
  const far = otherSystem(near);
  const nearMoved = near === "hubspot" ? hubspotMoved : salesforceMoved;
  const farMoved = near === "hubspot" ? salesforceMoved : hubspotMoved;
  const value = witnesses[near];
  if (!farMoved) return { kind: "moved", by: near, value };
  if (rule.direction.way !== "both" && rule.direction.farEdit === "leave" && !nearMoved)
    return { kind: "left", by: far, value };
  if (isBlank(witnesses[far])) return { kind: "moved", by: near, value };
  return { kind: "overruled", winner: near, value, lost: witnesses[far], because: "one-way" };
}

function winnerOf(witnesses: Witnesses, rule: Rule, times: EditTimes): System | undefined {
  switch (rule.policy) {
    case "ask":
      return undefined;
    case "hubspot":
    case "salesforce":
      return rule.policy;
    case "prefer-hubspot-unless-blank":
      return isBlank(witnesses.hubspot) ? "salesforce" : "hubspot";
    case "prefer-salesforce-unless-blank":
      return isBlank(witnesses.salesforce) ? "hubspot" : "salesforce";
    case "latest":
      return laterOf(times) ?? rule.tieBreaker;
  }
}

function laterOf({ hubspot, salesforce, skewMs }: EditTimes): System | undefined {
  if (hubspot === undefined || salesforce === undefined) return undefined;
  if (hubspot - salesforce > skewMs) return "hubspot";
  if (salesforce - hubspot > skewMs) return "salesforce";
  return undefined;
}

function isBlank(values: readonly FieldValue[]): boolean {
  return values.every((value) => value === null);
}
