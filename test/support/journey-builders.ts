import { columnsOf } from "../../shared/core/attribution/columns.ts";
import {
  type Closing,
  type Journey,
  type JourneyPerson,
  type JourneyPolicy,
  journeyOf,
} from "../../shared/core/attribution/journey.ts";
import type { Definition } from "../../shared/core/attribution/model.ts";
import { splitColumns } from "../../shared/core/attribution/split.ts";
import { type SourceWeights, weighBy } from "../../shared/core/attribution/weigh.ts";
import type { Touch } from "../../shared/core/touches/touch.ts";

export const ALL_TOUCHES: JourneyPolicy = { persons: "roles", windowDays: null, dedupeMinutes: 0 };

/** A touch that HubSpot tells of, with what differs. */
export function sourceTouch(at: string, channel: string | null, more: Partial<Touch> = {}): Touch {
  return {
    id: `hubspot#latest-source#${at}#${channel}`,
    at,
    kind: "latest-source",
    system: "hubspot",
    origin: { object: "contacts", id: "1" },
    channel,
    details: [],
    title: null,
    campaign: null,
    status: null,
    ended: null,
    toldAtMs: 1,
    ...more,
  };
}

export function journeyPerson(
  id: string,
  touches: readonly Touch[],
  more: Partial<JourneyPerson> = {},
): JourneyPerson {
  return { id, touches, leadCreatedAt: null, mqlAt: null, sqlAt: null, ...more };
}

/** The journey of one person whose touches, one a day from 1 January 2026, came from these sources. */
export function journeyFrom(
  sources: readonly string[],
  {
    closing = { closedOn: "2026-12-31", openedAt: null },
    ...more
  }: Partial<JourneyPerson> & { readonly closing?: Closing } = {},
): Journey {
  const touches = sources.map((source, index) =>
    sourceTouch(new Date(Date.UTC(2026, 0, 1 + index, 8)).toISOString(), source),
  );
  return journeyOf(closing, [journeyPerson("ann", touches, more)], ALL_TOUCHES);
}

/** What each touch of a journey is given of an amount, and what nobody earned, as a last part. */
export function creditsOf(
  definition: Definition,
  journey: Journey,
  { minor = 1000n, learned = new Map() }: { minor?: bigint; learned?: SourceWeights } = {},
): bigint[] {
  const columns = columnsOf([{ journey, minor }]);
  const credits = splitColumns(columns, weighBy(definition, columns, learned));
  return [...credits.byTouch, ...credits.unattributed];
}
