import { chunksOf, inParallel } from "../sync/in-parallel.ts";
import { BATCH, type HubspotContext } from "./hubspot-context.ts";
import { answerOrFault, answerOrRefusal } from "./refusal.ts";
import type { Settled } from "./settle-batch.ts";
import { batchAnswer } from "./wire-record.ts";

const STAGE = "lifecyclestage";

interface Behind {
  readonly settled: Settled;
  readonly id: string;
  readonly wanted: string;
}

/**
 * Moves back the lifecycle stages that HubSpot silently kept: through the API a stage moves forward
 * alone, unless it is cleared first, in a request of its own. Source: contacts guide, read 2026-11-21.
 *
 * A crash between the two requests leaves the stage blank, as if a person had cleared it.
 */
export async function moveStagesBack(
  context: HubspotContext,
  settled: readonly Settled[],
): Promise<readonly Settled[]> {
  const corrected = new Map<Settled, Settled>();
  for (const [object, ofObject] of Map.groupBy(settled, ({ pending }) => pending.write.object))
    await inParallel(chunksOf(asked(ofObject), BATCH), async (chunk) => {
      const behind = await keptBack(context, object, chunk);
      for (const refusal of await moveBack(context, object, behind))
        corrected.set(refusal, withStageRefused(refusal));
    });
  return settled.map((one) => corrected.get(one) ?? one);
}

function asked(settled: readonly Settled[]): Behind[] {
  return settled.flatMap((one) => {
    const wanted = one.pending.values[STAGE];
    return wanted && one.record ? [{ settled: one, id: one.record.id, wanted }] : [];
  });
}

async function keptBack(
  { api }: HubspotContext,
  object: string,
  asked: readonly Behind[],
): Promise<readonly Behind[]> {
  const shown = new Map(
    asked.map(({ id, settled }) => [id, settled.record?.properties[STAGE]] as const),
  );
  const unshown = asked.filter(({ id }) => shown.get(id) === undefined);
  if (unshown.length > 0) {
    const inputs = unshown.map(({ id }) => ({ id }));
    const request = { inputs, properties: [STAGE], propertiesWithHistory: [] };
    const call = api.records.read(object, request, false);
    const { results } = batchAnswer.parse(await answerOrFault(call, `read stages of ${object}`));
    for (const { id, properties } of results) shown.set(id, properties[STAGE]);
  }
  return asked.filter(({ id, wanted }) => shown.get(id) !== wanted);
}

/** @returns Those whose stage is not as wanted even now. */
async function moveBack(
  { api }: HubspotContext,
  object: string,
  behind: readonly Behind[],
): Promise<readonly Settled[]> {
  if (behind.length === 0) return [];
  const writeStages = (stageOf: (one: Behind) => string) =>
    answerOrRefusal(
      api.records.update(object, {
        inputs: behind.map((one) => ({ id: one.id, properties: { [STAGE]: stageOf(one) } })),
      }),
    );
  const cleared = await writeStages(() => "");
  if ("refusal" in cleared) return behind.map(({ settled }) => settled);
  const moved = await writeStages(({ wanted }) => wanted);
  if ("refusal" in moved) return behind.map(({ settled }) => settled);
  const { results } = batchAnswer.parse(moved.answer);
  const shown = new Map(results.map(({ id, properties }) => [id, properties[STAGE]]));
  return behind
    .filter(({ id, wanted }) => !shown.has(id) || (shown.get(id) ?? wanted) !== wanted)
    .map(({ settled }) => settled);
}

function withStageRefused(settled: Settled): Settled {
  const refusal = {
    property: STAGE,
    code: "STAGE_NOT_TAKEN",
    message: "HubSpot keeps another lifecycle stage",
  };
  const { result } = settled;
  return { ...settled, result: { ...result, refused: [...result.refused, refusal] } };
}
