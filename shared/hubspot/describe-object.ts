import * as z from "zod";
import type { ObjectDescription, PropertyType } from "../core/mapping/crm-description.ts";
import type { HubspotContext } from "./hubspot-context.ts";
import { LONGEST_TEXT } from "./property-definitions.ts";
import { answerOrRefusal, refusedFault } from "./refusal.ts";

const definition = z.object({
  name: z.string(),
  type: z.string(),
  groupName: z.string().catch(""),
  hasUniqueValue: z.boolean().nullish(),
  options: z.array(z.object({ value: z.string() })).catch([]),
  externalOptions: z.boolean().nullish(),
  calculated: z.boolean().nullish(),
  modificationMetadata: z.object({ readOnlyValue: z.boolean().nullish() }).nullish(),
});

const definitionsAnswer = z.object({ results: z.array(definition) });

type Definition = z.infer<typeof definition>;

/** HubSpot's types in words of ours. Source: property types in the properties guide, read 2026-11-21. */
const TYPES: Readonly<Record<string, PropertyType>> = {
  string: "text",
  phone_number: "text",
  number: "number",
  bool: "boolean",
  date: "date",
  datetime: "datetime",
  enumeration: "choice",
};

/** An object's properties as HubSpot defines them; undefined where it has no such object. */
export async function definitionsOf(
  { api }: Pick<HubspotContext, "api">,
  object: string,
): Promise<readonly Definition[] | undefined> {
  const outcome = await answerOrRefusal(api.definitions.getAll(object));
  if ("answer" in outcome) return definitionsAnswer.parse(outcome.answer).results;
  const { httpStatus } = outcome.refusal;
  if (httpStatus === 400 || httpStatus === 404) return undefined;
  throw refusedFault(outcome.refusal, `list the properties of ${object}`);
}

export async function describeObject(
  context: Pick<HubspotContext, "api">,
  object: string,
): Promise<ObjectDescription | undefined> {
  const definitions = await definitionsOf(context, object);
  return (
    definitions &&
    new Map(
      definitions.map((one) => [
        one.name,
        {
          type: TYPES[one.type] ?? "other",
          writable: !(one.calculated || one.modificationMetadata?.readOnlyValue),
          unique: one.hasUniqueValue === true,
          options: optionsOf(one),
          maxLength: one.type === "string" ? LONGEST_TEXT : undefined,
        },
      ]),
    )
  );
}

function optionsOf({ type, options, externalOptions }: Definition): string[] | undefined {
  const isClosed = type === "enumeration" && !externalOptions && options.length > 0;
  return isClosed ? options.map(({ value }) => value) : undefined;
}
