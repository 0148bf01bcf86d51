import type { Connection } from "jsforce/lib/connection.js";
import type { FindingKind } from "../../shared/parity/finding.ts";
import type { Ref } from "../../shared/sync/ports.ts";
import { callerOf, connectionOf, hubspotUser, salesforceUser } from "../support/crm-people.ts";
import {
  type CleanPair,
  companyPair,
  OWNER_ROWS,
  opportunityPair,
  personPair,
  type Sizes,
} from "./parity-data.ts";
import { type CrmUrls, seedRecords } from "./running-crms.ts";
import { salesforceId } from "./salesforce-ids.ts";

/** What a sweep has to say of a fault. */
export interface Expected {
  readonly kind: FindingKind;
  readonly field?: string;
}

/** A fault that was planted: what is to be found, and of which CRM records. */
export interface Fault {
  readonly name: string;
  readonly ids: readonly string[];
  readonly expected: readonly Expected[];
}

interface People {
  readonly urls: CrmUrls;
  readonly inHubspot: ReturnType<typeof hubspotUser>;
  readonly inSalesforce: ReturnType<typeof salesforceUser>;
  readonly connection: Connection;
}

interface FaultKind {
  readonly name: string;
  readonly on: "lead" | "company" | "opportunity";
  readonly expected: readonly Expected[];
  /** Answers the ids of records that it touches besides the pair's. */
  readonly plant: (
    people: People,
    pair: CleanPair,
    other: () => CleanPair,
  ) => Promise<readonly string[] | undefined>;
}

const differs = (field: string): Expected[] => [{ kind: "value-differs", field }];

/** Seeded once more, a HubSpot record is another, and neither its stamp nor anybody tells. */
async function overwrite(
  { urls }: People,
  { hubspot }: CleanPair,
  properties: Readonly<Record<string, string>>,
): Promise<undefined> {
  const before = hubspot.row["properties"];
  const row = { ...hubspot.row, properties: { ...Object(before), ...properties } };
  await seedRecords(urls.hubspot, hubspot.ref.object, [row]);
}

const inHubspot =
  (properties: Readonly<Record<string, string>>): FaultKind["plant"] =>
  async (people, { hubspot }) => {
    await people.inHubspot.edit(hubspot.ref, properties);
    return undefined;
  };

const inSalesforce =
  (fields: Readonly<Record<string, string>>): FaultKind["plant"] =>
  async (people, { salesforce }) => {
    await people.inSalesforce.edit(salesforce.ref, fields);
    return undefined;
  };

const otherOwner = ({ index }: CleanPair) => OWNER_ROWS[(index + 1) % OWNER_ROWS.length];

