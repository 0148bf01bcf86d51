import type { System } from "../core/reconcile/system.ts";
import { SWITCHED_ON } from "./more-kinds.ts";

interface PolledObject {
  readonly system: System;
  readonly object: string;
}

/**
 * What is polled, in the order in which a first load reads best: companies and persons before the
 * opportunities that point at them. The order is a matter of speed alone (P2).
 */
export const POLLED_OBJECTS: readonly PolledObject[] = [
  { system: "salesforce", object: "Account" },
  { system: "hubspot", object: "companies" },
  { system: "salesforce", object: "Contact" },
  { system: "salesforce", object: "Lead" },
  { system: "hubspot", object: "contacts" },
  { system: "salesforce", object: "Opportunity" },
  { system: "salesforce", object: "OpportunityContactRole" },
  { system: "hubspot", object: "deals" },
  { system: "salesforce", object: "CampaignMember" },
  ...SWITCHED_ON.flatMap(({ objects }) =>
    objects.map(({ system, object }) => ({ system, object })),
  ),
];

/** What polls cannot tell of, and is gone over whole, a few times a day (decision 0010). */
export const SWEPT_RELATIONS = [{ system: "hubspot", object: "deals" }] as const;

/** Whose deletions polls may miss, and which is gone over whole, once a day (decision 0013). */
export const SWEPT_LINKS = [
  { system: "hubspot", object: "contacts" },
  { system: "hubspot", object: "companies" },
  { system: "hubspot", object: "deals" },
  { system: "salesforce", object: "Lead" },
  { system: "salesforce", object: "Contact" },
  { system: "salesforce", object: "Account" },
  { system: "salesforce", object: "Opportunity" },
] as const;
