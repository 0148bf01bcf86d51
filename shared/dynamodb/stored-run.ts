import * as z from "zod";
import { CAUSES } from "../core/parking/cause.ts";
import { SYSTEMS } from "../core/reconcile/system.ts";
import { PLAN_STATES, type Plan, type Rehearsal } from "../runs/plan.ts";
import type { Seal } from "../runs/ports.ts";
import {
  countsOfAll,
  ITEM_STATES,
  type KeptItem,
  type Place,
  RUN_KINDS,
  RUN_STATES,
  type Run,
  type RunCounts,
} from "../runs/run.ts";
import { parseRecord } from "./stored-record.ts";

const system = z.enum(SYSTEMS);
const value = z.string().nullable();
const sums = z.record(z.string(), z.number());
const ref = z.object({ system, object: z.string(), id: z.string() });

const property = z.object({
  property: z.string(),
  field: z.string().exactOptional(),
  from: value,
  to: value,
});

const change = z.object({
  system,
  object: z.string(),
  id: z.string().exactOptional(),
  properties: z.array(property),
});

const relation = z.object({
  system,
  relation: z.enum(["person", "company"]),
  action: z.enum(["add", "remove"]),
  otherId: z.string(),
});

const totals = z.object({
  items: z.number(),
  kinds: sums,
  creates: sums,
  updates: sums,
  clears: z.number(),
  relations: z.number(),
  links: z.number(),
  conflicts: z.number(),
  parked: z.number(),
  ambiguous: z.number(),
  fields: sums,
});

const calls = { hubspotCalls: z.number().default(0), salesforceCalls: z.number().default(0) };

const bothCalls = z.object({ hubspot: z.number(), salesforce: z.number() });

const rehearsal = z.object({
  kind: z.string(),
  pages: z.number(),
  looks: z.number(),
  lookCalls: bothCalls,
  lookMs: z.number(),
  applyCalls: bothCalls,
  undoCalls: bothCalls,
});

const plan = z.object({
  id: z.string(),
  request: z.object({
    kinds: z.array(z.string()),
    since: z.string().exactOptional(),
    where: z.array(z.object({ field: z.string(), is: z.enum(["=", "!="]), value: z.string() })),
    fields: z.array(z.string()).exactOptional(),
  }),
  by: z.string(),
  because: z.string(),
  createdAt: z.string(),
  mappingVersion: z.string(),
  state: z.enum(PLAN_STATES),
  reason: z.string().exactOptional(),
  /** DynamoDB has no empty set. */
  lacks: z
    .set(z.string())
    .default(new Set())
    .transform((lacks) => [...lacks].sort()),
  readings: z.record(z.string(), z.object({ kind: z.string(), rows: z.number() })),
  totals: totals.exactOptional(),
  rehearsals: z.array(rehearsal).exactOptional(),
  hash: z.string().exactOptional(),
  offered: z.literal(true).exactOptional(),
  run: z.string().exactOptional(),
  ...calls,
});

const limits = z.object({
  creates: z.number().exactOptional(),
  updates: z.number().exactOptional(),
  archives: z.number().exactOptional(),
});

const used = z.object({ creates: z.number(), updates: z.number(), archives: z.number() });

const run = z.object({
  id: z.string(),
  what: z.enum(RUN_KINDS),
  plan: z.string(),
  of: z.string().exactOptional(),
  kinds: z.array(z.string()),
  by: z.string(),
  because: z.string(),
  startedAt: z.string(),
  endedAt: z.string().exactOptional(),
  state: z.enum(RUN_STATES),
  reason: z.string().exactOptional(),
  limits,
  budget: z.number().exactOptional(),
  createsPerMinute: z.number().nullable().exactOptional(),
  pages: z.record(z.string(), z.object({ from: z.string(), used })).default({}),
  creations: z
    .array(z.object({ turn: z.number(), creates: z.number(), untilMs: z.number() }))
    .default([]),
  turn: z.number().default(0),
  usedCreates: z.number(),
  usedUpdates: z.number(),
  usedArchives: z.number(),
  epoch: z.number(),
  items: z.number(),
  undoneBy: z.string().exactOptional(),
  forecast: z.object({ calls: bothCalls, minutes: z.number() }).exactOptional(),
  ...calls,
});

const journal = z.object({
  recordId: z.string(),
  before: z.unknown().transform(parseRecord),
  cleared: z.array(change),
  relations: z.array(relation),
  done: z.array(change.extend({ id: z.string(), created: z.boolean() })).exactOptional(),
  opportunity: z.partialRecord(system, z.string()).exactOptional(),
});

const item = z.object({
  key: z.string(),
  kind: z.string(),
  label: z.string(),
  refs: z.array(ref),
  changes: z.array(change),
  relations: z.array(relation),
  awaits: z.array(z.string()),
  links: z.array(ref),
  conflicts: z.array(
    z.object({
      fields: z.array(z.string()),
      hubspot: z.array(value),
      salesforce: z.array(value),
      because: z.string(),
    }),
  ),
  parked: z.array(
    z.object({
      system,
      field: z.string(),
      code: z.string(),
      message: z.string(),
      cause: z.enum(CAUSES).exactOptional(),
    }),
  ),
  ambiguous: z.string().exactOptional(),
  digest: z.string(),
  state: z.enum(ITEM_STATES),
  reason: z.string().exactOptional(),
  forgotten: z.literal(true).exactOptional(),
  journal: journal.exactOptional(),
  left: z
    .array(
      property.extend({ system, object: z.string(), id: z.string(), now: value.exactOptional() }),
    )
    .exactOptional(),
  keptRelations: z.array(relation).exactOptional(),
});

const itemCounts = z.record(z.enum(ITEM_STATES), z.number());

const chain = z.object({
  counts: itemCounts,
  piece: z.string().exactOptional(),
  place: z
    .object({ parts: z.string(), after: z.string().exactOptional(), counts: itemCounts })
    .exactOptional(),
});

export function parsePlan(row: unknown): Plan {
  const { hubspotCalls: hubspot, salesforceCalls: salesforce, ...rest } = plan.parse(row);
  return { ...rest, calls: { hubspot, salesforce } };
}

export function parseRun(row: unknown, chains: readonly RunCounts[]): Run {
  const { hubspotCalls, salesforceCalls, usedCreates, usedUpdates, usedArchives, ...rest } =
    run.parse(row);
  return {
    ...rest,
    counts: countsOfAll(rest.items, chains),
    used: { creates: usedCreates, updates: usedUpdates, archives: usedArchives },
    calls: { hubspot: hubspotCalls, salesforce: salesforceCalls },
  };
}

export function parseItem(row: unknown): KeptItem {
  return z.object({ item }).parse(row).item;
}

export function parseCounts(row: unknown): RunCounts {
  return chain.parse(row).counts;
}

/** Of a row of an earlier version nothing is known: its chain begins anew, and passes over what is done. */
export function parsePlace(row: unknown): readonly (readonly [string, Place])[] {
  const { piece, place } = chain.parse(row);
  return piece === undefined || place === undefined ? [] : [[piece, place]];
}

export function parseRehearsal(row: unknown): Rehearsal {
  return z.object({ rehearsal }).parse(row).rehearsal;
}

export function parseSeal(row: unknown): Seal {
  return z.object({ totals, hash: z.string() }).parse(row);
}
