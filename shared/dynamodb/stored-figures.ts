import * as z from "zod";
import { parseTarget, type Target, targetText } from "../core/write-back/write-back.ts";
import type { Due, WriteBackRun, WriteLine } from "../write-back/ports.ts";
import { money } from "./stored-money.ts";

const system = z.enum(["hubspot", "salesforce"]);
const values = z.record(z.string(), z.string().nullable());
const recordOf = { system, object: z.string(), id: z.string() };

const target = z.string().transform((text, context): Target => {
  const read = parseTarget(text);
  if (read) return read;
  context.addIssue("names no target");
  return z.NEVER;
});

const piece = z.discriminatedUnion("phase", [
  z.object({
    phase: z.literal("gather"),
    shard: z.string(),
    month: z.string(),
    after: z.string().exactOptional(),
  }),
  z.object({
    phase: z.enum(["write", "clear"]),
    shard: z.string(),
    after: z.string().exactOptional(),
  }),
]);

const count = z.int().nonnegative();

const run = z.object({
  id: z.string(),
  task: z.enum(["write", "clear"]),
  isDry: z.boolean(),
  by: z.string(),
  because: z.string(),
  startedAt: z.string(),
  model: z.string(),
  version: z.string(),
  settings: z.string(),
  since: z.string(),
  page: count,
  piece: piece.exactOptional(),
  counts: z.object({ opportunities: count, unchanged: count, written: count, refused: count }),
  finishedAt: z.string().exactOptional(),
});

export const parseRun = (item: unknown): WriteBackRun => run.parse(item);

const standing = z.object({
  run: z.string().exactOptional(),
  gathered: z
    .object({ settings: z.string(), until: z.string(), wholeAt: z.string() })
    .exactOptional(),
  isHeld: z.boolean().exactOptional(),
});

export const parseStanding = (item: unknown) => standing.parse(item ?? {});

const given = z.object({ targets: z.array(target) });

export const parseGiven = (item: unknown) => (item ? given.parse(item).targets : []);

const share = z.object({ sums: z.array(money) });

export const parseSums = (item: unknown) => share.parse(item).sums;

const refusal = z.object({
  ...recordOf,
  property: z.string(),
  code: z.string(),
  message: z.string(),
});

const due = z.object({ sk: target, refusals: z.array(refusal) });

export function parseDue(item: unknown): Due {
  const { sk, refusals } = due.parse(item);
  return { target: sk, refusals };
}

const written = z.object({ sk: target, records: z.array(z.object({ ...recordOf, values })) });

export function parseWritten(item: unknown) {
  const { sk, records } = written.parse(item);
  return { target: sk, records };
}

const lines = z.object({
  lines: z.array(
    z.object({
      ...recordOf,
      target,
      property: z.string(),
      from: z.string().nullable(),
      to: z.string().nullable(),
    }),
  ),
});

export const parseLines = (item: unknown): readonly WriteLine[] => lines.parse(item).lines;

export const lineItem = (line: WriteLine) => ({ ...line, target: targetText(line.target) });
