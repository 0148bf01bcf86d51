import * as z from "zod";
import type { HubspotApi } from "./hubspot-api.ts";
import { answerOrFault } from "./refusal.ts";

const definition = z.object({
  name: z.string(),
  type: z.string(),
  fieldType: z.string(),
  options: z.array(z.object({ value: z.string() })).catch([]),
  externalOptions: z.boolean().nullish(),
  calculated: z.boolean().nullish(),
  modificationMetadata: z.object({ readOnlyValue: z.boolean().nullish() }).nullish(),
});

const definitionsAnswer = z.object({ results: z.array(definition) });

interface PropertyDefinition {
  readonly readOnly: boolean;
  /** The values it may hold; undefined where it may hold any. */
  readonly options: ReadonlySet<string> | undefined;
  /** Several options at once, as `A;B`. */
  readonly several: boolean;
}

export type Definitions = ReadonlyMap<string, PropertyDefinition>;

export interface PropertyDefinitions {
  /** The properties of an object. May be minutes old, but not where one of `needed` is missing. */
  of(object: string, needed: readonly string[]): Promise<Definitions>;
  forget(object: string): void;
}

const FRESH_MS = 5 * 60_000;
const MISSING_RECHECK_MS = 30_000;

export function propertyDefinitions(api: HubspotApi, now: () => number): PropertyDefinitions {
  const cache = new Map<string, { readonly loaded: Promise<Definitions>; readonly atMs: number }>();
  const load = (object: string) => {
    const loaded = loadDefinitions(api, object);
    const entry = { loaded, atMs: now() };
    cache.set(object, entry);
    loaded.catch(() => {
      if (cache.get(object) === entry) cache.delete(object);
    });
    return loaded;
  };
  return {
    of: async (object, needed) => {
      const cached = cache.get(object);
      if (!cached) return load(object);
      const definitions = await cached.loaded;
      const complete = needed.every((name) => definitions.has(name));
      const stale = now() - cached.atMs >= (complete ? FRESH_MS : MISSING_RECHECK_MS);
      if (!stale) return definitions;
      const current = cache.get(object);
      return current && current !== cached ? current.loaded : load(object);
    },
    forget: (object) => {
      cache.delete(object);
    },
  };
}

async function loadDefinitions(api: HubspotApi, object: string): Promise<Definitions> {
  const call = api.definitions.getAll(object);
  const { results } = definitionsAnswer.parse(
    await answerOrFault(call, `list the properties of ${object}`),
  );
  return new Map(
    results.map((property) => [
      property.name,
      {
        readOnly: Boolean(property.calculated || property.modificationMetadata?.readOnlyValue),
        options: closedOptions(property),
        several: property.fieldType === "checkbox",
      },
    ]),
  );
}

function closedOptions(property: z.infer<typeof definition>): ReadonlySet<string> | undefined {
  const open = property.externalOptions || property.options.length === 0;
  if (open || !["enumeration", "bool"].includes(property.type)) return undefined;
  return new Set(property.options.map(({ value }) => value));
}
