import type { RefusedProperty, WriteResult } from "../sync/ports.ts";
import { wasUnforeseen } from "./causes.ts";
import { conflictIsOurs } from "./conflicting-contact.ts";
import type { HubspotContext } from "./hubspot-context.ts";
import { OWNER_PROPERTY } from "./owner-directory.ts";
import { type PendingWrite, withoutProperties } from "./pending-write.ts";
import { namedProblems, type RefusalBody, refusedFault } from "./refusal.ts";
import { sendCreates, sendUpdates } from "./send-batch.ts";
import type { WireRecord } from "./wire-record.ts";

/** A write that is done with. */
export interface Settled {
  readonly pending: PendingWrite;
  readonly result: WriteResult;
  /** The record as the answer shows it, where it was written. */
  readonly record: WireRecord | undefined;
}

/** Refusals that can be one record's fault. Any other is the same for every record. */
const ONE_RECORDS_FAULT: readonly number[] = [400, 404, 409, 413, 414];
/** Sent alone, a record loses the properties that the answer names, and is sent again this often. */
const ATTEMPTS_ALONE = 3;
const NO_SUCH_PROPERTY = "PROPERTY_DOESNT_EXIST";

/** Writes up to a hundred records of one object: all to create, or all to update. */
export async function settleBatch(
  context: HubspotContext,
  batch: readonly PendingWrite[],
): Promise<Settled[]> {
  const [first] = batch;
  if (!first) return [];
  const { object } = first.write;
  const send = first.write.id === undefined ? sendCreates : sendUpdates;
  const outcome = await send(context, object, batch);
  if (outcome.kind === "refused") {
    const { refusal } = outcome;
    if (!ONE_RECORDS_FAULT.includes(refusal.httpStatus))
      throw refusedFault(refusal, `write ${object}`);
    return batch.length === 1
      ? [await settleAlone(context, first, refusal)]
      : settleParts(context, batch, refusal);
  }
  const settled: Settled[] = [];
  for (const pending of batch) {
    const record = outcome.written(pending);
    const refusal = outcome.refusal(pending);
    if (record) settled.push(written(pending, record));
    else if (refusal) settled.push(await settleAlone(context, pending, refusal));
    else settled.push(failed(pending, UNANSWERED));
  }
  return settled;
}

const UNANSWERED = {
  code: "NO_ANSWER",
  message: "HubSpot's answer leaves this record out",
  retryable: true,
};

/** Finds the records that spoil a batch by halving it. A property that is gone spoils every half. */
async function settleParts(
  context: HubspotContext,
  batch: readonly PendingWrite[],
  refusal: RefusalBody,
): Promise<Settled[]> {
  const missing = namedProblems(refusal).filter(({ code }) => code === NO_SUCH_PROPERTY);
  const narrowed = batch.map((pending) => withoutProperties(context, pending, missing));
  const isNarrower = narrowed.some(
    ({ refused }, at) => refused.length > (batch[at]?.refused.length ?? 0),
  );
  if (isNarrower) {
    const { object } = batch[0]?.write ?? { object: "" };
    context.definitions.forget(object);
    const empty = narrowed.filter(({ values }) => Object.keys(values).length === 0);
    const rest = narrowed.filter(({ values }) => Object.keys(values).length > 0);
    return [...empty.map(nothingWritten), ...(await settleBatch(context, rest))];
  }
  const middle = Math.ceil(batch.length / 2);
  return [
    ...(await settleBatch(context, batch.slice(0, middle))),
    ...(await settleBatch(context, batch.slice(middle))),
  ];
}

async function settleAlone(
  context: HubspotContext,
  pending: PendingWrite,
  refusal: RefusalBody,
): Promise<Settled> {
  const isConflict = refusal.category === "CONFLICT";
  if (isConflict && pending.write.id === undefined)
    return failed(pending, {
      code: "CONFLICT",
      message: "a record with this unique value is there already",
      retryable: await conflictIsOurs(context, pending, refusal),
    });
  const named = isConflict ? [EMAIL_TAKEN] : namedProblems(refusal);
  if (wasUnforeseen(named)) context.definitions.doubt(pending.write.object);
  const narrowed = withoutProperties(context, pending, named);
  const isNarrower = narrowed.refused.length > pending.refused.length;
  if (!isNarrower || pending.attempts + 1 >= ATTEMPTS_ALONE)
    return failed(pending, asFailure(refusal));
  if (Object.keys(narrowed.values).length === 0) return nothingWritten(narrowed);
  const [settled] = await settleBatch(context, [{ ...narrowed, attempts: pending.attempts + 1 }]);
  return settled ?? failed(pending, UNANSWERED);
}

const EMAIL_TAKEN: RefusedProperty = {
  property: "email",
  code: "CONFLICT",
  message: "another HubSpot contact has this e-mail address",
};

/** A record that is gone since it was read is worth another look: it may live on under a new id. */
function asFailure({ category, message }: RefusalBody): NonNullable<WriteResult["failed"]> {
  return {
    code: category ?? "REFUSED",
    message: message ?? "HubSpot refuses this record and gives no reason",
    retryable: category === "OBJECT_NOT_FOUND",
  };
}

function written(pending: PendingWrite, record: WireRecord): Settled {
  const { write, refused } = pending;
  const created = write.id === undefined && record._new === true;
  const stored = storedOf(pending, record);
  const { recordId } = write;
  const result = { recordId, id: record.id, created, stored, refused, failed: undefined };
  return { pending, record, result };
}

/** What the answer shows of the written properties; owners come as ids, which are no values of ours. */
function storedOf({ values }: PendingWrite, { properties }: WireRecord) {
  const shown = Object.keys(values).filter(
    (name) => properties[name] !== undefined && name !== OWNER_PROPERTY,
  );
  return Object.fromEntries(shown.map((name) => [name, properties[name] || null]));
}

function failed(pending: PendingWrite, reason: NonNullable<WriteResult["failed"]>): Settled {
  const { write, refused } = pending;
  const { recordId } = write;
  const result = { recordId, id: undefined, created: false, refused, failed: reason };
  return { pending, record: undefined, result };
}

/** Every property was refused: there was nothing to send, or nothing to make a record of. */
export function nothingWritten(pending: PendingWrite): Settled {
  const { write, refused } = pending;
  if (write.id === undefined)
    return failed(pending, {
      code: "NOTHING_TO_CREATE",
      message: "HubSpot refuses every value that the new record would have",
      retryable: false,
    });
  const { recordId } = write;
  const result = { recordId, id: undefined, created: false, refused, failed: undefined };
  return { pending, record: undefined, result };
}
