import { z } from "zod";
import type { Batch, Dialect, RowError, SentRequest } from "../../kit/inject-faults.ts";
import { parseExactJson } from "../records/exact-json.ts";
import { sendJson } from "./org.ts";

/** How Salesforce speaks of what goes wrong. */
export const salesforceDialect: Dialect = {
  nameObject: (name) => name.toLowerCase(),
  objectsOf,
  errorAnswer,
  batchOf,
};

/** Source of the codes: status codes and error responses, REST API developer guide. */
const ERRORS: Readonly<Record<number, readonly [errorCode: string, message: string]>> = {
  401: ["INVALID_SESSION_ID", "Session expired or invalid"],
  403: ["REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."],
  404: ["NOT_FOUND", "The requested resource does not exist"],
  503: ["SERVER_UNAVAILABLE", "The server is currently unavailable. Try again later."],
};
const UNEXPECTED = ["UNKNOWN_EXCEPTION", "An unexpected error occurred."] as const;

function errorAnswer(status: number): Response {
  const [errorCode, message] = ERRORS[status] ?? UNEXPECTED;
  return sendJson(status, [{ errorCode, message }]);
}

/** Named in the path, in a query, by the records of a collection, or by a conversion. */
function objectsOf({ path, search, body }: SentRequest): string[] {
  const inPath = /\/sobjects\/([A-Za-z]\w*)/.exec(path)?.[1];
  const soql = new URLSearchParams(search).get("q") ?? "";
  const asked = [...soql.matchAll(/\bFROM\s+(\w+)/gi)].map(([, name = ""]) => name);
  const sent = [...body.matchAll(/"type"\s*:\s*"(\w+)"/g)].map(([, name = ""]) => name);
  const converted = body.includes("convertLead") ? ["Lead"] : [];
  return [...(inPath === undefined ? [] : [inPath]), ...asked, ...sent, ...converted];
}

const COLLECTION = /^\/services\/data\/v[\d.]+\/composite\/sobjects(\/[^/]+\/[^/]+)?$/;
const collection = z.looseObject({
  records: z.array(z.unknown()),
  allOrNone: z.boolean().default(false),
});
const rowResults = z.array(z.unknown());

/** Creating, changing, deleting and upserting several rows in one call. */
function batchOf({ method, path, search, body }: SentRequest): Batch | undefined {
  if (!COLLECTION.test(path)) return undefined;
  if (method === "DELETE") return deletionOf(search);
  if (method !== "POST" && method !== "PATCH") return undefined;
  const parsed = collection.safeParse(exactJsonOf(body));
  if (!parsed.success) return undefined;
  const { records, allOrNone } = parsed.data;
  return batchBut(records, allOrNone, (kept) => ({
    body: JSON.stringify({ ...parsed.data, records: kept }),
  }));
}

function deletionOf(search: string): Batch {
  const query = new URLSearchParams(search);
  const ids = (query.get("ids") ?? "").split(",").filter((id) => id !== "");
  return batchBut(ids, query.get("allOrNone") === "true", (kept) => {
    query.set("ids", kept.join(","));
    return { search: `?${query}` };
  });
}

function batchBut<Row>(
  rows: readonly Row[],
  allOrNone: boolean,
  only: (kept: readonly Row[]) => Partial<SentRequest>,
): Batch {
  return {
    count: rows.length,
    async run(failed, error, pass) {
      const kept = rows.filter((_, row) => !failed.has(row));
      const isUndone = kept.length === 0 || (allOrNone && failed.size > 0);
      const done = isUndone ? undefined : await pass(only(kept));
      if (done && !done.ok) return done;
      const results = done ? rowResults.parse(exactJsonOf(await done.text())) : [];
      let next = 0;
      const all = rows.map((_, row) => {
        if (failed.has(row)) return failedRow(error);
        if (isUndone) return ROLLED_BACK;
        next += 1;
        return results[next - 1];
      });
      return sendJson(200, all);
    },
  };
}

function failedRow({ code, message }: RowError) {
  const statusCode = code ?? "UNABLE_TO_LOCK_ROW";
  const words = message ?? "unable to obtain exclusive access to this record or 1 records";
  return { success: false, errors: [{ statusCode, message: words, fields: [] }] };
}

const ROLLED_BACK = failedRow({
  code: "ALL_OR_NONE_OPERATION_ROLLED_BACK",
  message:
    "Record rolled back because not all records were valid and the request was using AllOrNone header",
});

function exactJsonOf(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    return undefined;
  }
}
