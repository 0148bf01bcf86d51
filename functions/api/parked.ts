import * as z from "zod";
import { CAUSES } from "../../shared/core/parking/cause.ts";
import { isMeant, type ParkedFilter } from "../../shared/core/parking/release.ts";
import { dynamoRecordStore } from "../../shared/dynamodb/record-store.ts";
import { dynamoTroubleIndex } from "../../shared/dynamodb/trouble-index.ts";
import {
  type HttpAnswer,
  type HttpRequest,
  json,
  refusal,
} from "../../shared/runtime/http-handler.ts";
import type { HintQueue } from "../../shared/sync/ports.ts";
import { retryParked } from "../../shared/sync/retry-parked.ts";
import type { Trouble } from "../../shared/sync/trouble.ts";
import type { ReadTables } from "./tables.ts";

/** A list shows this many records; the next page is asked for by `after`. */
const MOST_LISTED = 100;

const filter = z.strictObject({
  cause: z.enum(CAUSES).exactOptional(),
  field: z.string().min(1).exactOptional(),
  system: z.enum(["hubspot", "salesforce"]).exactOptional(),
});

const EXPECTED = `expected cause (${CAUSES.join(", ")}), field and system (hubspot, salesforce), each of them optional`;

/** `GET /api/parked?cause=…&field=…&system=…&after=…`: counts by cause, and the values, paged. */
export async function readParked(at: ReadTables, { query }: HttpRequest): Promise<HttpAnswer> {
  const { after, ...asked } = query;
  const meant = filter.safeParse(asked);
  if (!meant.success) return refusal(400, EXPECTED);
  const index = dynamoTroubleIndex(at.db, at.records);
  const listed: Trouble[] = [];
  let next: string | undefined;
  for await (const { troubles, place } of index.pages(after)) {
    listed.push(...troubles.filter((one) => hasMeant(one, meant.data)));
    next = place;
    if (listed.length >= MOST_LISTED) break;
    next = undefined;
  }
  const parked = await valuesOf(at, listed, meant.data);
  const counts = after === undefined ? { counts: await countCauses(at, meant.data) } : {};
  return json(200, { ...counts, parked, ...(next === undefined ? {} : { next }) });
}

function hasMeant({ parked }: Trouble, meant: ParkedFilter): boolean {
  return parked.some((row) => isMeant(row, meant));
}

/** The values themselves are read from the records, which are what is true. */
async function valuesOf(at: ReadTables, troubles: readonly Trouble[], meant: ParkedFilter) {
  const records = await dynamoRecordStore(at.db, at).load(troubles);
  return troubles.flatMap(({ kind, id }) =>
    (records.get(id)?.parked ?? [])
      .filter((one) => isMeant(one, meant))
      .map((one) => ({ kind, id, ...one })),
  );
}

async function countCauses({ db, records }: ReadTables, meant: ParkedFilter) {
  const counts = new Map<string, number>();
  for await (const { troubles } of dynamoTroubleIndex(db, records).pages())
    for (const row of troubles.flatMap(({ parked }) => parked))
      if (isMeant(row, meant)) counts.set(row.cause, (counts.get(row.cause) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([, one], [, other]) => other - one));
}

/** `POST /api/parked/retry` with `{cause?, field?, system?}`: another try of those, and of no others. */
export async function retryThem(
  at: ReadTables,
  queue: HintQueue,
  { rawBody }: HttpRequest,
): Promise<HttpAnswer> {
  const meant = filter.safeParse(parseJson(rawBody === "" ? "{}" : rawBody));
  if (!meant.success) return refusal(400, EXPECTED);
  const troubles = dynamoTroubleIndex(at.db, at.records);
  return json(202, await retryParked({ troubles, queue }, meant.data));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
