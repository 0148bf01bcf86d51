import { AssociationSpecAssociationCategoryEnum } from "@hubspot/api-client/lib/codegen/crm/associations/v4/index.js";
import * as z from "zod";
import { chunksOf, inParallel } from "../sync/in-parallel.ts";
import type { RelationResult, RelationWrite } from "../sync/ports.ts";
import { causeOf } from "./causes.ts";
import { BATCH, type HubspotContext } from "./hubspot-context.ts";
import {
  answerOrRefusal,
  type Refusal,
  type RefusalBody,
  refusalBody,
  refusedFault,
} from "./refusal.ts";

/**
 * A deal's associations by type id. 5 is the primary company, which brings the plain 341 with it.
 * Source: association type ids in the associations guide, read 2026-11-21.
 */
const RELATED = {
  person: { object: "contacts", typeId: 3 },
  company: { object: "companies", typeId: 5 },
} as const;

const ONE_RELATIONS_FAULT: readonly number[] = [400, 404, 409];

const linkedAnswer = z.object({
  results: z.array(z.object({ fromObjectId: z.coerce.string(), toObjectId: z.coerce.string() })),
  errors: z.array(refusalBody).nullish(),
});

export async function relateRecords(
  context: HubspotContext,
  writes: readonly RelationWrite[],
): Promise<readonly RelationResult[]> {
  const kinds = Map.groupBy(writes, ({ relation, action }) => `${action} ${relation}`);
  const batches = [...kinds.values()].flatMap((ofKind) => chunksOf(ofKind, BATCH));
  const answers = await inParallel(batches, (batch) => settleRelations(context, batch));
  const results = new Map(answers.flat().map((result) => [result.write, result]));
  return writes.map((write) => results.get(write) ?? failed(write, {}));
}

async function settleRelations(
  context: HubspotContext,
  batch: readonly RelationWrite[],
): Promise<readonly RelationResult[]> {
  const [first] = batch;
  if (!first) return [];
  const outcome = await (first.action === "add" ? link : unlink)(context, first.relation, batch);
  if ("refusal" in outcome) {
    const { refusal } = outcome;
    if (!ONE_RELATIONS_FAULT.includes(refusal.httpStatus))
      throw refusedFault(refusal, "associate deals");
    return batch.length === 1 ? [failed(first, refusal)] : settleHalves(context, batch);
  }
  const { done, errors } = outcome;
  const left = batch.filter((write) => !done(write));
  const settled = batch.filter(done).map((write) => ({ write, failed: undefined }));
  if (left.length === 0) return settled;
  const [error] = errors;
  if (batch.length === 1) return [failed(first, error ?? {})];
  return [...settled, ...(await settleHalves(context, left))];
}

/** Errors of a batch do not always say whose they are: alone, there is no doubt. */
async function settleHalves(
  context: HubspotContext,
  batch: readonly RelationWrite[],
): Promise<readonly RelationResult[]> {
  const middle = Math.ceil(batch.length / 2);
  return [
    ...(await settleRelations(context, batch.slice(0, middle))),
    ...(await settleRelations(context, batch.slice(middle))),
  ];
}

interface Linked {
  done(write: RelationWrite): boolean;
  readonly errors: readonly RefusalBody[];
}

async function link(
  { api }: HubspotContext,
  relation: RelationWrite["relation"],
  batch: readonly RelationWrite[],
): Promise<Linked | { readonly refusal: Refusal }> {
  const { object, typeId } = RELATED[relation];
  const types = [
    {
      associationCategory: AssociationSpecAssociationCategoryEnum.HubspotDefined,
      associationTypeId: typeId,
    },
  ];
  const inputs = batch.map(({ opportunityId, otherId }) => ({
    _from: { id: opportunityId },
    to: { id: otherId },
    types,
  }));
  const outcome = await answerOrRefusal(api.associations.create("deals", object, { inputs }));
  if ("refusal" in outcome) return outcome;
  const { results, errors } = linkedAnswer.parse(outcome.answer);
  const linked = new Set(results.map((pair) => `${pair.fromObjectId} ${pair.toObjectId}`));
  return {
    done: ({ opportunityId, otherId }) => linked.has(`${opportunityId} ${otherId}`),
    errors: errors ?? [],
  };
}

async function unlink(
  { api }: HubspotContext,
  relation: RelationWrite["relation"],
  batch: readonly RelationWrite[],
): Promise<Linked | { readonly refusal: Refusal }> {
  const inputs = batch.map(({ opportunityId, otherId }) => ({
    _from: { id: opportunityId },
    to: [{ id: otherId }],
  }));
  const { object } = RELATED[relation];
  const outcome = await answerOrRefusal(api.associations.archive("deals", object, { inputs }));
  return "refusal" in outcome ? outcome : { done: () => true, errors: [] };
}

/** A record that is gone since it was read is worth another look. */
function failed(write: RelationWrite, { category, message }: RefusalBody): RelationResult {
  return {
    write,
    failed: {
      code: category ?? "REFUSED",
      message: message ?? "HubSpot does not make this association, and gives no reason",
      retryable: category === "OBJECT_NOT_FOUND",
      cause: causeOf(category ?? "REFUSED"),
    },
  };
}
