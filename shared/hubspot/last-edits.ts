import * as z from "zod";
import { chunksOf, inParallel } from "../sync/in-parallel.ts";
import { type LastEdit, type Ref, refKey } from "../sync/ports.ts";
import type { HubspotContext } from "./hubspot-context.ts";
import { answerOrFault } from "./refusal.ts";

/** Inputs of a batch read that asks for history. Source: list endpoint's limit, read 2026-11-21. */
const HISTORY_BATCH = 50;

const words = z.string().nullish().catch(null);

const version = z.object({ timestamp: z.date(), sourceType: words, sourceId: words });

const historyAnswer = z.object({
  results: z.array(
    z.object({
      id: z.string(),
      propertiesWithHistory: z.record(z.string(), z.array(version)).nullish(),
    }),
  ),
});

/** When properties last changed, and by whom, by HubSpot's own history of them. */
export async function lastEdits(
  { api }: HubspotContext,
  refs: readonly Ref[],
  properties: readonly string[],
): Promise<ReadonlyMap<string, Readonly<Record<string, LastEdit>>>> {
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
  history: Readonly<Record<string, readonly z.infer<typeof version>[]>>,
): Record<string, LastEdit> {
  return Object.fromEntries(
    Object.entries(history).flatMap(([property, versions]) => {
      const [first, ...others] = versions;
      if (!first) return [];
      const last = others.reduce(
        (one, other) => (other.timestamp > one.timestamp ? other : one),
        first,
      );
      const by = [last.sourceType, last.sourceId].filter((part) => part).join(" ");
      return [[property, { atMs: last.timestamp.getTime(), ...(by ? { by } : {}) }]];
    }),
  );
}
