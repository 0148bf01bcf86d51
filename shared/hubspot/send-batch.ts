import type { HubspotContext } from "./hubspot-context.ts";
import type { PendingWrite } from "./pending-write.ts";
import { answerOrRefusal, type Refusal, type RefusalBody } from "./refusal.ts";
import { batchAnswer, type WireRecord } from "./wire-record.ts";

/** What became of each write of a batch, or the refusal that hit all of it. */
export type BatchOutcome =
  | { readonly kind: "refused"; readonly refusal: Refusal }
  | {
      readonly kind: "answered";
      written(pending: PendingWrite): WireRecord | undefined;
      refusal(pending: PendingWrite): RefusalBody | undefined;
    };

/** Answers come in any order, so they are told apart by id, our record id or the trace id, which is ours. */
function outcomeOf(answer: unknown, idProperty: string): BatchOutcome {
  const { results, errors } = batchAnswer.parse(answer);
  const byKey = new Map<string, WireRecord>();
  for (const record of results) {
    byKey.set(record.id, record);
    for (const key of [record.objectWriteTraceId, record.properties[idProperty]])
      if (key) byKey.set(`accord:${key}`, record);
  }
  const refusals = (errors ?? []).map((error) => ({ error, keys: keysOf(error) }));
  return {
    kind: "answered",
    written: ({ write }) => byKey.get(write.id ?? `accord:${write.recordId}`),
    refusal: ({ write }) =>
      refusals.find(
        ({ keys }) => keys.has(write.recordId) || (write.id !== undefined && keys.has(write.id)),
      )?.error,
  };
}

function keysOf({ context }: RefusalBody): ReadonlySet<string> {
  return new Set(
    ["objectWriteTraceId", "ids", "id"].flatMap((name) => [...(context?.[name] ?? [])]),
  );
}

export async function sendUpdates(
  { api, shapeOf }: HubspotContext,
  object: string,
  batch: readonly PendingWrite[],
): Promise<BatchOutcome> {
  const inputs = batch.map(({ write, values }) => ({
    id: write.id ?? "",
    objectWriteTraceId: write.recordId,
    properties: { ...values },
  }));
  const outcome = await answerOrRefusal(api.records.update(object, { inputs }));
  if ("refusal" in outcome) return { kind: "refused", refusal: outcome.refusal };
  return outcomeOf(outcome.answer, shapeOf(object).idProperty);
}

/** Creates by our record id, so that repeating it finds the record made before. */
export async function sendCreates(
  { api, shapeOf }: HubspotContext,
  object: string,
  batch: readonly PendingWrite[],
): Promise<BatchOutcome> {
  const { idProperty } = shapeOf(object);
  const inputs = batch.map(({ write, values }) => ({
    id: write.recordId,
    idProperty,
    objectWriteTraceId: write.recordId,
    properties: { ...values, [idProperty]: write.recordId },
  }));
  const outcome = await answerOrRefusal(api.records.upsert(object, { inputs }));
  if ("refusal" in outcome) return { kind: "refused", refusal: outcome.refusal };
  return outcomeOf(outcome.answer, idProperty);
}
