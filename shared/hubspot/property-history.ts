import * as z from "zod";
import { chunksOf, inParallel } from "../sync/in-parallel.ts";
import { type Ref, refKey } from "../sync/ports.ts";
import type { HubspotContext } from "./hubspot-context.ts";
import { answerOrFault } from "./refusal.ts";

/** Inputs of a batch read that asks for history. Source: list endpoint's limit, read 2026-11-21. */
const HISTORY_BATCH = 50;

const words = z.string().nullish().catch(null);

/** Source: PropertyHistory of the CRM's batch reads, read 2026-11-22. */
const version = z.object({
  value: words,
  timestamp: z.date(),
  sourceType: words,
  sourceId: words,
  updatedByUserId: z.number().nullish().catch(null),
});

export type Version = z.infer<typeof version>;

const historyAnswer = z.object({
  results: z.array(
    z.object({
      id: z.string(),
      propertiesWithHistory: z.record(z.string(), z.array(version)).nullish(),
    }),
  ),
});

type History = Readonly<Record<string, readonly Version[]>>;

/** What HubSpot keeps of the values of these properties: 20 to 45 versions of each; by `refKey`. */
export async function historiesOf(
  { api }: Pick<HubspotContext, "api">,
  refs: readonly Ref[],
  propertiesOf: (object: string) => readonly string[],
): Promise<ReadonlyMap<string, History>> {
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
        propertiesWithHistory: [...propertiesOf(object)],
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
          record.propertiesWithHistory ?? {},
        ] as const,
    );
  });
  return new Map(answers.flat());
}

/** The latest version of each property; those that never had a value have none. */
export function newestOf(history: History): readonly (readonly [string, Version])[] {
  return Object.entries(history).flatMap(([property, [first, ...others]]) => {
    if (!first) return [];
    const last = others.reduce(
      (one, other) => (other.timestamp > one.timestamp ? other : one),
      first,
    );
    return [[property, last] as const];
  });
}

/** Who gave a value, as HubSpot names its users and apps. */
export function sourceOf({ sourceType, sourceId }: Version): string {
  return [sourceType, sourceId].filter((part) => part).join(" ");
}
