import { chunksOf, inParallel } from "../sync/in-parallel.ts";
import type { RecordWrite, WriteResult } from "../sync/ports.ts";
import { withCauses } from "./causes.ts";
import { BATCH, type HubspotContext } from "./hubspot-context.ts";
import { moveStagesBack } from "./lifecycle-stage.ts";
import { type PendingWrite, pendingWrite } from "./pending-write.ts";
import { nothingWritten, type Settled, settleBatch } from "./settle-batch.ts";

/** Creates and updates records, in batches that a bad record does not spoil for its neighbours. */
export async function writeRecords(
  context: HubspotContext,
  writes: readonly RecordWrite[],
): Promise<readonly WriteResult[]> {
  const entries = [...writes.entries()];
  const pending = await Promise.all(
    entries.map(([index, write]) => pendingWrite(context, write, index)),
  );
  const isEmpty = ({ values }: PendingWrite) => Object.keys(values).length === 0;
  const settled: Settled[] = pending.filter(isEmpty).map(nothingWritten);
  for (const round of rounds(pending.filter((one) => !isEmpty(one)))) {
    const answers = await inParallel(batchesOf(round), (batch) => settleBatch(context, batch));
    settled.push(...answers.flat());
  }
  const moved = await moveStagesBack(context, settled);
  const ordered = [...moved].sort((left, right) => left.pending.index - right.pending.index);
  return Promise.all(
    ordered.map(({ pending: { write }, result }) => withCauses(context, write.object, result)),
  );
}

/** HubSpot refuses a batch that names one record twice, so the second write of one waits a round. */
function rounds(pending: readonly PendingWrite[]): readonly (readonly PendingWrite[])[] {
  const seen = new Map<string, number>();
  const byRound = Map.groupBy(pending, ({ write }) => {
    const key = `${write.object} ${write.id ?? `new ${write.recordId}`}`;
    const round = seen.get(key) ?? 0;
    seen.set(key, round + 1);
    return round;
  });
  return [...byRound].sort(([left], [right]) => left - right).map(([, round]) => round);
}

function batchesOf(round: readonly PendingWrite[]): PendingWrite[][] {
  const kinds = Map.groupBy(round, ({ write }) => `${write.object} ${write.id === undefined}`);
  return [...kinds.values()].flatMap((ofKind) => chunksOf(ofKind, BATCH));
}
