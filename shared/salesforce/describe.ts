import { createHash } from "node:crypto";
import * as z from "zod";
import type { PropertyFacts } from "../core/parking/cause.ts";
import type { Org } from "./org.ts";

/** What Salesforce lets the integration user do with one field. */
export interface FieldDescription {
  readonly name: string;
  readonly type: string;
  readonly length: number;
  readonly nillable: boolean;
  readonly createable: boolean;
  readonly updateable: boolean;
  /** Salesforce fills it in where a new record leaves it out. */
  readonly defaultedOnCreate: boolean;
  readonly externalId: boolean;
  /** The values of a restricted picklist, folded; undefined where any text will do. */
  readonly allowed: ReadonlySet<string> | undefined;
  /** For people, and for telling whether anything of it has changed. */
  readonly facts: PropertyFacts;
}

/** The fields that exist and that the integration user sees, by name. */
export type Description = ReadonlyMap<string, FieldDescription>;

export interface Describes {
  /** May be minutes old, but not where one of `needed` is missing. */
  of(object: string, needed?: readonly string[]): Promise<Description>;
  /** Forgets everything, as after a set-up, or when an answer shows that something has changed. */
  forget(): void;
  /** Forgets what is older than a moment: a refusal that what was kept did not foresee. */
  doubt(object: string): void;
}

/** Admins change fields rarely, and a stale description costs a refused field, no more. */
const KEPT_MS = 5 * 60_000;
/** A field that somebody is just creating would be parked until all that is kept is old. */
const MISSING_RECHECK_MS = 30_000;
/** Some refusals no description foresees, and describing anew for each would cost a call a batch. */
const DOUBTFUL_AFTER_MS = 10_000;

const describedField = z
  .object({
    name: z.string(),
    label: z.string().catch(""),
    type: z.string(),
    length: z.coerce.number().catch(0),
    nillable: z.boolean(),
    createable: z.boolean(),
    updateable: z.boolean(),
    defaultedOnCreate: z.boolean().catch(false),
    externalId: z.boolean().catch(false),
    restrictedPicklist: z.boolean().catch(false),
    picklistValues: z.array(z.object({ value: z.string(), active: z.boolean() })).catch([]),
  })
  .transform(({ restrictedPicklist, picklistValues, label, ...field }): FieldDescription => {
    const active = picklistValues.filter((each) => each.active).map(({ value }) => value);
    const options = restrictedPicklist ? active : undefined;
    return {
      ...field,
      allowed: options && new Set(options.map(fold)),
      facts: factsOf({ ...field, label }, options),
    };
  });

const describeAnswer = z.object({ fields: z.array(describedField) });

function factsOf(
  field: Omit<FieldDescription, "allowed" | "facts"> & { readonly label: string },
  options: readonly string[] | undefined,
): PropertyFacts {
  const { name, label, type, length, nillable, createable, updateable } = field;
  const fingerprint = createHash("sha256")
    .update(JSON.stringify([type, length, nillable, createable, updateable, options?.toSorted()]))
    .digest("base64url")
    .slice(0, 16);
  return { label: label || name, options, maxLength: length > 0 ? length : undefined, fingerprint };
}

/** Salesforce takes a picklist value in any case, and stores it as the list spells it. */
export function fold(value: string): string {
  return value.toLowerCase();
}

export function salesforceDescribes(org: Org, now: () => number): Describes {
  const kept = new Map<string, { readonly atMs: number; readonly answer: Promise<Description> }>();
  return {
    forget: () => kept.clear(),
    doubt(object) {
      const known = kept.get(object);
      if (known !== undefined && now() - known.atMs >= DOUBTFUL_AFTER_MS) kept.delete(object);
    },
    async of(object, needed = []) {
      const known = kept.get(object);
      const ageMs = now() - (known?.atMs ?? 0);
      if (known !== undefined && ageMs < MISSING_RECHECK_MS) return known.answer;
      if (known !== undefined && ageMs < KEPT_MS) {
        const description = await known.answer;
        if (needed.every((name) => description.has(name))) return description;
      }
      const answer = describe(org, object);
      kept.set(object, { atMs: now(), answer });
      try {
        return await answer;
      } catch (error) {
        kept.delete(object);
        throw error;
      }
    },
  };
}

async function describe(org: Org, object: string): Promise<Description> {
  const path = `/sobjects/${encodeURIComponent(object)}/describe`;
  const { fields } = describeAnswer.parse(
    await org.ask(`see ${object}`, { method: "GET", path, repeatable: true }),
  );
  return new Map(fields.map((field) => [field.name, field]));
}

/** What Salesforce says of these fields right now; those that Accord does not see are left out. */
export async function propertyFacts(
  { describes }: { readonly describes: Describes },
  object: string,
  properties: readonly string[],
): Promise<ReadonlyMap<string, PropertyFacts>> {
  describes.forget();
  const description = await describes.of(object);
  return new Map(
    properties.flatMap((name) => {
      const facts = description.get(name)?.facts;
      return facts ? [[name, facts] as const] : [];
    }),
  );
}
