import type { LifecycleMachine, StageMeaning, StageWords } from "../core/lifecycle/machine.ts";
import { LIFECYCLE_STAGES } from "./choices.ts";

/** HubSpot's words for the stages that it has by default. Insert a portal's own in place. */
const HUBSPOT_WORDS = {
  subscriber: "subscriber",
  lead: "lead",
  mql: "marketingqualifiedlead",
  sql: "salesqualifiedlead",
  opportunity: "opportunity",
  customer: "customer",
} as const;

/** What Salesforce's field of ours says where HubSpot has no stage by default; a portal may add them. */
const ACCEPTED = "salesacceptedlead";
const RECYCLED = "recycled";
const DISQUALIFIED = "disqualified";

/** In contact by sales: HubSpot's three words for Salesforce's one. */
const WORKING = ["ATTEMPTED_TO_CONTACT", "CONNECTED", "IN_PROGRESS"] as const;
const NOT_WORKING = [null, "NEW", "OPEN", "OPEN_DEAL"] as const;

const OPEN = "Open - Not Contacted";
const CONTACTED = "Working - Contacted";
const CLOSED = "Closed - Not Converted";
const CONVERTED = "Closed - Converted";

const { subscriber, lead, mql, sql, opportunity, customer } = HUBSPOT_WORDS;
const BEFORE_CUSTOMER = [null, subscriber, lead, mql, ACCEPTED, sql, opportunity] as const;

const same = (
  property: string,
  words: Readonly<Record<string, string>>,
  when: StageMeaning["when"],
): StageMeaning[] =>
  Object.entries(words).map(([means, word]) => ({ when: { [property]: [word], ...when }, means }));

/** A lead status says more than the stage until the person is a customer. */
const contacts: StageWords = {
  properties: [
    // `other` is left out: it is no place in a funnel, and travels as it is.
    {
      name: "lifecyclestage",
      values: [
        null,
        ...LIFECYCLE_STAGES.filter((stage) => stage !== "other"),
        ACCEPTED,
        RECYCLED,
        DISQUALIFIED,
      ],
    },
    { name: "hs_lead_status", values: [...NOT_WORKING, ...WORKING, "UNQUALIFIED", "BAD_TIMING"] },
  ],
  meanings: [
    {
      when: { lifecyclestage: BEFORE_CUSTOMER, hs_lead_status: ["UNQUALIFIED"] },
      means: "disqualified",
    },
    {
      when: { lifecyclestage: BEFORE_CUSTOMER, hs_lead_status: ["BAD_TIMING"] },
      means: "recycled",
    },
    { when: { lifecyclestage: [mql], hs_lead_status: WORKING }, means: "sal" },
    { when: { lifecyclestage: [mql], hs_lead_status: NOT_WORKING }, means: "mql" },
    { when: { lifecyclestage: [null], hs_lead_status: [...NOT_WORKING, ...WORKING] }, means: null },
    ...same(
      "lifecyclestage",
      { subscriber, lead, sql, opportunity },
      { hs_lead_status: [...NOT_WORKING, ...WORKING] },
    ),
    {
      when: { lifecyclestage: [ACCEPTED], hs_lead_status: [...NOT_WORKING, ...WORKING] },
      means: "sal",
    },
    { when: { lifecyclestage: [customer, "evangelist"] }, means: "customer" },
    { when: { lifecyclestage: [RECYCLED] }, means: "recycled" },
    { when: { lifecyclestage: [DISQUALIFIED] }, means: "disqualified" },
  ],
  written: {
    subscriber: { lifecyclestage: subscriber, hs_lead_status: null },
    lead: { lifecyclestage: lead, hs_lead_status: "NEW" },
    mql: { lifecyclestage: mql, hs_lead_status: "OPEN" },
    sal: { lifecyclestage: mql, hs_lead_status: "IN_PROGRESS" },
    sql: { lifecyclestage: sql, hs_lead_status: "IN_PROGRESS" },
    opportunity: { lifecyclestage: opportunity, hs_lead_status: "OPEN_DEAL" },
    customer: { lifecyclestage: customer },
    recycled: { hs_lead_status: "BAD_TIMING", lifecyclestage: lead },
    disqualified: { hs_lead_status: "UNQUALIFIED", lifecyclestage: lead },
  },
  enteredAt: Object.fromEntries(
    Object.entries(HUBSPOT_WORDS).map(([stage, word]) => [
      stage,
      [`hs_v2_date_entered_${word}`, `hs_lifecyclestage_${word}_date`],
    ]),
  ),
};

const STAGE = "Lifecycle_Stage__c";
const SALESFORCE_STAGES = [
  null,
  ...Object.values(HUBSPOT_WORDS),
  "evangelist",
  ACCEPTED,
  RECYCLED,
  DISQUALIFIED,
] as const;

const isCustomer = { [STAGE]: [customer, "evangelist"] };

