import { mapping } from "../../shared/config/mapping.ts";
import { POLLED_OBJECTS } from "../../shared/config/polled-objects.ts";
import { loadCounts } from "../../shared/dynamodb/stats.ts";
import { countStatus } from "../../shared/dynamodb/status-index.ts";
import { loadWatermarks } from "../../shared/dynamodb/watermark-store.ts";
import { type HttpAnswer, json } from "../../shared/runtime/http-handler.ts";
import { STATUSES } from "../../shared/sync/record.ts";
import type { ReadTables } from "./tables.ts";

/** `GET /api/progress`: how far the polls are, and what was done so far. Cheap: asked while waiting. */
export async function readProgress(at: ReadTables): Promise<HttpAnswer> {
  return json(200, await progressOf(at));
}

/** `GET /api/status`: the same, and how many records stand where. */
export async function readStatus(at: ReadTables): Promise<HttpAnswer> {
  const [progress, kinds] = await Promise.all([
    progressOf(at),
    Promise.all(mapping.kinds.map(async ({ kind }) => [kind, await statusesOf(at, kind)])),
  ]);
  return json(200, { records: Object.fromEntries(kinds), ...progress });
}

async function progressOf({ db, records: table }: ReadTables) {
  const names = ["sync", "observe"].flatMap((mode) =>
    POLLED_OBJECTS.map(({ system, object }) => `${mode}#${system}#${object}`),
  );
  const [counts, watermarks] = await Promise.all([
    loadCounts(db, table),
    loadWatermarks(db, table, names),
  ]);
  const polls = watermarks.map(({ name, cursor, expected, queued, caughtUp }) => ({
    name,
    readUpTo: cursor ? new Date(cursor.modifiedAtMs).toISOString() : null,
    expected,
    queued,
    caughtUp,
  }));
  return { polls, counts };
}

async function statusesOf({ db, records }: Pick<ReadTables, "db" | "records">, kind: string) {
  const counted = STATUSES.map(async (status) => [
    status,
    await countStatus(db, records, { kind, status }),
  ]);
  return Object.fromEntries(await Promise.all(counted));
}
