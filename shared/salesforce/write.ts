import { setTimeout as sleep } from "node:timers/promises";
import { chunksOf, inParallel } from "../sync/in-parallel.ts";
import type { RecordWrite, RefusedProperty, WriteResult } from "../sync/ports.ts";
import { wasUnforeseen, withCauses } from "./causes.ts";
import { COLLECTION_ROWS, type RowOutcome, sendCollection } from "./collection.ts";
import type { Description } from "./describe.ts";
import { judgeRow, type OpenRow } from "./judge-row.ts";
import { CURRENCY, type OrgContext, shapeOf } from "./org-context.ts";
import { fullId } from "./record-id.ts";
import { UNKNOWN_FIELD } from "./row-error.ts";
import { type WriteMode, wireValues, withWholeAmounts } from "./write-values.ts";

/** Above what the judging of one row can ask for: three locks, a duplicate, three trims. */
const MOST_ROUNDS = 8;

/** Lock holders are mostly short transactions of the org's own automation. */
const LOCK_PAUSE_MS = 300;

interface Batch {
  readonly object: string;
  readonly idProperty: string;
  readonly mode: WriteMode;
}

/** One call for each 200 records of one object that are created, or changed. */
export async function write(
  context: OrgContext,
  writes: readonly RecordWrite[],
): Promise<readonly WriteResult[]> {
  const groups = [
    ...Map.groupBy(
      writes,
      ({ object, id }) => `${object} ${id === undefined ? "create" : "update"}`,
    ),
  ].flatMap(([, group]) => chunksOf(group, COLLECTION_ROWS));
  const results = new Map<RecordWrite, WriteResult>();
  await inParallel(groups, async (group) => {
    const written = await writeGroup(context, group);
    const description = await context.describes.of(group[0]?.object ?? "");
    for (const [from, result] of written) results.set(from, withCauses(description, result));
  });
  return writes.map((one) => results.get(one) ?? failed(one, "NOT_WRITTEN", "Not written"));
}

async function writeGroup(
  context: OrgContext,
  group: readonly RecordWrite[],
): Promise<Map<RecordWrite, WriteResult>> {
  const results = new Map<RecordWrite, WriteResult>();
  const [first] = group;
  if (first === undefined) return results;
  const { object, idProperty } = shapeOf(context, first.object);
  const batch: Batch = { object, idProperty, mode: first.id === undefined ? "create" : "update" };
  let open: OpenRow[] = [];
  for (const one of group) {
    const prepared = await prepare(context, batch, one, []);
    if ("failed" in prepared) results.set(one, prepared);
    else open.push(prepared);
  }
  for (let round = 1; open.length > 0 && round <= MOST_ROUNDS; round += 1) {
    const outcomes = await send(context, batch, open);
    const again: OpenRow[] = [];
    for (const [index, row] of open.entries()) {
      const next = await judged(context, batch, row, outcomes[index]);
      if ("failed" in next) results.set(row.write, next);
      else again.push(next);
    }
    if (again.some(({ locks }) => locks > 0)) await sleep(LOCK_PAUSE_MS * round);
    open = again;
  }
  return results;
}

/** Salesforce's verdict on one row. An unknown field means that an admin has changed the object. */
async function judged(
  context: OrgContext,
  batch: Batch,
  row: OpenRow,
  outcome: RowOutcome | undefined,
): Promise<OpenRow | WriteResult> {
  const verdict = judgeRow(row, batch.mode, outcome);
  if (verdict !== "describe-again" && wasUnforeseen(verdict.refused.slice(row.refused.length)))
    context.describes.doubt(batch.object);
  if (verdict !== "describe-again")
    return "failed" in verdict ? verdict : wholeAmounts(context, batch, verdict);
  context.describes.forget();
  const prepared = await prepare(context, batch, row.write, row.refused);
  return "failed" in prepared ? prepared : { ...prepared, describedAgain: true };
}

/** Where Salesforce refused an amount or its currency, the row goes on without the other. */
function wholeAmounts(
  context: OrgContext,
  { object, mode }: Batch,
  row: OpenRow,
): OpenRow | WriteResult {
  const { values, refused } = withWholeAmounts(shapeOf(context, object), row);
  const isEmpty = mode === "update" && Object.keys(values).length === 0;
  return isEmpty ? nothingWritten(row.write, refused) : { ...row, values, refused };
}

function nothingWritten(
  { recordId }: RecordWrite,
  refused: readonly RefusedProperty[],
): WriteResult {
  return { recordId, id: undefined, created: false, refused, failed: undefined };
}

function send(context: OrgContext, batch: Batch, rows: readonly OpenRow[]): Promise<RowOutcome[]> {
  const { object, idProperty, mode } = batch;
  return sendCollection(context.org, `${mode} ${object}`, {
    method: "PATCH",
    path: mode === "update" ? "/composite/sobjects" : `/composite/sobjects/${object}/${idProperty}`,
    rows: rows.map(({ write: { id, recordId }, values }) => ({
      attributes: { type: object },
      ...values,
      ...(mode === "update" ? { id: fullId(id ?? "") } : { [idProperty]: recordId }),
    })),
  });
}

/** The row to send, or the result where there is none. */
async function prepare(
  context: OrgContext,
  { object, idProperty, mode }: Batch,
  from: RecordWrite,
  refusedBefore: readonly RefusedProperty[],
): Promise<OpenRow | WriteResult> {
  // Only where several currencies are in use does Salesforce have a field for them.
  const needed = Object.keys(from.properties).filter((property) => property !== CURRENCY);
  const description = await context.describes.of(object, needed);
  const { [idProperty]: accordId, ...rest } = from.properties;
  if (mode === "update" && fullId(from.id ?? "") === undefined)
    return failed(from, "MALFORMED_ID", `${object} has no such record`);
  if (mode === "create" && description.get(idProperty)?.createable !== true)
    return failed(from, UNKNOWN_FIELD, missingIdField(object, idProperty));
  const known = new Set(refusedBefore.map(({ property }) => property));
  const wanted = Object.entries(mode === "create" ? rest : from.properties);
  const wired = await wireValues(
    context,
    description,
    mode,
    Object.fromEntries(wanted.filter(([property]) => !known.has(property))),
  );
  const shape = shapeOf(context, object);
  const { values, refused } = withWholeAmounts(shape, {
    values: wired.values,
    refused: [...refusedBefore, ...wired.refused],
  });
  const missing = mode === "create" ? requiredAndBlank(description, shape.properties, values) : [];
  if (missing.length > 0)
    return failed(from, "REQUIRED_FIELD_MISSING", `Required fields are missing: [${missing}]`);
  const row = { write: from, values, refused };
  if (mode === "update" && Object.keys(values).length === 0) return nothingWritten(from, refused);
  return { ...row, locks: 0, duplicates: 0, trims: 0, describedAgain: false };
}

/** Mapped fields that Salesforce would refuse a new record for, whatever else it has. */
function requiredAndBlank(
  description: Description,
  mapped: readonly string[],
  values: Readonly<Record<string, unknown>>,
): string[] {
  return mapped.filter((name) => {
    const field = description.get(name);
    if (!field?.createable || field.nillable || field.defaultedOnCreate) return false;
    return field.type !== "boolean" && !(name in values);
  });
}

function missingIdField(object: string, idProperty: string): string {
  return `${object} has no field ${idProperty} that Accord may write, and nothing is created without it: run the set-up, which creates it`;
}

function failed({ recordId }: RecordWrite, code: string, message: string): WriteResult {
  return {
    recordId,
    id: undefined,
    created: false,
    refused: [],
    failed: { code, message, retryable: false },
  };
}