/** A lead's status says what sales does with it; what was set aside and is taken up again is a lead. */
const Lead: StageWords = {
  properties: [
    { name: STAGE, values: SALESFORCE_STAGES },
    // Blank stands for a status of the org's own.
    { name: "Status", values: [null, OPEN, CONTACTED, CLOSED, CONVERTED] },
  ],
  meanings: [
    { when: isCustomer, means: "customer" },
    {
      when: { [STAGE]: [...BEFORE_CUSTOMER, DISQUALIFIED], Status: [CLOSED] },
      means: "disqualified",
    },
    { when: { [STAGE]: [RECYCLED], Status: [CLOSED, null] }, means: "recycled" },
    { when: { [STAGE]: [DISQUALIFIED], Status: [null] }, means: "disqualified" },
    { when: { [STAGE]: [RECYCLED, DISQUALIFIED], Status: [OPEN] }, means: "lead" },
    {
      when: { [STAGE]: [mql, ACCEPTED, RECYCLED, DISQUALIFIED], Status: [CONTACTED] },
      means: "sal",
    },
    { when: { [STAGE]: [mql], Status: [null, OPEN] }, means: "mql" },
    { when: { [STAGE]: [ACCEPTED], Status: [null] }, means: "sal" },
    { when: { [STAGE]: [ACCEPTED], Status: [OPEN] }, means: "mql" },
    {
      when: {
        [STAGE]: [null, subscriber, lead, mql, sql, ACCEPTED, RECYCLED, DISQUALIFIED],
        Status: [CONVERTED],
      },
      means: "sql",
    },
    { when: { [STAGE]: [null], Status: [null, OPEN, CONTACTED] }, means: null },
    ...same(STAGE, { subscriber, lead, sql }, { Status: [null, OPEN, CONTACTED] }),
    ...same(STAGE, { opportunity }, { Status: [null, OPEN, CONTACTED, CONVERTED] }),
  ],
  written: {
    subscriber: { [STAGE]: subscriber, Status: OPEN },
    lead: { [STAGE]: lead, Status: OPEN },
    mql: { [STAGE]: mql, Status: OPEN },
    sal: { [STAGE]: mql, Status: CONTACTED },
    sql: { [STAGE]: sql, Status: CONTACTED },
    opportunity: { [STAGE]: opportunity, Status: CONTACTED },
    customer: { [STAGE]: customer },
    recycled: { Status: CLOSED, [STAGE]: RECYCLED },
    disqualified: { Status: CLOSED, [STAGE]: DISQUALIFIED },
  },
};

/** A contact has no status: the field alone says its stage, and its opportunities move it. */
const Contact: StageWords = {
  properties: [{ name: STAGE, values: SALESFORCE_STAGES }],
  meanings: [
    { when: { [STAGE]: [null] }, means: null },
    { when: isCustomer, means: "customer" },
    ...same(
      STAGE,
      { subscriber, lead, mql, sal: ACCEPTED, sql, opportunity, recycled: RECYCLED },
      {},
    ),
    { when: { [STAGE]: [DISQUALIFIED] }, means: "disqualified" },
  ],
  written: {
    ...Object.fromEntries(
      Object.entries({ ...HUBSPOT_WORDS, sal: ACCEPTED, recycled: RECYCLED }).map(
        ([stage, word]) => [stage, { [STAGE]: word }],
      ),
    ),
    disqualified: { [STAGE]: DISQUALIFIED },
  },
};

const ASIDE = ["disqualified", "recycled"] as const;
const FUNNEL = ["subscriber", "lead", "mql", "sal", "sql", "opportunity"] as const;
const before = (stage: (typeof FUNNEL)[number]) => FUNNEL.slice(0, FUNNEL.indexOf(stage));

/** A person's lifecycle. Everything a customer would change of it is changed here. */
export const lifecycle: LifecycleMachine = {
  stages: [...ASIDE, ...FUNNEL, "customer"],
  aside: ASIDE,
  initial: [...ASIDE, ...FUNNEL, "customer"],
  beatsAll: ["customer"],
  transitions: [
    { name: "became a lead", from: before("lead"), to: "lead", way: "forward" },
    { name: "qualified by marketing", from: before("mql"), to: "mql", way: "forward" },
    { name: "accepted by sales", from: before("sal"), to: "sal", way: "forward" },
    { name: "qualified by sales", from: before("sql"), to: "sql", way: "forward" },
    {
      name: "opportunity opened",
      from: before("opportunity"),
      to: "opportunity",
      way: "forward",
    },
    { name: "won", from: FUNNEL, to: "customer", way: "forward" },
    { name: "reopened", from: ASIDE, to: "lead", way: "forward" },
    { name: "re-engaged", from: ASIDE, to: "mql", way: "forward" },
    { name: "taken up by sales", from: ASIDE, to: "sal", way: "forward" },
    { name: "requalified by sales", from: ASIDE, to: "sql", way: "forward" },
    { name: "opportunity opened again", from: ASIDE, to: "opportunity", way: "forward" },
    { name: "won after all", from: ASIDE, to: "customer", way: "forward" },
    { name: "recycled", from: [...FUNNEL, "disqualified"], to: "recycled", way: "back" },
    { name: "disqualified", from: [...FUNNEL, "recycled"], to: "disqualified", way: "back" },
    { name: "win taken back", from: ["customer"], to: "recycled", way: "back" },
    { name: "deal reopened", from: ["customer"], to: "opportunity", way: "back" },
    { name: "opportunity withdrawn", from: ["opportunity"], to: "sql", way: "back" },
    { name: "returned by sales", from: ["sql", "opportunity"], to: "sal", way: "back" },
    { name: "returned to marketing", from: ["sal", "sql", "opportunity"], to: "mql", way: "back" },
    { name: "set back", from: ["mql", "sal", "sql"], to: "lead", way: "back" },
  ],
  objects: { contacts, Lead, Contact },
  deals: [
    { from: ["none", "lost", "open"], to: "won", means: "customer", unless: [] },
    { from: ["won"], to: "open", means: "opportunity", unless: [] },
    { from: ["won"], to: "lost", means: "recycled", unless: [] },
    { from: ["open"], to: "lost", means: "recycled", unless: ["customer", "disqualified"] },
    { from: ["none", "lost"], to: "open", means: "opportunity", unless: ["customer"] },
  ],
  conversions: [
    {
      from: "Lead",
      to: "Contact",
      means: "sql",
      unless: ["sql", "opportunity", "customer"],
    },
  ],
};
