import type { JourneyTouch } from "../core/attribution/journey.ts";
import type { WonJourney } from "./gather-journeys.ts";

type Pick = (won: WonJourney, touch: JourneyTouch) => string | null;

/** What revenue can be broken down by: of the touch that earned it, or of the opportunity. */
const BREAKDOWNS: Readonly<Record<string, Pick>> = {
  source: (_, { source }) => source,
  detail: (_, { touch }) => touch.details[0] ?? null,
  campaign: (_, { touch: { campaign } }) => campaign && (campaign.name ?? campaign.id),
  touch: (_, { touch }) => touch.kind,
  owner: ({ opportunity }) => opportunity.owner,
  company: ({ opportunity }) => opportunity.companyIds[0] ?? null,
  month: ({ opportunity }) => opportunity.closedOn.slice(0, 7),
};

/** What the line of credit that no touch earned is called. */
export const UNATTRIBUTED = "(unattributed)";

export const breakdownNames = Object.keys(BREAKDOWNS);

/** By what a credit is broken down; undefined where nothing is called so. */
export function breakdownOf(name: string): Pick | undefined {
  return Object.hasOwn(BREAKDOWNS, name) ? BREAKDOWNS[name] : undefined;
}

/** `(no campaign)`: earned by a touch, or of an opportunity, without one. */
export function labelOf(by: string, value: string | null): string {
  return value ?? `(no ${by})`;
}
