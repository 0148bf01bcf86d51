import { z } from "zod";
import { invalid, Refusal } from "./refusal.ts";

/** Most inputs in one batch of records. Source: HubSpot's API guidelines, 2026-04. */
const MAX_INPUTS = 100;

const sentValue = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const sentProperties = z.record(z.string(), sentValue);
const id = z.union([z.string(), z.number()]).transform(String);
const ref = z.object({ id });

const associationSpec = z.object({
  associationCategory: z.string().default("HUBSPOT_DEFINED"),
  associationTypeId: z.coerce.number().int(),
});

const newAssociations = z
  .array(z.object({ to: ref, types: z.array(associationSpec).min(1) }))
  .nullish()
  .transform((list) =>
    (list ?? []).map(({ to, types }) => ({
      toId: to.id,
      typeIds: types.map(({ associationTypeId }) => associationTypeId),
    })),
  );

const trace = { objectWriteTraceId: z.string().optional() };

function batchOf<Item extends z.ZodType>(item: Item) {
  return z.object({ inputs: z.array(item) });
}

export const createBody = z.object({
  properties: sentProperties.default({}),
  associations: newAssociations,
  ...trace,
});
export const updateBody = z.object({ properties: sentProperties });
export const batchCreateBody = batchOf(createBody);
const updateInput = z.object({
  id,
  idProperty: z.string().optional(),
  properties: sentProperties,
  ...trace,
});
export const batchUpdateBody = batchOf(updateInput);
export const batchArchiveBody = batchOf(ref);
export const batchReadBody = z.object({
  inputs: z.array(ref),
  properties: z.array(z.string()).default([]),
  propertiesWithHistory: z.array(z.string()).default([]),
  idProperty: z.string().nullish(),
});
export const mergeBody = z.object({ primaryObjectId: id, objectIdToMerge: id });
export const purgeBody = z.object({ objectId: id, idProperty: z.string().nullish() });

const filterValue = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const filter = z.object({
  propertyName: z.string(),
  operator: z.string(),
  value: filterValue.nullish(),
  highValue: filterValue.nullish(),
  values: z.array(filterValue).nullish(),
});
const sort = z.union([
  z.string(),
  z.object({ propertyName: z.string(), direction: z.string().nullish() }),
]);
export const searchBody = z.object({
  filterGroups: z.array(z.object({ filters: z.array(filter) })).default([]),
  sorts: z.array(sort).default([]),
  query: z.string().nullish(),
  properties: z.array(z.string()).default([]),
  limit: z.coerce.number().int().positive().default(10),
  after: z.coerce.number().int().nonnegative().default(0),
});

export const specsBody = z.array(associationSpec);
export const batchLinkBody = batchOf(
  z.object({ from: ref, to: ref, types: z.array(associationSpec).optional() }),
);
export const batchUnlinkBody = batchOf(z.object({ from: ref, to: z.array(ref) }));
export const batchLinksReadBody = batchOf(z.object({ id, after: z.string().nullish() }));
export const labelBody = z.object({
  label: z.string(),
  name: z.string(),
  inverseLabel: z.string().optional(),
});

const option = z.object({
  label: z.string(),
  value: z.string(),
  displayOrder: z.number().optional(),
});
export const propertyBody = z.object({
  name: z.string(),
  label: z.string().optional(),
  type: z.string(),
  fieldType: z.string(),
  groupName: z.string(),
  description: z.string().optional(),
  hasUniqueValue: z.boolean().optional(),
  hidden: z.boolean().optional(),
  formField: z.boolean().optional(),
  externalOptions: z.boolean().optional(),
  displayOrder: z.number().optional(),
  options: z.array(option).optional(),
});
export const propertyPatchBody = propertyBody.partial();
export const batchPropertiesBody = batchOf(propertyBody);
export const batchNamesBody = batchOf(z.object({ name: z.string() }));
export const groupBody = z.object({
  name: z.string(),
  label: z.string(),
  displayOrder: z.number().default(-1),
});

export const stageBody = z.object({
  label: z.string(),
  displayOrder: z.number().default(0),
  metadata: z.record(z.string(), z.coerce.string()).default({}),
  stageId: z.string().optional(),
});
export const pipelineBody = z.object({
  label: z.string(),
  displayOrder: z.number().default(0),
  stages: z.array(stageBody).default([]),
  pipelineId: z.string().optional(),
});

