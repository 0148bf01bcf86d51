import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "csv-parse/sync";
import * as z from "zod";
import type { Org } from "./org.ts";
import type { Answer } from "./refusal.ts";
import { faultOf } from "./refusal.ts";
import type { SoqlRow } from "./soql.ts";

/** A place in the result of a query job of Bulk API 2.0. Salesforce keeps a result for seven days. */
export interface BulkPlace {
  readonly job: string;
  /** When the job was made, by Salesforce's clock; what changed since is not in it for certain. */
  readonly madeAtMs: number;
  /** Where the next page begins; empty before the first one. */
  readonly locator: string;
}

export type BulkPage =
  | { readonly state: "working" }
  /** Failed, aborted, or deleted since: what was not read is to be read in another way. */
  | { readonly state: "lost" }
  | {
      readonly state: "read";
      readonly rows: readonly SoqlRow[];
      readonly next: BulkPlace | undefined;
    };

/** A page is fifty messages of the bulk queue, and some megabytes of memory. */
const PAGE_ROWS = 10_000;

/** Pauses between looks at a job; after the last one, whoever asked comes back later. */
const PAUSES_MS = [500, 1000, 2000, 4000];

const jobInfo = z.object({ id: z.string(), state: z.string(), createdDate: z.string() });
const resultPage = z.object({ text: z.string(), locator: z.string().optional() });

/** A place as a cursor carries it. */
export function textOfPlace({ job, madeAtMs, locator }: BulkPlace): string {
  return `${job} ${madeAtMs} ${locator}`;
}

/** @returns undefined for what this version of Accord has not written. */
export function placeOf(text: string): BulkPlace | undefined {
  const [, job = "", madeAt, locator = ""] = /^(\w+) (\d+) (\S*)$/.exec(text) ?? [];
  return madeAt === undefined ? undefined : { job, madeAtMs: Number(madeAt), locator };
}

/**
 * Has Salesforce run a query by itself, the recycle bin included.
 *
 * @param soql - Without ORDER BY or LIMIT, which keep Salesforce from reading a large object in chunks.
 * @returns undefined where Salesforce does not take it: an edition without the Bulk API, a user without
 * its permission, or no jobs left today.
 */
export async function startBulkQuery(org: Org, soql: string): Promise<BulkPlace | undefined> {
  const body = JSON.stringify({ operation: "queryAll", query: soql });
  const answer = await org.attempt({ method: "POST", path: "/jobs/query", body, repeatable: true });
  if (!answer.ok) return undefined;
  const { id, createdDate } = jobInfo.parse(answer.body);
  const madeAtMs = Date.parse(createdDate.replace(/\+0000$/, "Z"));
  return { job: id, madeAtMs, locator: "" };
}

/** The next page of a job's result, once there is one. Waits for it some seconds at the most. */
export async function readBulkQuery(
  org: Org,
  place: BulkPlace,
  fields: readonly string[],
): Promise<BulkPage> {
  if (place.locator === "") {
    const state = await jobState(org, place);
    if (state !== "complete") return { state };
  }
  const locator = place.locator === "" ? "" : `&locator=${encodeURIComponent(place.locator)}`;
  const path = `/jobs/query/${place.job}/results?maxRecords=${PAGE_ROWS}${locator}`;
  const answer = await org.attempt({ method: "GET", path, reads: "csv", repeatable: true });
  if (!answer.ok) return lostOrFault(answer);
  const { text, locator: next = "null" } = resultPage.parse(answer.body);
  return {
    state: "read",
    rows: rowsOf(text, fields),
    // The word null says that this was the last page.
    next: next === "null" ? undefined : { ...place, locator: next },
  };
}

async function jobState(org: Org, { job }: BulkPlace): Promise<"complete" | "working" | "lost"> {
  for (const pauseMs of [0, ...PAUSES_MS]) {
    await sleep(pauseMs);
    const path = `/jobs/query/${job}`;
    const answer = await org.attempt({ method: "GET", path, repeatable: true });
    if (!answer.ok) return lostOrFault(answer).state;
    const { state } = jobInfo.parse(answer.body);
    if (state === "JobComplete") return "complete";
    if (state === "Failed" || state === "Aborted") return "lost";
  }
  return "working";
}

/** A job or a locator that Salesforce does not know is gone; any other refusal is a fault. */
function lostOrFault(answer: Extract<Answer, { ok: false }>): { readonly state: "lost" } {
  if ([400, 404, 410].includes(answer.status)) return { state: "lost" };
  throw faultOf(answer, "read the result of a query job");
}

/** A cell without anything in it is a field without a value: Salesforce knows no empty text. */
function rowsOf(text: string, fields: readonly string[]): SoqlRow[] {
  const lines = z.array(z.array(z.string())).parse(parse(text, { bom: true }));
  const [first = []] = lines;
  const isHeader = first.join().toLowerCase() === fields.join().toLowerCase();
  return (isHeader ? lines.slice(1) : lines).map((line) =>
    Object.fromEntries(fields.map((field, index) => [field, line[index] || null])),
  );
}
