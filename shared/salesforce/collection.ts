import * as z from "zod";
import { Fault } from "../sync/fault.ts";
import type { Org } from "./org.ts";
import { faultOf, type Refused } from "./refusal.ts";

/** Records of one collection call. Source: Salesforce REST guide, "sObject Collections". */
export const COLLECTION_ROWS = 200;

/** Otherwise the org's assignment rules would hand leads to others than the owner we write. */
const HEADERS = { "Sforce-Auto-Assign": "FALSE" } as const;

export interface RowError {
  readonly statusCode: string;
  readonly message: string;
  readonly fields: readonly string[];
}

/** What became of one row. Without errors it was taken. */
export interface RowOutcome {
  readonly id: string | undefined;
  readonly created: boolean;
  readonly errors: readonly RowError[];
}

const outcomes = z.array(
  z
    .object({
      id: z.string().nullish(),
      success: z.boolean(),
      created: z.boolean().catch(false),
      errors: z
        .array(
          z.object({
            statusCode: z.string(),
            message: z.string().catch(""),
            fields: z.array(z.string()).nullish().catch([]),
          }),
        )
        .catch([]),
    })
    .transform(
      ({ id, success, created, errors }): RowOutcome => ({
        id: id ?? undefined,
        created,
        errors: success
          ? []
          : errors.length === 0
            ? [{ statusCode: "UNKNOWN_EXCEPTION", message: "", fields: [] }]
            : errors.map((error) => ({ ...error, fields: error.fields ?? [] })),
      }),
    ),
);

export interface Collection {
  readonly method: "POST" | "PATCH";
  readonly path: string;
  readonly rows: readonly object[];
}

/**
 * Sends up to 200 rows, and takes the results row by row. A call that is refused whole is sent again
 * in halves, so that one row which Salesforce cannot even read does not fail the others.
 */
export async function sendCollection(
  org: Org,
  what: string,
  call: Collection,
): Promise<RowOutcome[]> {
  const { method, path, rows } = call;
  const body = JSON.stringify({ allOrNone: false, records: rows });
  const answer = await org.attempt({ method, path, body, headers: HEADERS, repeatable: false });
  if (answer.ok) return rowsOf(answer.body, rows.length);
  if (answer.status === 403) throw faultOf(answer, what);
  if (answer.status !== 400) return rows.map(() => refusedRow(answer));
  const [only] = rows;
  if (rows.length === 1 && only !== undefined) return [refusedRow(answer)];
  const middle = Math.ceil(rows.length / 2);
  const first = await sendCollection(org, what, { ...call, rows: rows.slice(0, middle) });
  return [...first, ...(await sendCollection(org, what, { ...call, rows: rows.slice(middle) }))];
}

/** Deletes up to 200 records. */
export async function deleteCollection(
  org: Org,
  what: string,
  ids: readonly string[],
): Promise<RowOutcome[]> {
  const path = `/composite/sobjects?ids=${ids.join(",")}&allOrNone=false`;
  const call = { method: "DELETE", path, repeatable: false } as const;
  return rowsOf(await org.ask(what, call), ids.length);
}

function refusedRow({ code, message }: Refused): RowOutcome {
  return { id: undefined, created: false, errors: [{ statusCode: code, message, fields: [] }] };
}

function rowsOf(body: unknown, expected: number): RowOutcome[] {
  const rows = outcomes.parse(body);
  if (rows.length === expected) return rows;
  throw new Fault("salesforce-unavailable", "Salesforce answered for another number of rows");
}
