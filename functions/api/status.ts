import { POLLED_OBJECTS } from "../../shared/config/polled-objects.ts";
import { KINDS } from "../../shared/core/reconcile/system.ts";
import { loadCounts } from "../../shared/dynamodb/stats.ts";
import { countStatus } from "../../shared/dynamodb/status-index.ts";
import { loadWatermarks } from "../../shared/dynamodb/watermark-store.ts";
import { type HttpAnswer, json } from "../../shared/runtime/http-handler.ts";
import { STATUSES } from "../../shared/sync/record.ts";
import type { ReadTables } from "./tables.ts";

/** `GET /api/status`: how many records stand where, how far the polls are, what was done so far. */
export async function readStatus({ db, records: table }: ReadTables): Promise<HttpAnswer> {
  const names = ["sync", "observe"].flatMap((mode) =>
    POLLED_OBJECTS.map(({ system, object }) => `${mode}#${system}#${object}`),
  );
  const [counts, watermarks, kinds] = await Promise.all([
    loadCounts(db, table),
    loadWatermarks(db, table, names),
    Promise.all(KINDS.map(async (kind) => [kind, await statusesOf({ db, records: table }, kind)])),
  ]);
  const polls = watermarks.map(({ name, cursor, expected, queued, caughtUp }) => ({
    name,
    readUpTo: cursor ? new Date(cursor.modifiedAtMs).toISOString() : null,
    expected,
    queued,
    caughtUp,
  }));
  return json(200, { records: Object.fromEntries(kinds), polls, counts });
}

async function statusesOf(
  { db, records }: Pick<ReadTables, "db" | "records">,
  kind: (typeof KINDS)[number],
) {
  const counted = STATUSES.map(async (status) => [
    status,
    await countStatus(db, records, { kind, status }),
  ]);
  return Object.fromEntries(await Promise.all(counted));
}
