import type { Context, Hono } from "hono";
import { z } from "zod";
import { toZulu } from "../records/datetime.ts";
import { ExactNumber, isObject } from "../records/exact-json.ts";
import { notFound, Refusal } from "../records/refusal.ts";
import { runQuery } from "../soql/run-query.ts";
import { authenticate, type Call, noContent, type Org, readBody, sendJson } from "./org.ts";

const DELIMITERS: Readonly<Record<string, string>> = {
  COMMA: ",",
  SEMICOLON: ";",
  PIPE: "|",
  TAB: "\t",
  CARET: "^",
  BACKQUOTE: "`",
};
/** Rows of a result page where the caller names no `maxRecords`. */
const PAGE_ROWS = 50_000;
/** How long a job takes, so that a caller meets every state on its way. */
const STATES_MS = { inProgress: 50, jobComplete: 150 } as const;

const request = z.object({
  operation: z.enum(["query", "queryAll"]),
  query: z.string().min(1),
  columnDelimiter: z.string().default("COMMA"),
  lineEnding: z.enum(["LF", "CRLF"]).default("LF"),
});

const keptJob = request.extend({
  id: z.string(),
  object: z.string(),
  createdById: z.string(),
  createdMs: z.number(),
  isAborted: z.boolean(),
});
type Job = z.infer<typeof keptJob>;

/** Query jobs that may be made in 24 hours. Source: limits of Bulk API 2.0, read 2026-11-22. */
const JOBS_A_DAY = 10_000;
const DAY_MS = 86_400_000;
/** Results held in memory, of the jobs read last; others are made anew when they are asked for. */
const RESULTS_HELD = 8;

