import { isInRecycleBin } from "./find-record.ts";
import type { ObjectType } from "./object-type.ts";
import type { Portal } from "./portal.ts";
import { associationsAnswer, recordAnswer, type Wanted } from "./record-answer.ts";
import { invalid } from "./refusal.ts";
import type { StoredRecord } from "./stored-record.ts";

export interface ListRequest {
  readonly page: {
    readonly limit: number;
    readonly after: string | undefined;
    readonly archived: boolean;
  };
  readonly wanted: Wanted;
  readonly associations: readonly ObjectType[];
  /** As called, for the link to the next page. */
  readonly url: URL;
}

/** A page of records in order of id; `after` is the id that the page starts with. */
export function listRecords(portal: Portal, type: ObjectType, request: ListRequest) {
  const { limit, after, archived } = request.page;
  const from = Number(after || 0);
  if (!Number.isFinite(from)) throw invalid(`after is not a paging cursor: '${after}'`);
  const store = portal.store(type);
  const entries = store.byId.entries();
  const page: StoredRecord[] = [];
  let next: StoredRecord | undefined;
  for (let at = store.byId.lowerBound(from); at < entries.length && !next; at += 1) {
    const record = store.get(entries[at]?.id ?? "");
    if (!record || (record.archivedAtMs !== undefined) !== archived) continue;
    if (archived && !isInRecycleBin(portal, record)) continue;
    if (page.length < limit) page.push(record);
    else next = record;
  }
  const results = page.map((record) => ({
    ...recordAnswer(portal, type, { record, wanted: request.wanted }),
    ...associationsAnswer(portal, { type, id: record.id }, request.associations),
  }));
  if (!next) return { results };
  const link = new URL(request.url);
  link.searchParams.set("after", next.id);
  return { results, paging: { next: { after: next.id, link: link.href } } };
}
