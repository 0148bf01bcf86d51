import * as z from "zod";
import type { Org } from "./org.ts";

/** What Salesforce lets the integration user do with one field. */
export interface FieldDescription {
  readonly name: string;
  readonly type: string;
  readonly length: number;
  readonly nillable: boolean;
  readonly createable: boolean;
  readonly updateable: boolean;
  readonly externalId: boolean;
  /** The values of a restricted picklist, folded; undefined where any text will do. */
  readonly allowed: ReadonlySet<string> | undefined;
}

/** The fields that exist and that the integration user sees, by name. */
export type Description = ReadonlyMap<string, FieldDescription>;

export interface Describes {
  of(object: string): Promise<Description>;
  /** Forgets everything, as after a set-up, or when an answer shows that something has changed. */
  forget(): void;
}

/** Admins change fields rarely, and a stale description costs a refused field, no more. */
const KEPT_MS = 5 * 60_000;

const describeAnswer = z.object({
  fields: z.array(
    z
      .object({
        name: z.string(),
        type: z.string(),
        length: z.coerce.number().catch(0),
        nillable: z.boolean(),
        createable: z.boolean(),
        updateable: z.boolean(),
        externalId: z.boolean().catch(false),
        restrictedPicklist: z.boolean().catch(false),
        picklistValues: z.array(z.object({ value: z.string(), active: z.boolean() })).catch([]),
      })
      .transform(({ restrictedPicklist, picklistValues, ...field }) => ({
        ...field,
        allowed: restrictedPicklist
          ? new Set(picklistValues.filter(({ active }) => active).map(({ value }) => fold(value)))
          : undefined,
      })),
  ),
});

/** Salesforce takes a picklist value in any case, and stores it as the list spells it. */
export function fold(value: string): string {
  return value.toLowerCase();
}

export function salesforceDescribes(org: Org, now: () => number): Describes {
  const kept = new Map<
    string,
    { readonly untilMs: number; readonly answer: Promise<Description> }
  >();
  return {
    forget: () => kept.clear(),
    async of(object) {
      const known = kept.get(object);
      if (known !== undefined && known.untilMs > now()) return known.answer;
      const answer = describe(org, object);
      kept.set(object, { untilMs: now() + KEPT_MS, answer });
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
