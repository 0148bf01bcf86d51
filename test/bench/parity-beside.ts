import { CUSTOM_FIELDS } from "../../shared/config/custom-fields.ts";
import { mapping } from "../../shared/config/mapping.ts";
import { prepareCrms } from "../../shared/sync/prepare-crms.ts";
import { connectionOf } from "../support/crm-people.ts";
import { countedWrites } from "../support/crm-reader.ts";
import { leadsOf, lossesOf } from "../support/lossy-connector.ts";
import { openAccord } from "./parity-accord.ts";
import type { Fault } from "./parity-faults.ts";
import { tell, tellBridge, tellCost, tellFound } from "./parity-judge.ts";
import { type CrmUrls, runCrms, seedRecords } from "./running-crms.ts";

const HOUR_MS = 3_600_000;
/** Records of one call of Salesforce's collections. */
const COLLECTION = 200;
/** Nobody knows any of them yet: all are looked at, and those that it forgot once more. */
const CALLS_A_CONTACT = 0.15;
const CALLS_ANYHOW = 300;
const STAMP_MS = Date.parse("2024-01-01T00:00:00.000Z");

function contactRow(number: number) {
  const at = new Date(STAMP_MS + number * 1000).toISOString();
  const properties = {
    email: `person.${number}@beside.example`,
    firstname: `First ${number % 997}`,
    lastname: `Last ${number}`,
    company: number % 2 === 0 ? "Acme" : "Acme International",
    lifecyclestage: "marketingqualifiedlead",
    createdate: at,
    ...(number % 3 === 0 ? { phone: `+1 555 ${String(number).padStart(7, "0")}` } : {}),
  };
  return { id: String(100_000 + number), createdAt: at, updatedAt: at, properties };
}

function* contactRows(contacts: number) {
  for (let number = 1; number <= contacts; number += 1) yield contactRow(number);
}

/** All that the connector lost: each loss of each contact. */
function faultsOf(contacts: number): Fault[] {
  return [...contactRows(contacts)].flatMap(({ id, properties }, index): Fault[] => {
    const { isForgotten, fields } = lossesOf(index + 1, properties);
    if (!isForgotten && fields.length === 0) return [];
    const expected = isForgotten
      ? [{ kind: "missing-on-far-side" } as const]
      : fields.map((field) => ({ kind: "value-differs", field }) as const);
    const name = isForgotten ? "forgotten" : `lost ${fields.join(" and ")}`;
    return [{ name, ids: [id], expected }];
  });
}

async function connect(url: string, contacts: number): Promise<void> {
  const connection = await connectionOf(url);
  let leads: Record<string, string>[] = [];
  const send = async () => {
    for (const result of [await connection.sobject("Lead").create(leads)].flat())
      if (!result.success) throw new Error(JSON.stringify(result.errors));
    leads = [];
  };
  for (const [index, { properties }] of [...contactRows(contacts)].entries()) {
    leads.push(...leadsOf(index + 1, properties));
    if (leads.length >= COLLECTION - 1) await send();
  }
  if (leads.length > 0) await send();
}

async function writesOf(urls: CrmUrls): Promise<string> {
  return JSON.stringify(await Promise.all([urls.hubspot, urls.salesforce].map(countedWrites)));
}

/** An Accord that only looks on, beside a connector that loses things: what it reports of them. */
export async function sweepBeside(contacts: number): Promise<void> {
  const running = await runCrms();
  const { urls, dir } = running;
  try {
    await seedRecords(urls.hubspot, "contacts", contactRows(contacts));
    const { office, forward, sweep } = openAccord(urls, dir, "observe");
    const wanted = CUSTOM_FIELDS;
    const { refused } = await prepareCrms(office.crms, { mapping, wanted, apply: true });
    if (refused.length > 0) throw new Error(JSON.stringify(refused));
    await connect(urls.salesforce, contacts);
    await forward(HOUR_MS);
    const before = await writesOf(urls);
    const swept = await sweep();
    tellFound(faultsOf(contacts), swept.findings);
    tellBridge(swept);
    const twice = [...contactRows(contacts)].filter(
      ({ properties }, index) => lossesOf(index + 1, properties).isTwice,
    ).length;
    const placed = swept.tallies["person"]?.salesforce.duplicate ?? 0;
    tell("leads that it made twice, in their bucket", placed, `= ${twice}`, placed === twice);
    tellCost(swept, contacts * CALLS_A_CONTACT + CALLS_ANYHOW);
    const isQuiet = before === (await writesOf(urls)) && office.queue.messages().length === 0;
    tell("writes and hints", isQuiet ? 0 : "some", "= 0", isQuiet);
  } finally {
    await running.stop();
  }
}
