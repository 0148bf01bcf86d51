import type { Connection } from "jsforce/lib/connection.js";
import { startHubspotSimulator } from "../../infra/simulators/hubspot/start-hubspot.ts";
import { clockTelling } from "../../infra/simulators/kit/clock.ts";
import { startSalesforceSimulator } from "../../infra/simulators/salesforce/start-salesforce.ts";
import { CUSTOM_FIELDS, idFieldsOf } from "../../shared/config/custom-fields.ts";
import { mapping } from "../../shared/config/mapping.ts";
import { FIGURE_SHAPES, figureFieldsOf } from "../../shared/config/write-back.ts";
import type { KindMapping } from "../../shared/core/mapping/mapping.ts";
import { wireShapes } from "../../shared/core/mapping/wire-shape.ts";
import type { WriteBack } from "../../shared/core/write-back/write-back.ts";
import { hubspotCrm } from "../../shared/hubspot/hubspot-crm.ts";
import { salesforceCrm } from "../../shared/salesforce/salesforce-crm.ts";
import { prepareCrms } from "../../shared/sync/prepare-crms.ts";
import { type Call, callerOf, connectionOf, hubspotUser, salesforceUser } from "./crm-people.ts";

type Row = Readonly<Record<string, string | null>>;

/** Records of both CRMs as people see them: ids and stamps left out, relations by name. */
export interface BothCrms {
  readonly hubspot: Readonly<Record<"contacts" | "companies" | "deals", readonly Row[]>>;
  readonly salesforce: Readonly<
    Record<"Lead" | "Contact" | "Account" | "Opportunity", readonly Row[]>
  >;
}

const SEEN = {
  contacts: ["email", "firstname", "lastname", "phone", "jobtitle", "company", "lifecyclestage"],
  companies: ["name", "domain"],
  deals: [
    "dealname",
    "dealstage",
    "closedate",
    "amount",
    "deal_currency_code",
    "closed_lost_reason",
  ],
  Lead: ["Email", "FirstName", "LastName", "Phone", "Title", "Company", "Status", "IsConverted"],
  Contact: ["Email", "FirstName", "LastName", "Phone", "Title", "Lifecycle_Stage__c"],
  Account: ["Name", "Website"],
  Opportunity: ["Name", "StageName", "CloseDate", "Amount", "CurrencyIsoCode", "Lost_Reason__c"],
} as const;

/** A user of Salesforce who is not Accord's. */
export const COLLEAGUE = {
  Id: "005Sm0000000011IAA",
  Email: "sam@accord.example",
  Username: "sam@accord.example",
  FirstName: "Sam",
  LastName: "Sales",
  Name: "Sam Sales",
  IsActive: true,
} as const;

/** Kinds beyond the mapping's own, and how an admin defines their objects. */
interface MoreKinds {
  readonly kinds?: readonly KindMapping[];
  /** What is written back, where something is. */
  readonly figures?: WriteBack;
  readonly define?: (at: { hubspotUrl: string; salesforceUrl: string }) => Promise<void>;
}

/** Both simulated CRMs with Accord's fields, the adapters on them, and people who work in them. */
export async function openTwoCrms({
  kinds = [],
  figures,
  define = async () => {},
}: MoreKinds = {}) {
  const used = { ...mapping, kinds: [...mapping.kinds, ...kinds] };
  const wanted = [
    ...CUSTOM_FIELDS,
    ...kinds.flatMap(idFieldsOf),
    ...(figures ? figureFieldsOf(figures) : []),
  ];
  const clock = { aheadMs: 0 };
  const now = () => Date.now() + clock.aheadMs;
  const hubspot = await startHubspotSimulator({
    port: 0,
    clock: clockTelling(now),
    // Accord waits in real time where it meets a limit.
    limits: "off",
  });
  const salesforce = await startSalesforceSimulator({ port: 0, clock: clockTelling(now) });
  const owner = { id: "1", email: "integration@salesforce-simulator.example" };
  hubspot.seed("owners", [owner]);
  salesforce.seed("User", [COLLEAGUE]);
  const openCrms = () => ({
    hubspot: hubspotCrm({
      baseUrl: hubspot.url,
      credentials: async () => ({ accessToken: "token" }),
      shapes: wireShapes(used, "hubspot"),
      now,
    }),
    salesforce: salesforceCrm({
      loginUrl: salesforce.url,
      credentials: async () => ({ clientId: "id", clientSecret: "secret" }),
      shapes: [...wireShapes(used, "salesforce"), ...FIGURE_SHAPES.salesforce],
      now,
    }),
  });
  await define({ hubspotUrl: hubspot.url, salesforceUrl: salesforce.url });
  const crms = openCrms();
  const prepared = await prepareCrms(crms, { mapping: used, wanted, apply: true });
  const stops = prepared.misfits.filter(({ severity }) => severity === "stop");
  if (prepared.refused.length + stops.length > 0) throw new Error(JSON.stringify(prepared));
  const connection = await connectionOf(salesforce.url);
  const call = callerOf(hubspot.url);
  return {
    mapping: used,
    crms,
    openCrms,
    call,
    now,
    connection,
    /** Lets time pass, for Accord and for both CRMs. */
    forward: (ms: number) => {
      clock.aheadMs += ms;
    },
    inHubspot: hubspotUser(call),
    inSalesforce: salesforceUser(connection),
    read: async (): Promise<BothCrms> => ({
      hubspot: await readHubspot(call),
      salesforce: await readSalesforce(connection),
    }),
    async writes() {
      return { hubspot: await statsOf(hubspot.url), salesforce: await statsOf(salesforce.url) };
    },
    async stop() {
      await Promise.all([hubspot.stop(), salesforce.stop()]);
    },
  };
}