export const settingsBody = z.object({
  targetUrl: z.url(),
  throttling: z.object({ maxConcurrentRequests: z.number().int().min(1) }).optional(),
});
export const subscriptionBody = z.object({
  eventType: z.string(),
  propertyName: z.string().optional(),
  objectTypeId: z.string().optional(),
  active: z.boolean().default(false),
});
export const subscriptionPatchBody = z.object({ active: z.boolean() });
export const batchSubscriptionsBody = batchOf(z.object({ id, active: z.boolean() }));

export const valueRuleBody = z.object({
  ruleArguments: z.array(z.coerce.string()).default([]),
  shouldApplyNormalization: z.boolean().default(false),
});
export const requiredRulesBody = z.strictObject({
  onCreate: z.array(z.string()).default([]),
  conditional: z
    .array(
      z.strictObject({
        property: z.string(),
        values: z.array(z.string()).min(1),
        requires: z.array(z.string()).min(1),
      }),
    )
    .default([]),
});

export const rateBody = z.object({
  fromCurrencyCode: z.string(),
  conversionRate: z.number(),
  effectiveAt: z.iso.datetime({ offset: true }).optional(),
});
export const ratePatchBody = rateBody.omit({ fromCurrencyCode: true });
export const batchRatesBody = batchOf(rateBody);
export type NewRate = z.output<typeof rateBody>;

export const visitBody = z.strictObject({
  email: z.string().min(1),
  source: z.string().default("DIRECT_TRAFFIC"),
  sourceData1: z.string().optional(),
  sourceData2: z.string().optional(),
  url: z.string().optional(),
  pageViews: z.number().int().positive().default(1),
  form: z
    .strictObject({
      name: z.string().min(1),
      fields: z.record(z.string(), z.string()).default({}),
    })
    .optional(),
});

export const journalSubscriptionBody = z.object({
  subscriptionType: z.enum(["OBJECT", "ASSOCIATION", "GDPR_PRIVACY_DELETION"]),
  portalId: z.number().optional(),
  objectTypeId: z.string().optional(),
  associatedObjectTypeIds: z.array(z.string()).default([]),
  actions: z.array(z.string()).default([]),
  properties: z.array(z.string()).default([]),
  objectIds: z.array(z.number()).default([]),
});
export const batchNamesOfFiles = batchOf(z.string());

const schemaProperty = propertyBody.extend({
  type: z.string().default("string"),
  fieldType: z.string().default("text"),
  groupName: z.string().optional(),
});
export const schemaBody = z.object({
  name: z.string(),
  description: z.string().optional(),
  labels: z.object({ singular: z.string().optional(), plural: z.string().optional() }),
  primaryDisplayProperty: z.string(),
  secondaryDisplayProperties: z.array(z.string()).default([]),
  requiredProperties: z.array(z.string()).default([]),
  searchableProperties: z.array(z.string()).default([]),
  properties: z.array(schemaProperty).min(1),
  associatedObjects: z.array(z.string()).default([]),
});
const names = z.array(z.string()).optional();
export const schemaPatchBody = z.object({
  description: z.string().optional(),
  labels: schemaBody.shape.labels.optional(),
  primaryDisplayProperty: z.string().optional(),
  secondaryDisplayProperties: names,
  requiredProperties: names,
  searchableProperties: names,
});
export const schemaAssociationBody = z.object({
  toObjectTypeId: z.string(),
  name: z.string().optional(),
});
export type NewSchema = z.output<typeof schemaBody>;

export type CreateInput = z.output<typeof createBody>;
export type UpdateInput = z.output<typeof updateInput>;
export type SearchRequest = z.output<typeof searchBody>;
export type SearchFilter = z.output<typeof filter>;

/** Reads a body, or refuses it as HubSpot refuses what it cannot parse. */
export function parseBody<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
): z.output<Schema> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Refusal(400, `Invalid input JSON: ${error instanceof Error ? error.message : "?"}`);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(`Invalid input JSON at '${issue?.path.join(".")}': ${issue?.message}`);
}

export function requireBatchSize(inputs: readonly unknown[], most = MAX_INPUTS): void {
  if (inputs.length > most)
    throw invalid(`The maximum number of inputs supported in a batch request is ${most}.`);
}

/** The same record twice in a batch is refused as a whole. */
export function requireDistinct(ids: readonly string[]): void {
  const repeated = [...new Set(ids.filter((each, at) => ids.indexOf(each) !== at))];
  if (repeated.length > 0)
    throw invalid(
      `Duplicate IDs found in batch input: [${repeated.join(", ")}]. IDs must be unique`,
      { context: { ids: repeated } },
    );
}
