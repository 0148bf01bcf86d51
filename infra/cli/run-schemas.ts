import * as z from "zod";

/** What the commands read of the API's answers about plans and runs. */

const sums = z.record(z.string(), z.number());
const calls = z.object({ hubspot: z.number(), salesforce: z.number() });

export const plan = z.object({
  id: z.string(),
  state: z.string(),
  createdAt: z.string(),
  by: z.string(),
  because: z.string(),
  request: z.object({ kinds: z.array(z.string()), since: z.string().optional() }),
  reason: z.string().optional(),
  lacks: z.array(z.string()),
  readings: z.record(z.string(), z.object({ rows: z.number() })),
  calls,
  totals: z
    .object({
      items: z.number(),
      creates: sums,
      updates: sums,
      clears: z.number(),
      relations: z.number(),
      links: z.number(),
      conflicts: z.number(),
      parked: z.number(),
      ambiguous: z.number(),
      fields: sums,
    })
    .optional(),
  forecast: z
    .object({
      calls,
      minutes: z.number(),
      dynamoDbUsd: z.string(),
      mayWakeAutomation: z.number(),
    })
    .optional(),
  hash: z.string().optional(),
  offered: z.boolean().optional(),
  undoUntil: z.string(),
  run: z.string().optional(),
});

export type Plan = z.infer<typeof plan>;

export const run = z.object({
  id: z.string(),
  what: z.enum(["apply", "undo", "release"]),
  plan: z.string(),
  of: z.string().optional(),
  state: z.string(),
  reason: z.string().optional(),
  by: z.string(),
  because: z.string(),
  startedAt: z.string(),
  endedAt: z.string().optional(),
  items: z.number(),
  counts: sums,
  used: sums,
  limits: sums,
  budget: z.number().optional(),
  createsPerMinute: z.number().nullish(),
  createdLately: z.number().optional(),
  calls,
  forecast: z.object({ calls, minutes: z.number() }).optional(),
});

export type Run = z.infer<typeof run>;

const ref = z.object({ system: z.string(), object: z.string(), id: z.string() });
const value = z.string().nullable();

const property = z.object({
  property: z.string(),
  field: z.string().optional(),
  from: value,
  to: value,
});

const relation = z.object({ system: z.string(), relation: z.string(), action: z.string() });

const item = z.object({
  key: z.string(),
  kind: z.string(),
  label: z.string(),
  state: z.string(),
  reason: z.string().optional(),
  changes: z.array(
    z.object({
      system: z.string(),
      object: z.string(),
      id: z.string().optional(),
      properties: z.array(property),
    }),
  ),
  relations: z.array(relation),
  conflicts: z.array(
    z.object({ fields: z.array(z.string()), hubspot: z.array(value), salesforce: z.array(value) }),
  ),
  parked: z.array(z.object({ system: z.string(), field: z.string(), message: z.string() })),
  links: z.array(ref),
  awaits: z.array(z.string()),
  ambiguous: z.string().optional(),
  left: z
    .array(
      property.extend({
        system: z.string(),
        object: z.string(),
        id: z.string(),
        now: value.optional(),
      }),
    )
    .optional(),
  keptRelations: z.array(relation.extend({ otherId: z.string() })).optional(),
});

export type Item = z.infer<typeof item>;

export const itemPage = z.object({ items: z.array(item), next: z.string().optional() });