/** What a job refuses of SOQL. Source: queries of Bulk API 2.0, SOQL considerations, read 2026-11-22. */
const UNSUPPORTED =
  /\b(?:GROUP\s+BY|OFFSET\s+\d|TYPEOF\s|(?:COUNT|COUNT_DISTINCT|SUM|AVG|MIN|MAX)\s*\()/i;

/** Instants are written with a Z here, where REST writes +0000. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/;

function cellText(value: unknown): string {
  const text = value instanceof ExactNumber ? value.text : String(value ?? "");
  return INSTANT.test(text) ? toZulu(text) : text;
}

interface Result {
  readonly columns: readonly string[];
  readonly lines: readonly (readonly string[])[];
}

/** A record as columns: nested parents become `Account.Name`. */
function cellsOf(record: Record<string, unknown>, prefix = ""): Map<string, string> {
  const cells = new Map<string, string>();
  for (const [name, value] of Object.entries(record)) {
    if (name === "attributes") continue;
    if (isObject(value))
      for (const [inner, cell] of cellsOf(value, `${prefix}${name}.`)) cells.set(inner, cell);
    else cells.set(prefix + name, cellText(value));
  }
  return cells;
}

function quote(cell: string): string {
  return `"${cell.replaceAll('"', '""')}"`;
}

function rowsOf(call: Call, job: Job): Result {
  const asking = {
    access: call.access,
    version: call.session.version,
    withDeleted: job.operation === "queryAll",
  };
  const answer = runQuery(asking, job.query);
  const cells = answer.rows.map((row) => cellsOf(answer.toRecord(row)));
  const [first] = cells;
  const known = new Map([...(first?.keys() ?? [])].map((name) => [name.toLowerCase(), name]));
  const columns = answer.columns.map((column) => known.get(column.toLowerCase()) ?? column);
  const lines = cells.map((row) => columns.map((column) => row.get(column) ?? ""));
  return { columns, lines };
}

function stateOf(job: Job, nowMs: number): string {
  if (job.isAborted) return "Aborted";
  const age = nowMs - job.createdMs;
  if (age < STATES_MS.inProgress) return "UploadComplete";
  return age < STATES_MS.jobComplete ? "InProgress" : "JobComplete";
}

/** What jobs came to, as of when each was made: a change since then is not in it. */
class Results {
  readonly #held = new Map<string, Result>();

  of(call: Call, job: Job): Result {
    const result = this.#held.get(job.id) ?? rowsOf(call, job);
    this.#held.delete(job.id);
    this.#held.set(job.id, result);
    const [oldest] = this.#held.keys();
    if (this.#held.size > RESULTS_HELD && oldest !== undefined) this.#held.delete(oldest);
    return result;
  }
}

function toInfo(call: Call, job: Job, held: Results): Record<string, unknown> {
  const created = new Date(job.createdMs).toISOString().replace("Z", "+0000");
  const state = stateOf(job, call.org.database.nowMs());
  const info = {
    id: job.id,
    operation: job.operation,
    object: job.object,
    createdById: job.createdById,
    createdDate: created,
    systemModstamp: created,
    state,
    concurrencyMode: "Parallel",
    contentType: "CSV",
    apiVersion: Number(call.session.version),
    jobType: "V2Query",
    lineEnding: job.lineEnding,
    columnDelimiter: job.columnDelimiter,
  };
  if (state !== "JobComplete") return info;
  const numberRecordsProcessed = held.of(call, job).lines.length;
  return {
    ...info,
    numberRecordsProcessed,
    retries: 0,
    totalProcessingTime: STATES_MS.jobComplete,
  };
}

/** One page of the result. The locator of the last page is the word `null`. */
function results(context: Context, call: Call, job: Job, held: Results): Response {
  if (stateOf(job, call.org.database.nowMs()) !== "JobComplete")
    throw new Refusal("NOT_FOUND", "The job is not complete yet", { status: 404 });
  const { columns, lines } = held.of(call, job);
  const locator = context.req.query("locator");
  const from = locator ? Number(Buffer.from(locator, "base64url").toString("utf8")) : 0;
  if (!Number.isInteger(from)) throw new Refusal("INVALIDLOCATOR", "The locator is invalid");
  const end = from + Number(context.req.query("maxRecords") ?? PAGE_ROWS);
  const delimiter = DELIMITERS[job.columnDelimiter] ?? ",";
  const ending = job.lineEnding === "CRLF" ? "\r\n" : "\n";
  const page = lines.slice(from, end);
  const text = [columns, ...page].map((line) => line.map(quote).join(delimiter) + ending).join("");
  const next = end < lines.length ? Buffer.from(String(end)).toString("base64url") : "null";
  return new Response(text, {
    headers: {
      "content-type": "text/csv",
      "sforce-locator": next,
      "sforce-numberofrecords": String(page.length),
    },
  });
}

export function addBulkQueryRoutes(app: Hono, org: Org): void {
  const base = "/services/data/:version/jobs/query";
  const jobs = new Map<string, Job>();
  const held = new Results();
  for (const { id, json } of org.database.keptBefore("query-job"))
    jobs.set(id, keptJob.parse(JSON.parse(json)));
  const keep = (job: Job) => {
    jobs.set(job.id, job);
    org.database.store([{ table: "query-job", id: job.id, json: JSON.stringify(job) }]);
  };
  const find = (context: Context): Job => {
    const job = jobs.get(context.req.param("id") ?? "");
    if (!job) throw notFound();
    return job;
  };
  app.post(base, async (context) => {
    const call = authenticate(org, context);
    const given = request.safeParse(await readBody(context));
    if (!given.success)
      throw new Refusal("INVALIDJOB", given.error.issues[0]?.message ?? "invalid job");
    if (UNSUPPORTED.test(given.data.query))
      throw new Refusal("INVALIDJOB", "The query holds what the Bulk API does not support");
    const dayAgoMs = org.database.nowMs() - DAY_MS;
    if ([...jobs.values()].filter(({ createdMs }) => createdMs > dayAgoMs).length >= JOBS_A_DAY)
      throw new Refusal("EXCEEDEDQUOTA", "The query jobs of 24 hours are used up");
    const { access, session } = call;
    const asking = { access, version: session.version, withDeleted: false };
    const object = runQuery(asking, given.data.query).type.name;
    const at = { createdById: session.userId, createdMs: org.database.nowMs(), isAborted: false };
    const job = { ...given.data, ...at, id: org.database.newId("750"), object };
    held.of(call, job);
    keep(job);
    return sendJson(200, toInfo(call, job, held));
  });
  app.get(`${base}/:id`, (context) => {
    const call = authenticate(org, context);
    return sendJson(200, toInfo(call, find(context), held));
  });
  app.patch(`${base}/:id`, (context) => {
    const call = authenticate(org, context);
    const job = { ...find(context), isAborted: true };
    keep(job);
    return sendJson(200, toInfo(call, job, held));
  });
  app.delete(`${base}/:id`, (context) => {
    authenticate(org, context);
    const { id } = find(context);
    jobs.delete(id);
    org.database.store([{ table: "query-job", id, json: null }]);
    return noContent();
  });
  app.get(`${base}/:id/results`, (context) =>
    results(context, authenticate(org, context), find(context), held),
  );
}
