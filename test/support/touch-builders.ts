import type { Touch } from "../../shared/core/touches/touch.ts";

/** A campaign member's touch, with what differs. */
export function memberTouch(more: Partial<Touch> = {}): Touch {
  return {
    id: "salesforce#CampaignMember#00v000000000001AAA",
    at: "2026-03-01T10:00:00.000Z",
    kind: "campaign-member",
    system: "salesforce",
    origin: { object: "CampaignMember", id: "00v000000000001AAA" },
    channel: "Webinar",
    details: [],
    title: null,
    campaign: { id: "701000000000001AAA", name: "Spring webinar" },
    status: "Sent",
    ended: null,
    toldAtMs: 1,
    ...more,
  };
}
