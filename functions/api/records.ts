import { mapping } from "../../shared/config/mapping.ts";
import { loadHistory } from "../../shared/dynamodb/history.ts";
import { dynamoRecordStore } from "../../shared/dynamodb/record-store.ts";
import { firstRows } from "../../shared/dynamodb/status-index.ts";
import {
  type HttpAnswer,
  type HttpRequest,
  json,
  refusal,
} from "../../shared/runtime/http-handler.ts";
import { type AccordRecord, STATUSES } from "../../shared/sync/record.ts";
import { matchKeyText } from "../../shared/sync/record-store.ts";
import { keyOf } from "../../shared/sync/subject.ts";
import { kindNamed, UNKNOWN_KIND } from "./kinds.ts";
import type { ReadTables } from "./tables.ts";

/** A list shows this many records; it is for looking, exports are for all. */
const MOST_LISTED = 100;

/** `GET /api/records/{kind}?email=…`, `?domain=…` or `?status=…`. */
export async function readRecords(at: ReadTables, request: HttpRequest): Promise<HttpAnswer> {
  const kind = kindNamed(request.params["kind"]);
  if (!kind) return refusal(404, UNKNOWN_KIND);
  const found = mapping.kinds.find((one) => one.kind === kind);
  const matchField = found?.matchField;
  const wanted = matchField ? request.query[matchField] : undefined;
  if (found && matchField && wanted) {
    const store = dynamoRecordStore(at.db, at);
    const key = keyOf(found, wanted.trim());
    const id = (await store.holders([], [key])).get(matchKeyText(key));
    const record = id ? (await store.load([{ kind, id }])).get(id) : undefined;
    return record ? json(200, record) : refusal(404, `no ${kind} has this ${matchField}`);
  }
  const status = STATUSES.find((one) => one === request.query["status"]);
  if (!status) {
    const ways = [...(matchField ? [`?${matchField}=…`] : []), `?status=${STATUSES.join("|")}`];
    return refusal(400, `say which: ${ways.join(" or ")}`);
  }
  const ids = await firstRows(at.db, at.records, { kind, status, most: MOST_LISTED });
  const records = await dynamoRecordStore(at.db, at).load(ids.map((id) => ({ kind, id })));
  return json(200, { kind, status, records: [...records.values()] });
}

/** `GET /api/records/{kind}/{id}`: every field with its value, source and time, links and touches. */
export async function readRecord(at: ReadTables, request: HttpRequest): Promise<HttpAnswer> {
  const kind = kindNamed(request.params["kind"]);
  if (!kind) return refusal(404, UNKNOWN_KIND);
  const id = request.params["id"] ?? "";
  const record = (await dynamoRecordStore(at.db, at).load([{ kind, id }])).get(id);
  if (!record) return refusal(404, `no ${kind} has this id`);
  return json(200, kind === "person" ? await withTouches(at, record) : record);
}

async function withTouches(at: ReadTables, record: AccordRecord) {
  const touches = await dynamoRecordStore(at.db, at).touchesOf([record.id]);
  return { ...record, touches: touches.get(record.id) ?? [] };
}

/** `GET /api/records/{kind}/{id}/history`: what was changed and written, the latest first. */
export async function readHistory(at: ReadTables, request: HttpRequest): Promise<HttpAnswer> {
  const kind = kindNamed(request.params["kind"]);
  if (!kind) return refusal(404, UNKNOWN_KIND);
  const id = request.params["id"] ?? "";
  return json(200, { kind, id, entries: await loadHistory(at.db, at.history, { kind, id }) });
}
