import * as z from "zod";
import { mapping } from "../../shared/config/mapping.ts";
import { loadHistory } from "../../shared/dynamodb/history.ts";
import { dynamoRecordStore } from "../../shared/dynamodb/record-store.ts";
import { firstRows } from "../../shared/dynamodb/status-index.ts";
import { type HttpAnswer, json, refusal } from "../../shared/runtime/http-handler.ts";
import { type AccordRecord, STATUSES } from "../../shared/sync/record.ts";
import { matchKeyText } from "../../shared/sync/record-store.ts";
import { keyOf } from "../../shared/sync/subject.ts";
import { historyEntry, record } from "./answers.ts";
import { kindNamed, UNKNOWN_KIND } from "./kinds.ts";
import { NO_QUERY, question } from "./route.ts";
import type { ReadTables, World } from "./world.ts";

/** A list shows this many records; it is for looking, exports are for all. */
const MOST_LISTED = 100;

type Params = Readonly<Record<string, string | undefined>>;

async function readRecords({ at }: World, params: Params, query: Params): Promise<HttpAnswer> {
  const kind = kindNamed(params["kind"]);
  if (!kind) return refusal(404, UNKNOWN_KIND);
  const found = mapping.kinds.find((one) => one.kind === kind);
  const matchField = found?.matchField;
  const wanted = matchField ? query[matchField] : undefined;
  if (found && matchField && wanted) {
    const store = dynamoRecordStore(at.db, at);
    const key = keyOf(found, wanted.trim());
    const id = (await store.holders([], [key])).get(matchKeyText(key));
    const record = id ? (await store.load([{ kind, id }])).get(id) : undefined;
    return record ? json(200, record) : refusal(404, `no ${kind} has this ${matchField}`);
  }
  const status = STATUSES.find((one) => one === query["status"]);
  if (!status) {
    const ways = [...(matchField ? [`?${matchField}=…`] : []), `?status=${STATUSES.join("|")}`];
    return refusal(400, `say which: ${ways.join(" or ")}`);
  }
  const ids = await firstRows(at.db, at.records, { kind, status, most: MOST_LISTED });
  const records = await dynamoRecordStore(at.db, at).load(ids.map((id) => ({ kind, id })));
  return json(200, { kind, status, records: [...records.values()] });
}

async function readRecord({ at }: World, params: Params): Promise<HttpAnswer> {
  const kind = kindNamed(params["kind"]);
  if (!kind) return refusal(404, UNKNOWN_KIND);
  const id = params["id"] ?? "";
  const record = (await dynamoRecordStore(at.db, at).load([{ kind, id }])).get(id);
  if (!record) return refusal(404, `no ${kind} has this id`);
  return json(200, kind === "person" ? await withTouches(at, record) : record);
}

async function withTouches(at: ReadTables, record: AccordRecord) {
  const touches = await dynamoRecordStore(at.db, at).touchesOf([record.id]);
  return { ...record, touches: touches.get(record.id) ?? [] };
}

async function readHistory({ at }: World, params: Params): Promise<HttpAnswer> {
  const kind = kindNamed(params["kind"]);
  if (!kind) return refusal(404, UNKNOWN_KIND);
  const id = params["id"] ?? "";
  return json(200, { kind, id, entries: await loadHistory(at.db, at.history, { kind, id }) });
}

/** The fields by which a kind is known to people, such as `email`. */
const matchFields = mapping.kinds.flatMap(({ matchField }) => matchField ?? []);

export const recordRoutes = [
  question({
    path: "/api/records/{kind}/{id}/history",
    role: "viewer",
    summary: "What was changed and written of a record, the latest first.",
    query: NO_QUERY,
    answers: {
      200: z.object({ kind: z.string(), id: z.string(), entries: z.array(historyEntry) }),
    },
    work: (world, { params }) => readHistory(world, params),
  }),
  question({
    path: "/api/records/{kind}/{id}",
    role: "viewer",
    summary: "A record: every field with its value, source and time, links, stages and touches.",
    query: NO_QUERY,
    answers: { 200: record },
    work: (world, { params }) => readRecord(world, params),
  }),
  question({
    path: "/api/records/{kind}",
    role: "viewer",
    summary: "One record by the field that tells its kind apart, or some of a status.",
    query: z.strictObject({
      ...Object.fromEntries(matchFields.map((name) => [name, z.string().exactOptional()])),
      status: z.string().exactOptional(),
    }),
    answers: {
      200: z.union([
        record,
        z.object({ kind: z.string(), status: z.string(), records: z.array(record) }),
      ]),
    },
    work: (world, { params, query }) => readRecords(world, params, query),
  }),
] as const;
