import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { generateCompany } from "../../infra/local/data/generate-company.ts";
import type { DataRecord } from "../../infra/simulators/kit/data-records.ts";
import { OLIST } from "./olist.ts";

/** Records for each HubSpot contact of a generated company, with the opportunities and campaigns below. */
const RECORDS_A_LEAD = 2.9;
const OPPORTUNITIES_A_LEAD = 0.24;
const LEADS_A_CAMPAIGN = 40;

/** Added to HubSpot's ids of the generated company, which are none of Olist's then. */
const IDS_APART = 5_000_000;

export interface DataFolder {
  readonly folder: string;
  readonly records: number;
}

/** A folder for `npm start -- --data`: about so many generated records, and Olist's beside them if asked. */
export function makeDataFolder({
  records,
  olist,
}: {
  readonly records: number;
  readonly olist: boolean;
}): DataFolder {
  const folder = mkdtempSync(join(tmpdir(), "accord-data-"));
  const leads = Math.max(10, Math.round(records / RECORDS_A_LEAD));
  const company = generateCompany({
    seed: 20_261_122,
    leads,
    opportunities: Math.max(1, Math.round(leads * OPPORTUNITIES_A_LEAD)),
    campaigns: Math.max(1, Math.round(leads / LEADS_A_CAMPAIGN)),
    todayIso: "2026-11-20",
  });
  let count = 0;
  for (const { system, object, records: generated } of company) {
    const file = `${system}.${object}.ndjson`;
    const made = generated.map((one) => (system === "hubspot" ? apart(one) : one));
    const theirs = olist ? olistLines(file) : [];
    const lines = [...theirs, ...made.map((one) => JSON.stringify(one))];
    writeFileSync(join(folder, file), `${lines.join("\n")}\n`);
    count += lines.length;
  }
  return { folder, records: count };
}

function olistLines(file: string): string[] {
  try {
    const text = gunzipSync(readFileSync(join(OLIST, `${file}.gz`))).toString();
    return text.split("\n").filter((line) => line !== "");
  } catch {
    return [];
  }
}

function apart(record: DataRecord): DataRecord {
  const shifted = (id: unknown) => String(Number(id) + IDS_APART);
  const { properties } = record;
  const owned = isObject(properties) && "hubspot_owner_id" in properties;
  return {
    ...record,
    id: shifted(record["id"]),
    ...(owned
      ? { properties: { ...properties, hubspot_owner_id: shifted(properties["hubspot_owner_id"]) } }
      : {}),
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
