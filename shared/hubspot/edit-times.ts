import * as z from "zod";
import { chunksOf, inParallel } from "../sync/in-parallel.ts";
import { type Ref, refKey } from "../sync/ports.ts";
import type { HubspotContext } from "./hubspot-context.ts";
import { answerOrFault } from "./refusal.ts";

/** Inputs of a batch read that asks for history. Source: list endpoint's limit, read 2026-11-21. */
const HISTORY_BATCH = 50;

const historyAnswer = z.object({
  results: z.array(
    z.object({
      id: z.string(),
      propertiesWithHistory: z
        .record(z.string(), z.array(z.object({ timestamp: z.date() })))
        .nullish(),
    }),
  ),
});

/** When properties last changed, by HubSpot's own history of them. */
export async function editTimes(
  { api }: HubspotContext,
  refs: readonly Ref[],
  properties: readonly string[],
): Promise<ReadonlyMap<string, Readonly<Record<string, number>>>> {
  if (properties.length === 0) return new Map();
  const jobs = [...Map.groupBy(refs, ({ object }) => object)].flatMap(([object, ofObject]) =>
    chunksOf([...new Set(ofObject.map(({ id }) => id))], HISTORY_BATCH).map((ids) => ({
      object,
      ids,
    })),
  );
  const answers = await inParallel(jobs, async ({ object, ids }) => {
    const call = api.records.read(
      object,
      {
        inputs: ids.map((id) => ({ id })),
        properties: [],
        propertiesWithHistory: [...properties],
      },
      false,
    );
    const { results } = historyAnswer.parse(
      await answerOrFault(call, `read the history of ${object}`),
    );
    return results.map(
      (record) =>
        [
          refKey({ system: "hubspot", object, id: record.id }),
          newest(record.propertiesWithHistory ?? {}),
        ] as const,
    );
  });
  return new Map(answers.flat());
}

function newest(
  history: Readonly<Record<string, readonly { readonly timestamp: Date }[]>>,
): Record<string, number> {
  const known = Object.entries(history).filter(([, versions]) => versions.length > 0);
  return Object.fromEntries(
    known.map(([property, versions]) => [
      property,
      Math.max(...versions.map(({ timestamp }) => timestamp.getTime())),
    ]),
  );
}
