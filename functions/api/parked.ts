import * as z from "zod";
import { CAUSES } from "../../shared/core/parking/cause.ts";
import { isMeant, type ParkedFilter } from "../../shared/core/parking/release.ts";
import { dynamoRecordStore } from "../../shared/dynamodb/record-store.ts";
import { countParked, dynamoTroubleIndex } from "../../shared/dynamodb/trouble-index.ts";
import { type HttpAnswer, json } from "../../shared/runtime/http-handler.ts";
import { retryParked } from "../../shared/sync/retry-parked.ts";
import type { Trouble } from "../../shared/sync/trouble.ts";
import { next, parked } from "./answers.ts";
import { action, because, question } from "./route.ts";
import type { ReadTables, World } from "./world.ts";

/** A list shows this many records; the next page is asked for by `after`. */
const MOST_LISTED = 100;

const filter = z.strictObject({
  cause: z.enum(CAUSES, { error: `expected one of ${CAUSES.join(", ")}` }).exactOptional(),
  field: z.string().min(1).exactOptional(),
  system: z.enum(["hubspot", "salesforce"]).exactOptional(),
});

/** Counts by cause, on the first page, and the values. */
async function readParked(
  { at }: World,
  after: string | undefined,
  meant: ParkedFilter,
): Promise<HttpAnswer> {
  const index = dynamoTroubleIndex(at.db, at.records);
  const listed: Trouble[] = [];
  let next: string | undefined;
  for await (const { troubles, place } of index.pages(after)) {
    listed.push(...troubles.filter((one) => hasMeant(one, meant)));
    next = place;
    if (listed.length >= MOST_LISTED) break;
    next = undefined;
  }
  const parked = await valuesOf(at, listed, meant);
  const counts = after === undefined ? { counts: await countParked(at.db, at.records, meant) } : {};
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

const count = z.int().nonnegative();

export const parkedRoutes = [
  question({
    path: "/api/parked",
    role: "viewer",
    summary: "Values that a CRM refused, by cause, with a remedy, paged.",
    query: filter.extend({ after: z.string().exactOptional() }),
    answers: {
      200: z.object({
        counts: z.record(z.string(), count).exactOptional(),
        parked: z.array(parked.extend({ kind: z.string(), id: z.string() })),
        next,
      }),
    },
    work: (world, { query: { after, ...meant } }) => readParked(world, after, meant),
  }),
  action({
    path: "/api/parked/retry",
    role: "admin",
    summary: "Another try of the parked values that are meant, and of no others.",
    body: filter.extend({ because }),
    answers: { 202: z.object({ values: count, records: count }) },
    async work({ at, queue }, { body: { because: _, ...meant } }) {
      const troubles = dynamoTroubleIndex(at.db, at.records);
      return json(202, await retryParked({ troubles, queue }, meant));
    },
  }),
] as const;
