import { acceptValues, type SentProperties } from "./accept-values.ts";
import { archiveRecord } from "./archive-record.ts";
import { findLive, missingRecords } from "./find-record.ts";
import { uniqueKey } from "./object-store.ts";
import type { ObjectType } from "./object-type.ts";
import type { Write } from "./portal.ts";
import { wholeRecordAnswer } from "./record-answer.ts";
import { invalid, invalidValues, Refusal } from "./refusal.ts";
import {
  type CreateInput,
  requireBatchSize,
  requireDistinct,
  type UpdateInput,
} from "./request-bodies.ts";
import type { StoredRecord } from "./stored-record.ts";
import { createRecord, updateRecord } from "./write-record.ts";

/** The outcome of a batch: what was done, and an entry for each record that was not. */
export interface BatchOutcome {
  readonly results: readonly Record<string, unknown>[];
  readonly errors: readonly Record<string, unknown>[];
}

/**
 * Creates all or none, unless the inputs carry trace ids: only then does HubSpot say which failed.
 */
export function batchCreate(
  write: Write,
  type: ObjectType,
  inputs: readonly CreateInput[],
): BatchOutcome {
  requireBatchSize(inputs);
  const traced = inputs.some(({ objectWriteTraceId }) => objectWriteTraceId !== undefined);
  if (!traced) {
    refuseBadValues(write, type, inputs);
    return { results: inputs.map((input) => createOne(write, type, input)), errors: [] };
  }
  const results: Record<string, unknown>[] = [];
  const errors: Record<string, unknown>[] = [];
  for (const input of inputs) {
    const outcome = write.portal.attempt(() => createOne(write, type, input, true));
    const { objectWriteTraceId } = input;
    if (outcome instanceof Refusal) errors.push(tracedEntry(outcome, objectWriteTraceId));
    else
      results.push({
        ...outcome,
        ...(objectWriteTraceId === undefined ? {} : { objectWriteTraceId }),
      });
  }
  return { results, errors };
}

/** In a batch without trace ids, a conflict does not say with which record. */
function createOne(write: Write, type: ObjectType, input: CreateInput, traced = false) {
  const accepted = acceptValues(write.portal, type, { before: undefined, sent: input.properties });
  try {
    return wholeRecordAnswer(
      type,
      createRecord(write, type, { accepted, associations: input.associations }),
    );
  } catch (error) {
    if (!traced && error instanceof Refusal && error.httpStatus === 409)
      throw new Refusal(409, "Contact already exists", error.facts);
    throw error;
  }
}

function tracedEntry(refusal: Refusal, objectWriteTraceId: string | undefined) {
  const existingId = /Existing ID: (\d+)/.exec(refusal.message)?.[1];
  if (existingId === undefined) return refusal.entry(objectWriteTraceId);
  const facts = { ...refusal.facts, context: { existingId: [existingId] } };
  return new Refusal(refusal.httpStatus, refusal.message, facts).entry(objectWriteTraceId);
}

/** Updates those that exist and names those that do not. A bad value refuses the whole batch. */
export function batchUpdate(
  write: Write,
  type: ObjectType,
  inputs: readonly UpdateInput[],
): BatchOutcome {
  requireBatchSize(inputs);
  requireDistinct(inputs.map(({ id, idProperty }) => uniqueKey(idProperty ?? "", id)));
  const found = inputs.map((input) => ({ input, record: findLive(write.portal, type, input) }));
  const known = found.flatMap(({ input, record }) => (record ? [{ input, record }] : []));
  requireDistinct(known.map(({ record }) => record.id));
  refuseBadValues(
    write,
    type,
    known.map(({ input, record }) => ({ properties: input.properties, record })),
  );
  const results = known.map(({ input, record }) => {
    const accepted = acceptValues(write.portal, type, { before: record, sent: input.properties });
    return wholeRecordAnswer(type, updateRecord(write, type, { record, accepted }));
  });
  const missing = found.filter(({ record }) => !record).map(({ input }) => input.id);
  return { results, errors: missing.length > 0 ? [missingRecords(type, missing).entry()] : [] };
}

/** Creates what is not there and updates what is, by a unique property that all inputs name. */
export function batchUpsert(
  write: Write,
  type: ObjectType,
  inputs: readonly UpdateInput[],
): BatchOutcome {
  requireBatchSize(inputs);
  if (new Set(inputs.map(({ idProperty }) => idProperty)).size > 1)
    throw invalid("All inputs of an upsert must use the same idProperty");
  requireDistinct(inputs.map(({ id, idProperty }) => uniqueKey(idProperty ?? "", id)));
  const found = inputs.map((input) => ({ input, record: findLive(write.portal, type, input) }));
  /** A contact found by one of its other e-mail addresses keeps its first. */
  const withKey = (input: UpdateInput, record: StoredRecord | undefined): SentProperties =>
    record || input.idProperty === undefined || input.idProperty === "hs_object_id"
      ? input.properties
      : { [input.idProperty]: input.id, ...input.properties };
  refuseBadValues(
    write,
    type,
    found.map(({ input, record }) => ({ properties: withKey(input, record), record })),
  );
  const results = found.map(({ input, record }) => {
    const sent = withKey(input, record);
    const accepted = acceptValues(write.portal, type, { before: record, sent });
    const written = record
      ? updateRecord(write, type, { record, accepted })
      : createRecord(write, type, { accepted, associations: [] });
    const { objectWriteTraceId } = input;
    const trace = objectWriteTraceId === undefined ? {} : { objectWriteTraceId };
    return { ...wholeRecordAnswer(type, written), ...trace, new: record === undefined };
  });
  return { results, errors: [] };
}

/** Unknown ids are passed over in silence, as with HubSpot's idempotent archive. */
export function batchArchive(write: Write, type: ObjectType, ids: readonly string[]): void {
  requireBatchSize(ids);
  for (const id of new Set(ids)) {
    const record = findLive(write.portal, type, { id });
    if (record) archiveRecord(write, record, { type, id: record.id });
  }
}

/** All problems of all inputs in one answer, before anything is written. */
function refuseBadValues(
  write: Write,
  type: ObjectType,
  inputs: readonly { properties: SentProperties; record?: StoredRecord | undefined }[],
): void {
  const problems = inputs.flatMap(
    ({ properties, record }) =>
      acceptValues(write.portal, type, { before: record, sent: properties }).problems,
  );
  if (problems.length > 0) throw invalidValues(problems);
}
