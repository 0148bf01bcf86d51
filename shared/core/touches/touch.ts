import type { FieldValue } from "../reconcile/field-value.ts";
import type { System } from "../reconcile/system.ts";

/**
 * first-source: where the person first came from. latest-source: where they last came from. form: a
 * form was sent in. campaign-member: put on a campaign. campaign-response: answered one.
 */
export const TOUCH_KINDS = [
  "first-source",
  "latest-source",
  "form",
  "campaign-member",
  "campaign-response",
] as const;

export type TouchKind = (typeof TOUCH_KINDS)[number];

/** A dated marketing interaction of a person. The rules are those of SPEC.md. */
export interface Touch {
  /** Made of what the touch is of (T1), such as `salesforce#CampaignMember#00v…#response`. */
  readonly id: string;
  /** An ISO instant in UTC; midnight where the system tells the day alone. */
  readonly at: string;
  readonly kind: TouchKind;
  readonly system: System;
  /** The CRM record that tells of it. */
  readonly origin: { readonly object: string; readonly id: string };
  /** Such as `ORGANIC_SEARCH`; of a campaign, its type. */
  readonly channel: FieldValue;
  /** What the system says more closely, such as the search term. */
  readonly details: readonly FieldValue[];
  /** What was sent in, such as a form's name. */
  readonly title: FieldValue;
  readonly campaign: { readonly id: string; readonly name: FieldValue } | null;
  /** Of a campaign member, its status. */
  readonly status: FieldValue;
  readonly ended: { readonly at: string; readonly because: string } | null;
  /** When what is told here was last changed, by the system's own clock: epoch milliseconds (T3). */
  readonly toldAtMs: number;
}

/** Two accounts of a touch that say the same of it, whenever and by whichever record they are told. */
export function sayTheSame(one: Touch, other: Touch): boolean {
  return toldIn(one) === toldIn(other);
}

function toldIn({ id, at, kind, channel, details, title, campaign, status, ended }: Touch): string {
  const { id: campaignId = null, name = null } = campaign ?? {};
  const { at: endedAt = null, because = null } = ended ?? {};
  return JSON.stringify([
    [id, at, kind, channel, details, title],
    [campaignId, name, status, endedAt, because],
  ]);
}

/** Oldest first; of one instant, by id. */
export function byDate(one: Touch, other: Touch): number {
  if (one.at !== other.at) return one.at < other.at ? -1 : 1;
  return one.id < other.id ? -1 : Number(one.id > other.id);
}