export type TwoCrms = Awaited<ReturnType<typeof openTwoCrms>>;

async function statsOf(url: string): Promise<unknown> {
  const answer = await fetch(`${url}/_simulator/stats`);
  const { writes } = (await answer.json()) as { writes: unknown };
  return writes;
}

interface HubspotRecord {
  readonly id: string;
  readonly properties: Readonly<Record<string, string | null>>;
}

async function listHubspot(call: Call, object: keyof BothCrms["hubspot"]) {
  const records: HubspotRecord[] = [];
  let after: string | undefined = "";
  while (after !== undefined) {
    const path: string = `/crm/v3/objects/${object}?limit=100&properties=${SEEN[object].join(",")}${after && `&after=${after}`}`;
    const page: { results: HubspotRecord[]; paging?: { next?: { after: string } } } = await call(
      "GET",
      path,
    );
    records.push(...page.results);
    after = page.paging?.next?.after;
  }
  return records;
}

async function readHubspot(call: Call): Promise<BothCrms["hubspot"]> {
  const [contacts, companies, deals] = await Promise.all([
    listHubspot(call, "contacts"),
    listHubspot(call, "companies"),
    listHubspot(call, "deals"),
  ]);
  const names = new Map<string, string>([
    ...contacts.map(
      ({ id, properties }) => [`contacts ${id}`, properties["lastname"] ?? ""] as const,
    ),
    ...companies.map(
      ({ id, properties }) => [`companies ${id}`, properties["name"] ?? ""] as const,
    ),
  ]);
  const linked = async (dealId: string, object: string) => {
    const { results } = await call<{ results: { toObjectId: string | number }[] }>(
      "GET",
      `/crm/v4/objects/deals/${dealId}/associations/${object}`,
    );
    return results.map(({ toObjectId }) => names.get(`${object} ${toObjectId}`) ?? "").sort();
  };
  const related = await Promise.all(
    deals.map(async ({ id, properties }) => ({
      ...pick(properties, SEEN.deals),
      persons: (await linked(id, "contacts")).join(),
      companies: (await linked(id, "companies")).join(),
    })),
  );
  return {
    contacts: sorted(contacts.map(({ properties }) => pick(properties, SEEN.contacts))),
    companies: sorted(companies.map(({ properties }) => pick(properties, SEEN.companies))),
    deals: sorted(related),
  };
}

async function readSalesforce(connection: Connection): Promise<BothCrms["salesforce"]> {
  const query = async (object: keyof BothCrms["salesforce"], more: readonly string[] = []) => {
    const fields = ["Id", ...SEEN[object], ...more];
    const { records } = await connection.query<Record<string, unknown>>(
      `SELECT ${fields.join(", ")} FROM ${object}`,
      { autoFetch: true, maxFetch: 100_000 },
    );
    return records;
  };
  const [leads, contacts, accounts, opportunities] = await Promise.all([
    query("Lead"),
    query("Contact"),
    query("Account"),
    query("Opportunity", ["Account.Name"]),
  ]);
  const roles = await connection.query<{ OpportunityId: string; Contact: { LastName: string } }>(
    "SELECT OpportunityId, Contact.LastName FROM OpportunityContactRole",
    { autoFetch: true, maxFetch: 100_000 },
  );
  return {
    Lead: sorted(leads.map((row) => pick(row, SEEN.Lead))),
    Contact: sorted(contacts.map((row) => pick(row, SEEN.Contact))),
    Account: sorted(accounts.map((row) => pick(row, SEEN.Account))),
    Opportunity: sorted(
      opportunities.map((row) => ({
        ...pick(row, SEEN.Opportunity),
        persons: roles.records
          .filter(({ OpportunityId }) => OpportunityId === row["Id"])
          .map(({ Contact }) => Contact.LastName)
          .sort()
          .join(),
        companies: (row["Account"] as { Name: string } | null)?.Name ?? "",
      })),
    ),
  };
}

function pick(row: Readonly<Record<string, unknown>>, names: readonly string[]): Row {
  return Object.fromEntries(
    names.map((name) => {
      const value = row[name];
      return [name, value === null || value === undefined || value === "" ? null : String(value)];
    }),
  );
}

function sorted(rows: readonly Row[]): Row[] {
  return [...rows].sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
}
