import {
  PropertyCreateFieldTypeEnum,
  PropertyCreateTypeEnum,
} from "@hubspot/api-client/lib/codegen/crm/properties/index.js";
import * as z from "zod";
import { Fault } from "../sync/fault.ts";
import { inParallel } from "../sync/in-parallel.ts";
import type { MissingField } from "../sync/ports.ts";
import { definitionsOf } from "./describe-object.ts";
import type { HubspotContext } from "./hubspot-context.ts";
import { answerOrRefusal, type RefusalBody, refusalBody } from "./refusal.ts";

/** Groups that every portal has. */
const GROUPS: Readonly<Record<string, string>> = {
  contacts: "contactinformation",
  companies: "companyinformation",
  deals: "dealinformation",
};

const TYPES = {
  text: { type: PropertyCreateTypeEnum.String, fieldType: PropertyCreateFieldTypeEnum.Text },
  datetime: { type: PropertyCreateTypeEnum.Datetime, fieldType: PropertyCreateFieldTypeEnum.Date },
  date: { type: PropertyCreateTypeEnum.Date, fieldType: PropertyCreateFieldTypeEnum.Date },
  number: { type: PropertyCreateTypeEnum.Number, fieldType: PropertyCreateFieldTypeEnum.Number },
};

const createdAnswer = z.object({
  results: z.array(z.object({ name: z.string() })),
  errors: z.array(refusalBody).nullish(),
});

export interface NotCreated {
  readonly field: MissingField;
  readonly message: string;
}

export async function missingFields(
  { definitions }: HubspotContext,
  wanted: readonly MissingField[],
): Promise<readonly MissingField[]> {
  const byObject = Map.groupBy(
    wanted.filter(({ system }) => system === "hubspot"),
    ({ object }) => object,
  );
  for (const object of byObject.keys()) definitions.forget(object);
  const missing = await inParallel([...byObject], async ([object, fields]) => {
    const names = fields.map(({ property }) => property);
    const present = await definitions.of(object, names);
    return fields.filter(({ property }) => !present.has(property));
  });
  return missing.flat();
}

export async function createFields(
  context: HubspotContext,
  missing: readonly MissingField[],
): Promise<readonly NotCreated[]> {
  const ofHubspot = missing.filter(({ system }) => system === "hubspot");
  const byObject = Map.groupBy(ofHubspot, ({ object }) => object);
  const refused = await inParallel([...byObject.values()], (fields) => create(context, fields));
  for (const object of byObject.keys()) context.definitions.forget(object);
  return refused.flat();
}

async function create(
  context: HubspotContext,
  fields: readonly MissingField[],
): Promise<readonly NotCreated[]> {
  const [first] = fields;
  if (!first) return [];
  const outcome = await createBatch(context, first.object, fields);
  if (outcome.kind === "forbidden")
    return fields.map((field) => ({ field, message: outcome.message }));
  const left = fields.filter(({ property }) => !outcome.created.has(property));
  if (fields.length === 1) return left.map((field) => ({ field, message: wordsOf(outcome.error) }));
  // One at a time, each field gets the words that are meant for it.
  const alone = await inParallel(left, (field) => create(context, [field]));
  return alone.flat();
}

type Created =
  | { readonly kind: "forbidden"; readonly message: string }
  | {
      readonly kind: "answered";
      readonly created: ReadonlySet<string>;
      readonly error: RefusalBody | undefined;
    };

async function createBatch(
  { api }: HubspotContext,
  object: string,
  fields: readonly MissingField[],
): Promise<Created> {
  const groupName = GROUPS[object] ?? (await anyGroup({ api }, object));
  const inputs = fields.map(({ property, label, type, unique }) => ({
    name: property,
    label,
    groupName,
    hasUniqueValue: unique,
    formField: false,
    ...TYPES[type],
  }));
  try {
    const outcome = await answerOrRefusal(api.newDefinitions.create(object, { inputs }));
    if ("refusal" in outcome) {
      const { refusal } = outcome;
      if (refusal.httpStatus === 403) return { kind: "forbidden", message: wordsOf(refusal) };
      return { kind: "answered", created: new Set(), error: refusal };
    }
    const { results, errors } = createdAnswer.parse(outcome.answer);
    const created = new Set(results.map(({ name }) => name));
    return { kind: "answered", created, error: errors?.[0] };
  } catch (error) {
    if (error instanceof Fault && error.code === "hubspot-scope-missing")
      return { kind: "forbidden", message: error.message };
    throw error;
  }
}

/** What the groups of other objects are called is the account's own: one that is in use will do. */
async function anyGroup(context: Pick<HubspotContext, "api">, object: string): Promise<string> {
  const definitions = (await definitionsOf(context, object)) ?? [];
  return definitions.find(({ groupName }) => groupName !== "")?.groupName ?? "information";
}

function wordsOf(refusal: RefusalBody | undefined): string {
  return refusal?.message ?? "HubSpot does not create this property, and gives no reason";
}