/** Everything that happens behind Accord's back: no webhook, no event, no poll tells of any of it. */
const FAULT_KINDS: readonly FaultKind[] = [
  {
    name: "a value changed in HubSpot",
    on: "lead",
    expected: differs("jobTitle"),
    plant: inHubspot({ jobtitle: "Chief" }),
  },
  {
    name: "a value changed in Salesforce",
    on: "lead",
    expected: differs("phone"),
    plant: inSalesforce({ Phone: "+49 30 1234567" }),
  },
  {
    name: "a value changed in HubSpot, its stamp unmoved",
    on: "lead",
    expected: differs("firstName"),
    plant: (people, pair) => overwrite(people, pair, { firstname: "Someone" }),
  },
  {
    name: "a text cut in Salesforce",
    on: "lead",
    expected: differs("company"),
    plant: inSalesforce({ Company: "Company" }),
  },
  {
    name: "a value cleared in HubSpot",
    on: "lead",
    expected: differs("lastName"),
    plant: inHubspot({ lastname: "" }),
  },
  {
    name: "a value cleared in Salesforce",
    on: "lead",
    expected: differs("jobTitle"),
    plant: inSalesforce({ Title: "" }),
  },
  {
    name: "both sides changed alike",
    on: "lead",
    expected: [{ kind: "stale-record", field: "jobTitle" }],
    async plant(people, pair) {
      await people.inHubspot.edit(pair.hubspot.ref, { jobtitle: "Same" });
      await people.inSalesforce.edit(pair.salesforce.ref, { Title: "Same" });
      return undefined;
    },
  },
  {
    name: "deleted in HubSpot",
    on: "lead",
    expected: [{ kind: "missing-on-far-side" }],
    plant: async (people, { hubspot }) => void (await people.inHubspot.delete(hubspot.ref)),
  },
  {
    name: "deleted in Salesforce",
    on: "lead",
    expected: [{ kind: "missing-on-far-side" }],
    plant: async (people, { salesforce }) =>
      void (await people.inSalesforce.delete(salesforce.ref)),
  },
  {
    name: "our id erased in HubSpot",
    on: "lead",
    expected: [{ kind: "accord-id-wrong", field: "accord_id" }],
    plant: inHubspot({ accord_id: "" }),
  },
  {
    name: "our id erased in Salesforce",
    on: "lead",
    expected: [{ kind: "accord-id-wrong", field: "Accord_Id__c" }],
    plant: inSalesforce({ Accord_Id__c: "" }),
  },
  {
    name: "merged away in HubSpot",
    on: "lead",
    // What two contacts were merged into is a record of its own; one of their leads is left over.
    expected: [
      { kind: "link-broken" },
      { kind: "missing-on-far-side" },
      { kind: "unknown-to-accord" },
    ],
    async plant(people, pair, other) {
      const { hubspot, salesforce } = other();
      const { id } = await people.inHubspot.merge(hubspot.ref, pair.hubspot.ref);
      return [hubspot.ref.id, salesforce.ref.id, id];
    },
  },
  {
    name: "merged away in Salesforce",
    on: "lead",
    expected: [{ kind: "missing-on-far-side" }],
    async plant(people, pair, other) {
      const { hubspot, salesforce } = other();
      await people.inSalesforce.merge(salesforce.ref, pair.salesforce.ref);
      return [hubspot.ref.id, salesforce.ref.id];
    },
  },
  {
    name: "converted in Salesforce",
    on: "lead",
    expected: [{ kind: "link-broken" }, { kind: "unknown-to-accord" }],
    async plant(people, { salesforce }) {
      const contact = await people.inSalesforce.convert(salesforce.ref.id);
      const row = await people.connection.sobject("Contact").retrieve(contact.id);
      return [contact.id, String(row["AccountId"])];
    },
  },
  {
    name: "a second lead of somebody",
    on: "lead",
    expected: [{ kind: "duplicate" }],
    async plant(people, { salesforce: { row } }) {
      const twin = await people.inSalesforce.create("Lead", {
        LastName: String(row["LastName"]),
        Company: "Twin",
        Email: String(row["Email"]),
      });
      return [twin.id];
    },
  },
  {
    name: "created in HubSpot, the webhook suppressed",
    on: "lead",
    expected: [{ kind: "unknown-to-accord" }],
    async plant(people, { index }) {
      const created = await people.inHubspot.create("contacts", {
        email: `untold.${index}@parity.example`,
        lastname: "Untold",
        lifecyclestage: "marketingqualifiedlead",
      });
      return [created.id];
    },
  },
  {
    name: "a lifecycle stage moved back in HubSpot",
    on: "lead",
    expected: differs("lifecycleStage"),
    plant: (people, pair) => overwrite(people, pair, { lifecyclestage: "lead" }),
  },
  {
    name: "a lead's owner changed in Salesforce",
    on: "lead",
    expected: differs("owner"),
    plant: async (people, pair) =>
      void (await people.inSalesforce.edit(pair.salesforce.ref, {
        OwnerId: otherOwner(pair)?.salesforce.Id ?? "",
      })),
  },
  {
    name: "an account renamed in Salesforce",
    on: "company",
    expected: differs("name"),
    plant: inSalesforce({ Name: "Renamed" }),
  },
  {
    name: "a company of the same domain in HubSpot",
    on: "company",
    expected: [{ kind: "duplicate" }],
    async plant(people, { index }) {
      const domain = `company-${index}.example`;
      return [(await people.inHubspot.create("companies", { name: "Twin", domain })).id];
    },
  },
  {
    name: "a cent of an amount changed in HubSpot",
    on: "opportunity",
    expected: differs("amount"),
    plant: async (people, { hubspot }) =>
      void (await people.inHubspot.edit(hubspot.ref, { amount: "999.99" })),
  },
  {
    name: "an amount cleared in Salesforce",
    on: "opportunity",
    expected: differs("amount"),
    plant: inSalesforce({ Amount: "" }),
  },
  {
    name: "a deal's stage moved back in HubSpot",
    on: "opportunity",
    expected: differs("stage"),
    plant: inHubspot({ dealstage: "qualifiedtobuy" }),
  },
  {
    name: "a close date moved in Salesforce",
    on: "opportunity",
    expected: differs("closeDate"),
    plant: inSalesforce({ CloseDate: "2028-02-29" }),
  },
  {
    name: "an opportunity's owner changed in HubSpot",
    on: "opportunity",
    expected: differs("owner"),
    plant: async (people, pair) =>
      void (await people.inHubspot.edit(pair.hubspot.ref, {
        hubspot_owner_id: otherOwner(pair)?.hubspot.id ?? "",
      })),
  },
  {
    name: "a contact taken off a deal in HubSpot",
    on: "opportunity",
    expected: [{ kind: "relation-differs" }],
    plant: async (people, { hubspot }) =>
      void (await people.inHubspot.takeOffDeal(
        hubspot.ref.id,
        "contacts",
        String(hubspot.seen.relations.persons[0]),
      )),
  },
  {
    name: "a company taken off a deal in HubSpot",
    on: "opportunity",
    expected: [{ kind: "relation-differs" }],
    plant: async (people, { hubspot }) =>
      void (await people.inHubspot.takeOffDeal(
        hubspot.ref.id,
        "companies",
        String(hubspot.seen.relations.companies[0]),
      )),
  },
  {
    name: "a contact role deleted in Salesforce",
    on: "opportunity",
    expected: [{ kind: "relation-differs" }],
    plant: async (people, { index }) =>
      void (await people.connection
        .sobject("OpportunityContactRole")
        .destroy(salesforceId("00K", index))),
  },
];

