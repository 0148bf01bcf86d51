import { createHash } from "node:crypto";
import * as z from "zod";
import type { PropertyFacts } from "../core/parking/cause.ts";
import type { HubspotApi } from "./hubspot-api.ts";
import { answerOrFault } from "./refusal.ts";

const definition = z.object({
  name: z.string(),
  label: z.string().catch(""),
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
  /** `string`, `number`, `bool`, `date`, `datetime`, `enumeration` … */
  readonly type: string;
  /** The values it may hold; undefined where it may hold any. */
  readonly options: ReadonlySet<string> | undefined;
  /** Several options at once, as `A;B`. */
  readonly several: boolean;
  /** For people, and for telling whether anything of it has changed. */
  readonly facts: PropertyFacts;
}

/** Characters that a text holds. Source: property types in the properties guide, read 2026-11-21. */
export const LONGEST_TEXT = 65_536;

export type Definitions = ReadonlyMap<string, PropertyDefinition>;

export interface PropertyDefinitions {
  /** The properties of an object. May be minutes old, but not where one of `needed` is missing. */
  of(object: string, needed: readonly string[]): Promise<Definitions>;
  forget(object: string): void;
  /** Forgets what is older than a moment: a refusal that what was kept did not foresee. */
  doubt(object: string): void;
  forgetAll(): void;
}

const FRESH_MS = 5 * 60_000;
const MISSING_RECHECK_MS = 30_000;
/** Some refusals no definition foresees, so that reading it anew for each would cost a call a batch. */
const DOUBTFUL_AFTER_MS = 10_000;

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
    doubt: (object) => {
      const cached = cache.get(object);
      if (cached && now() - cached.atMs >= DOUBTFUL_AFTER_MS) cache.delete(object);
    },
    forgetAll: () => cache.clear(),
  };
}

async function loadDefinitions(api: HubspotApi, object: string): Promise<Definitions> {
  const call = api.definitions.getAll(object);
  const { results } = definitionsAnswer.parse(
    await answerOrFault(call, `list the properties of ${object}`),
  );
  return new Map(results.map((property) => [property.name, definitionOf(property)]));
}

function definitionOf(property: z.infer<typeof definition>): PropertyDefinition {
  const { name, label, type, fieldType } = property;
  const readOnly = Boolean(property.calculated || property.modificationMetadata?.readOnlyValue);
  const options = closedOptions(property);
  const listed = options && [...options];
  const maxLength = type === "string" ? LONGEST_TEXT : undefined;
  const fingerprint = createHash("sha256")
    .update(JSON.stringify([type, fieldType, readOnly, listed && [...listed].sort()]))
    .digest("base64url")
    .slice(0, 16);
  return {
    readOnly,
    type,
    options,
    several: fieldType === "checkbox",
    facts: { label: label || name, options: listed, maxLength, fingerprint },
  };
}

function closedOptions(property: z.infer<typeof definition>): ReadonlySet<string> | undefined {
  const open = property.externalOptions || property.options.length === 0;
  if (open || !["enumeration", "bool"].includes(property.type)) return undefined;
  return new Set(property.options.map(({ value }) => value));
}

/** What HubSpot says of these properties right now; those it does not have are left out. */
export async function propertyFacts(
  { definitions }: { readonly definitions: PropertyDefinitions },
  object: string,
  properties: readonly string[],
): Promise<ReadonlyMap<string, PropertyFacts>> {
  definitions.forget(object);
  const known = await definitions.of(object, []);
  return new Map(
    properties.flatMap((name) => {
      const facts = known.get(name)?.facts;
      return facts ? [[name, facts] as const] : [];
    }),
  );
}
