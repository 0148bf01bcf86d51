import type { DataRecords } from "../../infra/simulators/kit/data-records.ts";
import { salesforceId } from "./salesforce-ids.ts";

const STAMP_MS = Date.parse("2024-01-01T00:00:00.000Z");
const AT_A_TIME = 2000;

/** A person in both CRMs, by their ids there. */
export interface Pair {
  readonly contact: string;
  readonly lead: string;
}

/** People who are in both CRMs from the start, and are edited. */
const PAIR_COUNT = 1500;

export const PAIRS: readonly Pair[] = Array.from({ length: PAIR_COUNT }, (_, index) => ({
  contact: String(100_001 + index),
  lead: salesforceId("00Q", index),
}));

export function pairs(): Generator<DataRecords> {
  return records(0, PAIR_COUNT, () => true);
}

/**
 * `count` contacts. Every second one is a lead, too; of the others every fifth is qualified and so is to
 * become one.
 */
export function people(count: number): Generator<DataRecords> {
  return records(PAIR_COUNT, PAIR_COUNT + count, (index) => index % 2 === 0);
}

function* records(
  from: number,
  to: number,
  isLead: (index: number) => boolean,
): Generator<DataRecords> {
  for (let start = from; start < to; start += AT_A_TIME) {
    const all = Array.from({ length: Math.min(AT_A_TIME, to - start) }, (_, at) => start + at);
    yield { system: "salesforce", object: "Lead", records: all.filter(isLead).map(lead) };
    yield { system: "hubspot", object: "contacts", records: all.map(contact) };
  }
}

/** One stamp a second, so that no page of a poll ends within a stamp that fills it. */
const stampOf = (index: number) => new Date(STAMP_MS + index * 1000).toISOString();

const emailOf = (index: number) => `person.${index}@backfill.example`;

function contact(index: number) {
  const at = stampOf(index);
  return {
    id: String(100_001 + index),
    createdAt: at,
    updatedAt: at,
    archived: false,
    properties: {
      email: emailOf(index),
      firstname: `First ${index % 997}`,
      lastname: `Last ${index}`,
      jobtitle: "Analyst",
      company: `Company ${index % 5000}`,
      lifecyclestage: index % 5 === 0 ? "marketingqualifiedlead" : "lead",
      createdate: at,
    },
  };
}

function lead(index: number) {
  const at = stampOf(index);
  return {
    attributes: { type: "Lead" },
    Id: salesforceId("00Q", index),
    FirstName: `First ${index % 997}`,
    LastName: `Last ${index}`,
    Email: emailOf(index),
    Title: "Analyst",
    Company: `Company ${index % 5000}`,
    Status: "Open - Not Contacted",
    CreatedDate: at,
    SystemModstamp: at,
  };
}
