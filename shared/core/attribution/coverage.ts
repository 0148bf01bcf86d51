import { type Closing, type JourneyPerson, type JourneyPolicy, standing } from "./journey.ts";

/** Why nothing of an opportunity can be credited, with what would help. Rule A18, in its order. */
export const GAPS = {
  "no-contact-role":
    "give the opportunity a contact role in Salesforce, or associate a contact with the deal in HubSpot",
  "touch-after-close":
    "correct the close date, or date the campaign response by when it happened; what came after the closing cannot have led to it",
  "touch-before-window": "widen journey.windowDays in shared/config/attribution.ts",
  "touch-without-source":
    "give the contact an original source in HubSpot, or the campaign a type in Salesforce",
  "person-not-linked":
    "bring the contact to HubSpot (see 'accord explain'), so that marketing's touches are known",
  "no-touch":
    "record how the person came: an original source in HubSpot, or membership of a campaign in Salesforce",
} as const;

export type Gap = keyof typeof GAPS;

export interface CoveredPerson extends JourneyPerson {
  /** Linked to a HubSpot contact, from which marketing's touches come. */
  readonly inMarketing: boolean;
}

/**
 * Why none of the persons' touches counts toward a closing; null: one does.
 *
 * @param persons - Those that are known of the ones whose touches may count.
 */
export function gapOf(
  closing: Pick<Closing, "closedOn"> & { readonly personIds: readonly string[] },
  persons: readonly CoveredPerson[],
  policy: JourneyPolicy,
): Gap | null {
  if (closing.personIds.length === 0 && persons.length === 0) return "no-contact-role";
  const standings = new Set(
    persons.flatMap(({ touches }) => touches.map((touch) => standing(touch, closing, policy))),
  );
  if (standings.has("counts")) return null;
  if (standings.has("after-closing")) return "touch-after-close";
  if (standings.has("before-window")) return "touch-before-window";
  if (standings.has("without-source")) return "touch-without-source";
  return persons.some(({ inMarketing }) => inMarketing) ? "no-touch" : "person-not-linked";
}
