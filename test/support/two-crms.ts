import { Connection } from "jsforce/lib/connection.js";
import { startHubspotSimulator } from "../../infra/simulators/hubspot/start-hubspot.ts";
import { clockTelling } from "../../infra/simulators/kit/clock.ts";
import { startSalesforceSimulator } from "../../infra/simulators/salesforce/start-salesforce.ts";
import { CUSTOM_FIELDS, idFieldsOf } from "../../shared/config/custom-fields.ts";
import { mapping } from "../../shared/config/mapping.ts";
import type { KindMapping } from "../../shared/core/mapping/mapping.ts";
import { wireShapes } from "../../shared/core/mapping/wire-shape.ts";
import { hubspotCrm } from "../../shared/hubspot/hubspot-crm.ts";
import { salesforceCrm } from "../../shared/salesforce/salesforce-crm.ts";
import type { Crms } from "../../shared/sync/ports.ts";
import { prepareCrms } from "../../shared/sync/prepare-crms.ts";
import "./whole-jsforce.ts";

type Values = Readonly<Record<string, string | number | null>>;
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

/** Kinds beyond the mapping's own, and how an admin defines their objects. */
interface MoreKinds {
  readonly kinds?: readonly KindMapping[];
  readonly define?: (at: { hubspotUrl: string; salesforceUrl: string }) => Promise<void>;
}

/** Both simulated CRMs with Accord's fields, the adapters on them, and people who work in them. */
export async function openTwoCrms({ kinds = [], define = async () => {} }: MoreKinds = {}) {
  const used = { ...mapping, kinds: [...mapping.kinds, ...kinds] };
  const wanted = [...CUSTOM_FIELDS, ...kinds.flatMap(idFieldsOf)];
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
  const openCrms = (): Crms => ({
    hubspot: hubspotCrm({
      baseUrl: hubspot.url,
      credentials: async () => ({ accessToken: "token" }),
      shapes: wireShapes(used, "hubspot"),
      now,
    }),
    salesforce: salesforceCrm({
      loginUrl: salesforce.url,
      credentials: async () => ({ clientId: "id", clientSecret: "secret" }),
      shapes: wireShapes(used, "salesforce"),
      now,
    }),
  });
  await define({ hubspotUrl: hubspot.url, salesforceUrl: salesforce.url });
  const crms = openCrms();
  const prepared = await prepareCrms(crms, { mapping: used, wanted, apply: true });
  const stops = prepared.misfits.filter(({ severity }) => severity === "stop");
  if (prepared.refused.length + stops.length > 0) throw new Error(JSON.stringify(prepared));
  const connection = new Connection({
    instanceUrl: salesforce.url,
    accessToken: await tokenOf(salesforce.url),
    version: "67.0",
    // Sessions end, and some stories take months.
    refreshFn: (_connection, callback) =>
      void tokenOf(salesforce.url).then((token) => callback(null, token), callback),
  });
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

type Call = <Answer>(method: string, path: string, body?: unknown) => Promise<Answer>;

function callerOf(url: string): Call {
  return async (method, path, body) => {
    const headers = {
      authorization: "Bearer person",
      "content-type": "application/json",
      "x-simulator-source": "CRM_UI",
      "x-simulator-source-id": "userId:7",
    };
    const answer = await fetch(url + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  };
}

async function tokenOf(url: string): Promise<string> {
  const body = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: "person",
    client_secret: "secret",
  });
  const answer = await fetch(`${url}/services/oauth2/token`, { method: "POST", body });
  const { access_token } = (await answer.json()) as { access_token: string };
  return access_token;
}

async function statsOf(url: string): Promise<unknown> {
  const answer = await fetch(`${url}/_simulator/stats`);
  const { writes } = (await answer.json()) as { writes: unknown };
  return writes;
}

function hubspotUser(call: Call) {
  const pathTo = (dealId: string, object: string, id: string) =>
    `/crm/v4/objects/deals/${dealId}/associations/${object}/${id}`;
  return {
    async create(object: string, properties: Values) {
      const { id } = await call<{ id: string }>("POST", `/crm/v3/objects/${object}`, {
        properties,
      });
      return { system: "hubspot", object, id } as const;
    },
    edit: (ref: { object: string; id: string }, properties: Values) =>
      call("PATCH", `/crm/v3/objects/${ref.object}/${ref.id}`, { properties }),
    delete: (ref: { object: string; id: string }) =>
      call("DELETE", `/crm/v3/objects/${ref.object}/${ref.id}`),
    /** Merges `other` into `ref`, which lives on. */
    merge: (ref: { object: string; id: string }, other: { id: string }) =>
      call("POST", `/crm/v3/objects/${ref.object}/merge`, {
        primaryObjectId: ref.id,
        objectIdToMerge: other.id,
      }),
    /** Takes a record out of the recycle bin, as a person does in HubSpot's pages. */
    restore: (ref: { object: string; id: string }) =>
      call("POST", `/_simulator/restore/${ref.object}/${ref.id}`),
    /** Deletes a contact for good, as the law asks. */
    forget: (ref: { id: string }) =>
      call("POST", "/crm/v3/objects/contacts/gdpr-delete", { objectId: ref.id }),
    putOnDeal: (dealId: string, object: string, id: string) =>
      call(
        "PUT",
        pathTo(dealId, `default/${object}`, id).replace(
          "/associations/default",
          "/associations/default",
        ),
      ),
    makePrimaryCompany: (dealId: string, id: string) =>
      call("PUT", pathTo(dealId, "companies", id), [
        { associationCategory: "HUBSPOT_DEFINED", associationTypeId: 5 },
      ]),
    takeOffDeal: (dealId: string, object: string, id: string) =>
      call("DELETE", pathTo(dealId, object, id)),
  };
}

function salesforceUser(connection: Connection) {
  const checked = (answer: unknown) => {
    const { success, errors } = answer as { success: boolean; errors: unknown };
    if (!success) throw new Error(JSON.stringify(errors));
  };
  return {
    async create(object: string, fields: Values) {
      const answer = await connection.sobject(object).create(fields);
      checked(answer);
      return { system: "salesforce", object, id: answer.id ?? "" } as const;
    },
    async edit({ object, id }: { object: string; id: string }, fields: Values) {
      checked(await connection.sobject(object).update({ Id: id, ...fields }));
    },
    async delete({ object, id }: { object: string; id: string }) {
      checked(await connection.sobject(object).destroy(id));
    },
    /** Merges `others` into `ref`, which lives on. */
    async merge({ object, id }: { object: string; id: string }, ...others: { id: string }[]) {
      const answer = await connection.soap.merge({
        masterRecord: { type: object, Id: id },
        recordToMergeIds: others.map((other) => other.id),
      });
      checked(answer);
    },
    async undelete({ id }: { id: string }) {
      checked([await connection.soap.undelete([id])].flat()[0]);
    },
    async convert(
      leadId: string,
      into: {
        contactId?: string;
        accountId?: string;
        doNotCreateOpportunity?: boolean;
        opportunityName?: string;
      } = {},
    ) {
      const result = await connection.soap.convertLead({
        leadId,
        convertedStatus: "Closed - Converted",
        doNotCreateOpportunity: true,
        overwriteLeadSource: false,
        sendNotificationEmail: false,
        ...into,
      });
      const converted = result as unknown as { success: boolean; contactId: string };
      if (!converted.success) throw new Error(JSON.stringify(result));
      return { system: "salesforce", object: "Contact", id: converted.contactId } as const;
    },
  };
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
