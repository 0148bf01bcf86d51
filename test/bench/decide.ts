/**
 * How many persons a second one core reads, decides, concludes and serializes. ARCHITECTURE's budget is 30,000
 * a second for a record of 40 fields; the default person has 14, so the figure is given per field too.
 */
import { mapping } from "../../shared/config/mapping.ts";
import { conclude } from "../../shared/sync/conclude.ts";
import { decideFields } from "../../shared/sync/decide-fields.ts";
import { intendWrites } from "../../shared/sync/intend-writes.ts";
import { NO_RELATIONS, type Observation } from "../../shared/sync/ports.ts";
import { newRecord } from "../../shared/sync/record.ts";

const PERSONS = 20_000;
const BUDGET_FIELDS_A_SECOND = 30_000 * 40;
const NOW = "2026-11-21T08:00:00.000Z";

const kind = mapping.kinds.find((one) => one.kind === "person");
if (!kind) throw new Error("the mapping has no persons");

function observation(
  system: "hubspot" | "salesforce",
  object: string,
  properties: Record<string, string>,
): Observation {
  return {
    ref: { system, object, id: "1" },
    gone: false,
    continuedAs: undefined,
    accordId: undefined,
    properties,
    createdAtMs: 0,
    modifiedAtMs: 0,
    relations: NO_RELATIONS,
  };
}

const hubspot = observation("hubspot", "contacts", {
  email: "ann@example.com",
  firstname: "Ann",
  lastname: "Lee",
  phone: "+1 (415) 555-0100",
  jobtitle: "Head of Listening",
  company: "Example",
  lifecyclestage: "marketingqualifiedlead",
  hs_analytics_source: "ORGANIC_SEARCH",
  createdate: NOW,
});
const salesforce = observation("salesforce", "Lead", {
  Email: "Ann@Example.com",
  FirstName: "Ann",
  LastName: "Lee",
  Phone: "14155550100",
  Title: "Listener",
  Company: "Example",
  Status: "Open - Not Contacted",
});
const record = newRecord({ id: "r", kind: "person" }, { now: NOW, mappingVersion: "1" });
const sides = {
  hubspot: { is: "seen", observation: hubspot },
  salesforce: { is: "seen", observation: salesforce },
} as const;
const times = () => ({ hubspot: 2, salesforce: 1, skewMs: 0 });

function decideMany(count: number): number {
  let characters = 0;
  for (let index = 0; index < count; index += 1) {
    const facts = decideFields({ kind: kind ?? never(), record, sides, times, now: NOW });
    const writes = intendWrites(kind ?? never(), record, facts, sides, 0);
    const concluded = conclude(kind ?? never(), record, facts, [], NOW);
    characters += JSON.stringify([concluded.record, writes]).length;
  }
  return characters;
}

function never(): never {
  throw new Error("unreachable");
}

decideMany(PERSONS / 4);
const startedMs = performance.now();
decideMany(PERSONS);
const seconds = (performance.now() - startedMs) / 1000;
const persons = Math.round(PERSONS / seconds);
const fields = persons * kind.fields.length;
const ratio = (fields / BUDGET_FIELDS_A_SECOND).toFixed(2);
console.log(`decide: ${persons} persons/s, ${fields} fields/s; ${ratio} of the budgeted rate`);
