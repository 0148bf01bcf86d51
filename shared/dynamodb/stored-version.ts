import * as z from "zod";
import { MILESTONES } from "../core/attribution/journey.ts";
import type { InForce, ModelVersion } from "../core/attribution/version.ts";
import { MODELS } from "./keys.ts";
import { packedJson, packText } from "./packed-text.ts";

const gate = z.object({ leastWon: z.number() });

const definition = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("positions"),
    weights: z.partialRecord(z.enum([...MILESTONES, "others"]), z.string()),
  }),
  z.object({ kind: z.literal("time-decay"), halfLifeDays: z.number() }),
  z.object({ kind: z.literal("markov"), order: z.number(), gate }),
  z.object({ kind: z.literal("shapley"), gate }),
]);

const learned = z.object({
  won: z.number(),
  lost: z.number(),
  shares: z.array(
    z.object({
      source: z.string(),
      share: z.number(),
      low: z.number(),
      high: z.number(),
      removalEffect: z.number().exactOptional(),
      journeys: z.number(),
    }),
  ),
  weights: z.array(z.tuple([z.string(), z.int()])).transform((pairs) => new Map(pairs)),
});

const storedVersion = z.object({
  model: z.string(),
  version: z.string(),
  definition,
  journey: z.object({
    persons: z.enum(["roles", "account"]),
    windowDays: z.number().nullable(),
    dedupeMinutes: z.number(),
  }),
  learned: packedJson.pipe(learned).exactOptional(),
  madeAt: z.string(),
  by: z.string(),
  because: z.string(),
});

const storedForce = z.object({ model: z.string(), version: z.string(), since: z.string() });

const VERSION = "version#";
const FORCE = "force#";

export const isVersion = (item: Readonly<Record<string, unknown>>) =>
  String(item["sk"]).startsWith(VERSION);

export const isForce = (item: Readonly<Record<string, unknown>>) =>
  String(item["sk"]).startsWith(FORCE);

export const parseVersion = (item: unknown): ModelVersion => storedVersion.parse(item);

export const parseForce = (item: unknown): InForce => storedForce.parse(item);

export function versionItem({ learned: known, ...version }: ModelVersion): Record<string, unknown> {
  const { model, version: name, madeAt } = version;
  const kept = known && JSON.stringify({ ...known, weights: [...known.weights] });
  return {
    pk: MODELS,
    sk: `${VERSION}${madeAt}#${model}@${name}`,
    ...version,
    ...(kept === undefined ? {} : { learned: packText(kept) }),
  };
}

export function forceItem(one: InForce): Record<string, unknown> {
  return { pk: MODELS, sk: `${FORCE}${one.since}#${one.model}@${one.version}`, ...one };
}
