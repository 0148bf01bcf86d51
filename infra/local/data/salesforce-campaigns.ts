import type { DataRecord } from "../../simulators/kit/data-records.ts";
import { CAMPAIGN_NAMES } from "./company-words.ts";
import { DAY_MS, OWNER_COUNT } from "./made-up-people.ts";
import { salesforceId } from "./salesforce-id.ts";
import { ownerId, stamps } from "./salesforce-people.ts";
import type { SeededRandom } from "./seeded-random.ts";

interface Campaign {
  readonly id: string;
  readonly startMs: number;
}

/** Members of a campaign, at most. */
const MEMBERS = 30;

export interface CampaignInput {
  readonly random: SeededRandom;
  readonly count: number;
  readonly leads: number;
  readonly contacts: number;
  readonly todayMs: number;
}

/** Campaigns, each with leads and contacts that were sent something, about half of whom responded. */
export function makeCampaigns(input: CampaignInput): {
  readonly campaigns: readonly DataRecord[];
  readonly members: readonly DataRecord[];
} {
  const { random, count, todayMs } = input;
  const made = Array.from({ length: count }, (_, index): Campaign => {
    return {
      id: salesforceId("Campaign", index + 1),
      startMs: todayMs - random.whole(10, 500) * DAY_MS,
    };
  });
  const sent = made.flatMap((campaign) =>
    membersOf(input).map((person) => ({ campaign, person, responded: random.chance(50) })),
  );
  return {
    campaigns: made.map((campaign, index) => campaignRecord(input, campaign, index)),
    members: sent.map(({ campaign, person, responded }, index) => {
      const createdMs = campaign.startMs + random.whole(0, DAY_MS);
      const respondedMs = Math.min(createdMs + random.whole(1, 8) * DAY_MS, todayMs);
      return {
        attributes: { type: "CampaignMember" },
        Id: salesforceId("CampaignMember", index + 1),
        CampaignId: campaign.id,
        ...person,
        Status: responded ? "Responded" : "Sent",
        HasResponded: responded,
        FirstRespondedDate: responded ? new Date(respondedMs).toISOString().slice(0, 10) : null,
        ...stamps(createdMs, responded ? respondedMs : createdMs),
      };
    }),
  };
}

/** A person is a member of a campaign once. */
function membersOf({ random, leads, contacts }: CampaignInput) {
  const everyone = Array.from({ length: leads + contacts }, (_, index) =>
    index < leads
      ? { LeadId: salesforceId("Lead", index + 1), ContactId: null }
      : { LeadId: null, ContactId: salesforceId("Contact", index - leads + 1) },
  );
  return random.shuffled(everyone).slice(0, random.whole(10, MEMBERS));
}

function campaignRecord(input: CampaignInput, { id, startMs }: Campaign, index: number) {
  const { random, todayMs } = input;
  const [type, title] = CAMPAIGN_NAMES.at(index % CAMPAIGN_NAMES.length) ?? ["Other", "Campaign"];
  const endMs = startMs + random.whole(1, 60) * DAY_MS;
  const over = endMs < todayMs;
  return {
    attributes: { type: "Campaign" },
    Id: id,
    Name: `${title} ${new Date(startMs).toISOString().slice(0, 7)} (${index + 1})`,
    Type: type,
    Status: over ? "Completed" : "In Progress",
    StartDate: new Date(startMs).toISOString().slice(0, 10),
    EndDate: new Date(endMs).toISOString().slice(0, 10),
    IsActive: !over,
    BudgetedCost: random.whole(1, 40) * 500,
    OwnerId: ownerId(random.whole(0, OWNER_COUNT - 1)),
    ...stamps(startMs - 14 * DAY_MS, over ? endMs : startMs),
  };
}
