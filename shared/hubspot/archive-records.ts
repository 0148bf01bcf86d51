import { chunksOf, inParallel } from "../sync/in-parallel.ts";
import type { ArchiveResult, Ref } from "../sync/ports.ts";
import { causeOf } from "./causes.ts";
import { BATCH, type HubspotContext } from "./hubspot-context.ts";
import { answerOrRefusal, type Refusal, refusedFault } from "./refusal.ts";

/** What one record may be refused for; anything else is a fault of the whole. */
const ONE_RECORDS_FAULT: readonly number[] = [400, 403, 404, 409];

/**
 * Moves records into the recycle bin, from which they can be restored for 90 days. One that is there
 * already is taken as moved. Source: guide on deleting records, read 2026-11-21.
 */
export async function archiveRecords(
  context: HubspotContext,
  refs: readonly Ref[],
): Promise<readonly ArchiveResult[]> {
  const byObject = [...Map.groupBy(refs, ({ object }) => object).values()];
  const batches = byObject.flatMap((ofObject) => chunksOf(ofObject, BATCH));
  const results = await inParallel(batches, (batch) => archiveBatch(context, batch));
  return results.flat();
}

async function archiveBatch(
  context: HubspotContext,
  batch: readonly Ref[],
): Promise<readonly ArchiveResult[]> {
  const [first] = batch;
  if (!first) return [];
  const inputs = batch.map(({ id }) => ({ id }));
  const outcome = await answerOrRefusal(context.api.records.archive(first.object, { inputs }));
  if ("answer" in outcome) return batch.map((ref) => ({ ref, failed: undefined }));
  const { refusal } = outcome;
  if (!ONE_RECORDS_FAULT.includes(refusal.httpStatus))
    throw refusedFault(refusal, `archive ${first.object}`);
  if (batch.length === 1) return [{ ref: first, failed: failureOf(refusal) }];
  const middle = Math.ceil(batch.length / 2);
  return [
    ...(await archiveBatch(context, batch.slice(0, middle))),
    ...(await archiveBatch(context, batch.slice(middle))),
  ];
}

function failureOf({ category = "REFUSED", message }: Refusal): ArchiveResult["failed"] {
  return {
    code: category,
    message: message ?? "HubSpot does not archive this record, and gives no reason",
    retryable: false,
    cause: causeOf(category),
  };
}