/** Plants so many faults, kind by kind in turn, each on a pair of its own, spread over all of them. */
export async function plantFaults(urls: CrmUrls, sizes: Sizes, count: number): Promise<Fault[]> {
  const connection = await connectionOf(urls.salesforce);
  const people = {
    urls,
    connection,
    inHubspot: hubspotUser(callerOf(urls.hubspot)),
    inSalesforce: salesforceUser(connection),
  };
  const next = pickPairs(sizes, count);
  const faults: Fault[] = [];
  for (let number = 0; number < count; number += 1) {
    const kind = FAULT_KINDS[number % FAULT_KINDS.length];
    if (!kind) break;
    const pair = next[kind.on]();
    const more = await kind.plant(people, pair, next[kind.on]);
    const ids = [pair.hubspot.ref, pair.salesforce.ref].map(({ id }: Ref) => id);
    faults.push({ name: kind.name, ids: [...ids, ...(more ?? [])], expected: kind.expected });
  }
  return faults;
}

/** Companies that have an opportunity are left out: they are not to be deleted or merged under it. */
function pickPairs(sizes: Sizes, count: number) {
  const spread = (from: number, to: number, make: (sizes: Sizes, index: number) => CleanPair) => {
    const step = Math.max(1, Math.floor((to - from) / (2 * count)));
    let index = from - step;
    return () => {
      index += step;
      if (index >= to) throw new Error(`${count} faults are too many for so few pairs`);
      return make(sizes, index);
    };
  };
  return {
    lead: spread(0, sizes.leads, personPair),
    company: spread(sizes.opportunities, sizes.companies, companyPair),
    opportunity: spread(0, sizes.opportunities, opportunityPair),
  };
}
