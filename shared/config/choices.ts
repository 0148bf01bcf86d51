import type { ChoiceOption } from "../core/codec/choice-codec.ts";
import type { Classes } from "../core/codec/field-type.ts";

/** HubSpot's default lifecycle stages, from the first to the last. Insert a portal's own in place. */
export const LIFECYCLE_STAGES = [
  "subscriber",
  "lead",
  "marketingqualifiedlead",
  "salesqualifiedlead",
  "opportunity",
  "customer",
  "evangelist",
  "other",
] as const;

/**
 * A lead's status: HubSpot's eight values against Salesforce's four. Salesforce cannot hold a blank,
 * so its starting status stands for HubSpot's blank too.
 */
export const LEAD_STATUS_CLASSES: Classes = {
  "": "open",
  NEW: "open",
  OPEN: "open",
  ATTEMPTED_TO_CONTACT: "working",
  CONNECTED: "working",
  IN_PROGRESS: "working",
  UNQUALIFIED: "disqualified",
  BAD_TIMING: "disqualified",
  OPEN_DEAL: "converted",
};

export const SALESFORCE_LEAD_STATUS: readonly ChoiceOption[] = [
  { raw: "Open - Not Contacted", value: null },
  { raw: "Open - Not Contacted", value: "NEW" },
  { raw: "Open - Not Contacted", value: "OPEN" },
  { raw: "Working - Contacted", value: "IN_PROGRESS" },
  { raw: "Working - Contacted", value: "ATTEMPTED_TO_CONTACT" },
  { raw: "Working - Contacted", value: "CONNECTED" },
  { raw: "Closed - Not Converted", value: "UNQUALIFIED" },
  { raw: "Closed - Not Converted", value: "BAD_TIMING" },
  { raw: "Closed - Converted", value: "OPEN_DEAL" },
];

/** Salesforce's ten default stages against the seven of HubSpot's default deal pipeline. */
const STAGES = [
  ["Prospecting", "appointmentscheduled"],
  ["Qualification", "qualifiedtobuy"],
  ["Needs Analysis", "presentationscheduled"],
  ["Value Proposition", "presentationscheduled"],
  ["Id. Decision Makers", "decisionmakerboughtin"],
  ["Perception Analysis", "decisionmakerboughtin"],
  ["Proposal/Price Quote", "contractsent"],
  ["Negotiation/Review", "contractsent"],
  ["Closed Won", "closedwon"],
  ["Closed Lost", "closedlost"],
] as const;

/** Canonical stages are Salesforce's, the finer of the two. */
export const STAGE_CLASSES: Classes = Object.fromEntries(STAGES);

export const HUBSPOT_STAGES: readonly ChoiceOption[] = STAGES.map(([value, raw]) => ({
  raw,
  value,
}));
