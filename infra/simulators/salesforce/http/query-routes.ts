import type { Context, Hono } from "hono";
import { z } from "zod";
import type { Row } from "../records/exact-json.ts";
import { Refusal } from "../records/refusal.ts";
import type { Projection } from "../soql/projection.ts";
import { type Answer, runQuery } from "../soql/run-query.ts";
import { authenticate, type Call, type Org, sendJson } from "./org.ts";

/** Page sizes that `Sforce-Query-Options: batchSize` may ask for. Source: REST developer guide. */
const PAGE_ROWS = { least: 200, most: 2000 } as const;
/** Cursors kept in memory. One that has gone, or was made before a restart, runs its query anew. */
const MAX_CURSORS = 50;

interface Cursor {
  readonly rows: readonly Row[];
  readonly totalSize: number;
  readonly toRecord: Projection;
}

const keptCursor = z.object({ soql: z.string(), withDeleted: z.boolean(), pageRows: z.number() });
type KeptCursor = z.infer<typeof keptCursor>;

/** Pages of query answers. */
class Cursors {
  readonly #open = new Map<string, Cursor>();
  readonly #kept = new Map<string, KeptCursor>();
  readonly #org: Org;

  constructor(org: Org) {
    this.#org = org;
    for (const { id, json } of org.database.keptBefore("cursor"))
      this.#kept.set(id, keptCursor.parse(JSON.parse(json)));
  }

  start(call: Call, asked: KeptCursor): object {
    const answer = ask(call, asked);
    if (answer.rows.length <= asked.pageRows)
      return page(answer, { from: 0, next: undefined, asked }, call);
    const id = this.#org.database.newId("01g");
    this.#remember(id, answer);
    this.#kept.set(id, asked);
    this.#org.database.store([{ table: "cursor", id, json: JSON.stringify(asked) }]);
    return page(answer, { from: 0, next: id, asked }, call);
  }

  resume(call: Call, locator: string): object {
    const [id = "", from = ""] = locator.split("-");
    const asked = this.#kept.get(id);
    if (!asked || !/^\d+$/.test(from))
      throw new Refusal("INVALID_QUERY_LOCATOR", "invalid query locator");
    const cursor = this.#open.get(id) ?? ask(call, asked);
    this.#remember(id, cursor);
    return page(cursor, { from: Number(from), next: id, asked }, call);
  }

  #remember(id: string, cursor: Cursor): void {
    this.#open.delete(id);
    this.#open.set(id, cursor);
    const [oldest] = this.#open.keys();
    if (this.#open.size > MAX_CURSORS && oldest !== undefined) this.#open.delete(oldest);
  }
}

function ask({ access, session }: Call, { soql, withDeleted }: KeptCursor): Answer {
  return runQuery({ access, version: session.version, withDeleted }, soql);
}

function page(
  cursor: Cursor,
  at: { from: number; next: string | undefined; asked: KeptCursor },
  { session }: Call,
): object {
  const end = at.from + at.asked.pageRows;
  const done = end >= cursor.rows.length;
  const records = cursor.rows.slice(at.from, end).map(cursor.toRecord);
  const nextRecordsUrl = `/services/data/v${session.version}/query/${at.next}-${end}`;
  return done
    ? { totalSize: cursor.totalSize, done, records }
    : { totalSize: cursor.totalSize, done, nextRecordsUrl, records };
}

/** The page size that the caller asked for, brought into its bounds. */
function pageRowsOf(context: Context): number {
  const header = context.req.header("sforce-query-options") ?? "";
  const wanted = Number(/batchSize=(\d+)/i.exec(header)?.[1] ?? PAGE_ROWS.most);
  return Math.min(Math.max(wanted, PAGE_ROWS.least), PAGE_ROWS.most);
}

export function addQueryRoutes(app: Hono, org: Org): void {
  const cursors = new Cursors(org);
  const answer = (context: Context, withDeleted: boolean) => {
    const call = authenticate(org, context);
    const soql = context.req.query("q");
    if (soql === undefined || soql === "")
      throw new Refusal("MALFORMED_QUERY", "SOQL statements are required");
    const pageRows = pageRowsOf(context);
    return sendJson(200, cursors.start(call, { soql, withDeleted, pageRows }));
  };
  const resume = (context: Context) => {
    const call = authenticate(org, context);
    return sendJson(200, cursors.resume(call, context.req.param("locator") ?? ""));
  };
  app.get("/services/data/:version/query", (context) => answer(context, false));
  app.get("/services/data/:version/queryAll", (context) => answer(context, true));
  app.get("/services/data/:version/query/:locator", resume);
  app.get("/services/data/:version/queryAll/:locator", resume);
}
