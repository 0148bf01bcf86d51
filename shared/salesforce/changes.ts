import { inParallel } from "../sync/in-parallel.ts";
import type { ChangedPage, ChangedRow, PollCursor, Related } from "../sync/ports.ts";
import { placeOf, readBulkQuery, startBulkQuery, textOfPlace } from "./bulk-query.ts";
import { MEMBER_POLL_FIELDS, toldByMember } from "./campaign-members.ts";
import { refOf } from "./observe.ts";
import {
  CAMPAIGN_MEMBER,
  CONTACT_ROLE,
  type OrgContext,
  propertiesOf,
  shapeOf,
  visible,
} from "./org-context.ts";
import {
  datetimeLiteral,
  epochMsOf,
  literal,
  queryCount,
  queryRows,
  type Soql,
  type SoqlRow,
  textOf,
} from "./soql.ts";

/** One page of Salesforce's own, so that a page of ours is one call. */
const PAGE_ROWS = 2000;

const ACCOUNT = "AccountId";

const ROLE_FIELDS = ["OpportunityId", "ContactId", "IsPrimary"] as const;

/**
 * How long before a job was made a row may have been stamped that it did not see: Salesforce stamps a
 * row when its transaction begins to save, and shows it when that commits.
 */
const LATE_COMMIT_MS = 120_000;

/**
 * Rows by SystemModstamp, which automated changes move as well, and then by id: many rows share one
 * stamp after a bulk change, more than a page holds, and a cursor of time alone would never pass them.
 *
 * Where more than a few pages follow the very first one, a job of the Bulk API reads them, in no order,
 * and what changed since it was made is then read in order again. Where there can be no such job, or
 * it is lost half-way, pages go on where the first one ended.
 */
export async function changedSince(
  context: OrgContext,
  object: string,
  cursor: PollCursor | undefined,
): Promise<ChangedPage> {
  if (cursor?.bulk !== undefined) return nextOfJob(context, object, cursor);
  const page = await pageAfter(context, object, cursor);
  const { next, total = 0 } = page;
  if (next === undefined || total < context.bulkFromRows) return page;
  const fields = (await polledFields(context, object)).join(", ");
  const soql = `SELECT ${fields} FROM ${object}${afterCursor(next)}`;
  const job = await startBulkQuery(context.org, soql);
  return job ? { ...page, next: { ...next, bulk: textOfPlace(job) } } : page;
}

async function pageAfter(
  context: OrgContext,
  object: string,
  cursor: PollCursor | undefined,
): Promise<ChangedPage> {
  const fields = (await polledFields(context, object)).join(", ");
  const query = (select: string, order: string): Soql => ({
    object,
    rows: "with-deleted",
    text: `SELECT ${select} FROM ${object}${afterCursor(cursor)}${order}`,
  });
  const ordered = ` ORDER BY SystemModstamp, Id LIMIT ${PAGE_ROWS}`;
  const [rows, total] = await Promise.all([
    queryRows(context.org, query(fields, ordered)),
    cursor === undefined ? queryCount(context.org, query("COUNT()", "")) : undefined,
  ]);
  const changed = await inParallel(rows, (row) => changedRow(context, object, row));
  const last = changed.at(-1);
  return {
    rows: changed,
    next:
      changed.length < PAGE_ROWS || last === undefined
        ? undefined
        : { modifiedAtMs: last.modifiedAtMs, id: last.id },
    total,
  };
}

async function nextOfJob(
  context: OrgContext,
  object: string,
  { bulk = "", ...from }: PollCursor,
): Promise<ChangedPage> {
  const place = placeOf(bulk);
  const fields = await polledFields(context, object);
  const page = place
    ? await readBulkQuery(context.org, place, fields)
    : ({ state: "lost" } as const);
  if (!place || page.state === "lost") return { rows: [], next: from, total: undefined };
  if (page.state === "working") return { rows: [], next: { ...from, bulk }, total: undefined };
  const rows = await inParallel(page.rows, (row) => changedRow(context, object, row));
  const since = { modifiedAtMs: Math.max(0, place.madeAtMs - LATE_COMMIT_MS), id: "" };
  const next = page.next ? { ...from, bulk: textOfPlace(page.next) } : since;
  return { rows, next, total: undefined };
}

function afterCursor(cursor: PollCursor | undefined): string {
  if (cursor === undefined) return "";
  const stamp = datetimeLiteral(cursor.modifiedAtMs);
  const sameStamp = `(SystemModstamp = ${stamp} AND Id > ${literal(cursor.id)})`;
  return ` WHERE (SystemModstamp > ${stamp} OR ${sameStamp})`;
}

async function polledFields(context: OrgContext, object: string): Promise<string[]> {
  const always = ["Id", "IsDeleted", "SystemModstamp"];
  if (object === CONTACT_ROLE) return [...always, ...ROLE_FIELDS];
  if (object === CAMPAIGN_MEMBER) return [...always, ...MEMBER_POLL_FIELDS];
  const { idProperty, properties } = shapeOf(context, object);
  const description = await context.describes.of(object);
  const more = object === "Opportunity" ? [ACCOUNT] : ["IsConverted"];
  return visible(description, [...always, idProperty, ...properties, ...more]);
}

async function changedRow(context: OrgContext, object: string, row: SoqlRow): Promise<ChangedRow> {
  // What a row holds says nothing once the record is deleted, or lives on as another.
  const touches = object === CAMPAIGN_MEMBER ? toldByMember(row) : undefined;
  const isEvidence =
    object !== CONTACT_ROLE &&
    object !== CAMPAIGN_MEMBER &&
    textOf(row, "IsDeleted") !== "true" &&
    textOf(row, "IsConverted") !== "true";
  const accordId = isEvidence ? textOf(row, shapeOf(context, object).idProperty) : null;
  return {
    id: textOf(row, "Id") ?? "",
    modifiedAtMs: epochMsOf(row, "SystemModstamp"),
    evidence: isEvidence ? await propertiesOf(context, shapeOf(context, object), row) : {},
    ...(accordId === null ? {} : { accordId }),
    relates: object === CONTACT_ROLE ? relatedBy(row) : undefined,
    ...(isEvidence && ACCOUNT in row && object === "Opportunity"
      ? { related: accountOf(row) }
      : {}),
    ...(touches ? { touches } : {}),
  };
}

/** Of an opportunity that moved to another account nothing else need have changed. */
function accountOf(row: SoqlRow): Related {
  const account = textOf(row, ACCOUNT);
  return { Account: account === null ? [] : [account] };
}

/** A role is part of what its opportunity looks like. */
function relatedBy(row: SoqlRow): ChangedRow["relates"] {
  const opportunity = textOf(row, "OpportunityId");
  const contact = textOf(row, "ContactId");
  if (opportunity === null || contact === null) return undefined;
  const present = textOf(row, "IsDeleted") !== "true";
  return {
    opportunity: refOf("Opportunity", opportunity),
    seen: {
      object: "Contact",
      id: contact,
      present,
      ...(present ? { primary: textOf(row, "IsPrimary") === "true" } : {}),
    },
  };
}
