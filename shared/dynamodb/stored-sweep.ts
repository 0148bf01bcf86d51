import * as z from "zod";
import { SYSTEMS } from "../core/reconcile/system.ts";
import { BUCKETS } from "../parity/bridge.ts";
import { PLACES } from "../parity/compare-fields.ts";
import { FINDING_KINDS, type Finding, type Outsider } from "../parity/finding.ts";
import type { Doubtful } from "../parity/ports.ts";
import type { Block } from "../parity/row.ts";
import { SWEEP_STATES, type Sweep } from "../parity/sweep.ts";
import type { Tally } from "../parity/tally.ts";

const system = z.enum(SYSTEMS);
const value = z.string().nullable();
const ref = z.object({ system, object: z.string(), id: z.string() });

const sweep = z.object({
  id: z.string(),
  kinds: z.array(z.string()),
  repair: z.boolean(),
  by: z.string(),
  because: z.string(),
  startedAt: z.string(),
  endedAt: z.string().exactOptional(),
  mappingVersion: z.string(),
  state: z.enum(SWEEP_STATES),
  reason: z.string().exactOptional(),
  rows: z.record(z.string(), z.number()),
  hubspotCalls: z.number().default(0),
  salesforceCalls: z.number().default(0),
});

const block = z.object({
  rows: z.array(
    z.object({
      ref,
      key: z.string(),
      modifiedAtMs: z.number(),
      accordId: z.string().exactOptional(),
      digests: z.string(),
    }),
  ),
  ties: z.array(
    z.object({ ref, key: z.string(), related: z.record(z.string(), z.array(z.string())) }),
  ),
});

const buckets = z.partialRecord(z.enum(BUCKETS), z.number());

const sides = z.object({ hubspot: z.number(), salesforce: z.number() });

const tally = z.object({
  read: sides,
  gone: sides.default({ hubspot: 0, salesforce: 0 }),
  hubspot: buckets,
  salesforce: buckets,
  fields: z.record(
    z.string(),
    z.object({ compared: z.number(), equal: z.number(), explained: z.number() }),
  ),
  places: z.partialRecord(z.enum(PLACES), z.number()),
  findings: z.partialRecord(z.enum(FINDING_KINDS), z.number()),
});

const doubtful = z.object({
  tally,
  range: z
    .object({ after: z.string().exactOptional(), upTo: z.string().exactOptional() })
    .default({}),
  doubts: z.array(z.object({ key: z.string(), undated: z.array(z.string()) })).default([]),
});

const finding = z.object({
  kind: z.enum(FINDING_KINDS),
  of: z.string(),
  key: z.string(),
  refs: z.array(ref),
  recordId: z.string().exactOptional(),
  field: z.string().exactOptional(),
  hubspot: value.exactOptional(),
  salesforce: value.exactOptional(),
  known: value.exactOptional(),
  words: z.string(),
});

const outsider = z.object({
  of: z.string(),
  key: z.string(),
  ref,
  bucket: z.enum(BUCKETS),
  recordId: z.string().exactOptional(),
  reason: z.string(),
});

export function parseSweep(row: unknown): Sweep {
  const { hubspotCalls: hubspot, salesforceCalls: salesforce, ...rest } = sweep.parse(row);
  return { ...rest, calls: { hubspot, salesforce } };
}

export function parseBlock(row: unknown): Block {
  return block.parse(JSON.parse(z.object({ block: z.string() }).parse(row).block));
}

export function parseTally(row: unknown): { readonly kind: string; readonly tally: Tally } {
  return z.object({ kind: z.string(), tally }).parse(row);
}

export function parseDoubtful(row: unknown): Doubtful {
  return doubtful.parse(row);
}

export function parseFinding(row: unknown): Finding {
  return z.object({ finding }).parse(row).finding;
}

export function parseOutsider(row: unknown): Outsider {
  return z.object({ outsider }).parse(row).outsider;
}
