import { startHubspotSimulator } from "../../infra/simulators/hubspot/start-hubspot.ts";
import { startSalesforceSimulator } from "../../infra/simulators/salesforce/start-salesforce.ts";
import { CUSTOM_FIELDS } from "../../shared/config/custom-fields.ts";
import { mapping as defaultMapping } from "../../shared/config/mapping.ts";
import { textCodec } from "../../shared/core/codec/text-codec.ts";
import type { MappedField, Mapping } from "../../shared/core/mapping/mapping.ts";
import { wireShapes } from "../../shared/core/mapping/wire-shape.ts";
import { hubspotCrm } from "../../shared/hubspot/hubspot-crm.ts";
import { salesforceCrm } from "../../shared/salesforce/salesforce-crm.ts";
import type { Crms, Hint } from "../../shared/sync/ports.ts";
import { prepareCrms } from "../../shared/sync/prepare-crms.ts";
import { retryChanged } from "../../shared/sync/retry-parked.ts";
import { memoryTroubleIndex } from "./memory-trouble-index.ts";
import { type Office, openOffice, workThrough } from "./work-through.ts";

const industry: MappedField = {
  name: "industry",
  type: "text",
  direction: { way: "both" },
  policy: "latest",
  tieBreaker: "salesforce",
  finer: "hubspot",
  places: {
    contacts: { properties: ["industry"], codec: textCodec() },
    Lead: { properties: ["Industry"], codec: textCodec() },
  },
};

/** The default mapping, and a person's industry: a text in HubSpot, a restricted picklist of leads. */
const mapping: Mapping = {
  ...defaultMapping,
  kinds: defaultMapping.kinds.map((kind) =>
    kind.kind === "person" ? { ...kind, fields: [...kind.fields, industry] } : kind,
  ),
};

/**
 * Both simulated CRMs with people in HubSpot who are all to become leads, of whom every tenth is of an
 * industry, Fintech, that Salesforce's picklist does not list.
 */
export async function openPicklistScene(people: number) {
  const clock = { aheadMs: 0 };
  const now = () => Date.now() + clock.aheadMs;
  const [hubspot, salesforce] = await Promise.all([
    startHubspotSimulator({ port: 0, limits: "off" }),
    startSalesforceSimulator({ port: 0 }),
  ]);
  const crms: Crms = {
    hubspot: hubspotCrm({
      baseUrl: hubspot.url,
      credentials: async () => ({ accessToken: "token" }),
      shapes: wireShapes(mapping, "hubspot"),
      now,
    }),
    salesforce: salesforceCrm({
      loginUrl: salesforce.url,
      credentials: async () => ({ clientId: "id", clientSecret: "secret" }),
      shapes: wireShapes(mapping, "salesforce"),
      now,
    }),
  };
  await prepareCrms(crms, { mapping, wanted: CUSTOM_FIELDS, apply: true });
  const changePicklist = (change: object) =>
    fetch(`${salesforce.url}/_simulator/objects/Lead/fields/Industry`, {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(change),
    }).then(({ ok, status }) => {
      if (!ok) throw new Error(`the picklist was not changed: ${status}`);
    });
  await changePicklist({ restricted: true });
  hubspot.seed("contacts", contacts(people));
  const office: Office = { ...openOffice({ crms, now }), mapping };
  const forward = (ms: number) => {
    clock.aheadMs += ms;
  };
  const hints = Array.from({ length: people }, (_, index): Hint => ({ ref: refOf(index) }));
  return {
    office,
    crms,
    forward,
    changePicklist,
    /** Has everybody looked at, in batches as large as those of a first load. */
    async load() {
      for (let start = 0; start < hints.length; start += 200)
        await office.queue.send(hints.slice(start, start + 200), {
          lane: "bulk",
          delaySeconds: 0,
          attempt: 0,
        });
      await workThrough(office, { forward });
    },
    /** What the schedule does every few minutes, and the work that comes of it. */
    async lookAtParked() {
      const world = { ...office, troubles: memoryTroubleIndex(office.store) };
      const { records } = await retryChanged(world);
      await workThrough(office, { forward });
      return records;
    },
    /** The industries and titles of all leads, by e-mail address. */
    async leads() {
      const { rows } = await pagesOf(crms);
      return new Map(rows.map(({ evidence }) => [evidence["Email"] ?? "", evidence]));
    },
    stop: () => Promise.all([hubspot.stop(), salesforce.stop()]),
  };
}

async function pagesOf(crms: Crms) {
  const rows = [];
  let cursor: Parameters<Crms["salesforce"]["changedSince"]>[1];
  for (;;) {
    const page = await crms.salesforce.changedSince("Lead", cursor);
    rows.push(...page.rows);
    if (!page.next) return { rows };
    cursor = page.next;
  }
}

const refOf = (index: number) =>
  ({ system: "hubspot", object: "contacts", id: String(index + 1) }) as const;

/** Every tenth is of the industry that Salesforce does not list. */
export const isBad = (index: number): boolean => index % 10 === 0;

export const emailOf = (index: number): string => `p${index}@x.example`;

function* contacts(count: number) {
  for (let index = 0; index < count; index += 1)
    yield {
      id: String(index + 1),
      createdAt: "2026-01-01T00:00:00.000Z",
      properties: {
        email: emailOf(index),
        firstname: `F${index}`,
        lastname: `L${index}`,
        jobtitle: `Title ${index}`,
        lifecyclestage: "marketingqualifiedlead",
        industry: isBad(index) ? "Fintech" : "Banking",
      },
    };
}
