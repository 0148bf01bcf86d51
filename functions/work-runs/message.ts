import * as z from "zod";
import { ITEM_STATES, RUN_KINDS } from "../../shared/runs/run.ts";

const attempt = z.int().nonnegative();
const part = z.string().length(1);
const object = {
  system: z.enum(["hubspot", "salesforce"]),
  object: z.string(),
  rows: z.int().nonnegative(),
};
const cursor = z
  .strictObject({ modifiedAtMs: z.number(), id: z.string(), bulk: z.string().exactOptional() })
  .exactOptional();

/** One piece of the work of a sweep. */
const sweepMessage = z.discriminatedUnion("step", [
  z.strictObject({ step: z.literal("parity-start"), because: z.string(), attempt }),
  z.strictObject({
    step: z.literal("parity-read"),
    sweep: z.string(),
    ...object,
    cursor,
    attempt,
  }),
  z.strictObject({
    step: z.literal("parity-relations"),
    sweep: z.string(),
    ...object,
    after: z.string().exactOptional(),
    attempt,
  }),
  z.strictObject({
    step: z.literal("parity-compare"),
    sweep: z.string(),
    kind: z.string(),
    part,
    after: z.string().exactOptional(),
    look: z.literal([1, 2]),
    attempt,
  }),
]);

/** One piece of the work of a plan or a run. It names records by our ids alone. */
const runMessage = z.discriminatedUnion("step", [
  z.strictObject({
    step: z.literal("read"),
    plan: z.string(),
    system: object.system,
    object: object.object,
    cursor,
    reading: z.object({ kind: z.string(), rows: z.int().nonnegative() }),
    attempt,
  }),
  z.strictObject({ step: z.literal("seal"), plan: z.string(), part, attempt }),
  z.strictObject({
    step: z.literal("rehearse"),
    plan: z.string(),
    kind: z.string(),
    chain: z.string().min(1),
    attempt,
  }),
  z.strictObject({
    step: z.enum(RUN_KINDS),
    run: z.string(),
    stage: z.int().nonnegative(),
    chain: z.string().min(1),
    parts: z.string(),
    after: z.string().exactOptional(),
    counts: z.record(z.enum(ITEM_STATES), z.number()),
    epoch: z.int(),
    attempt,
  }),
]);

const version = { model: z.string(), version: z.string() };
const page = z.int().nonnegative();

/** A piece of the ledger's work. */
const ledgerMessage = z.discriminatedUnion("step", [
  z.strictObject({
    step: z.literal("ledger-learn"),
    run: z.string(),
    model: z.string(),
    definition: z.string(),
    by: z.string(),
    because: z.string(),
    page,
    after: z.string().exactOptional(),
    attempt,
  }),
  z.strictObject({
    step: z.literal("ledger-credit"),
    ...version,
    shard: part,
    month: z.string(),
    page,
    after: z.string().exactOptional(),
    attempt,
  }),
  z.strictObject({ step: z.literal("ledger-sum"), ...version, attempt }),
  z.strictObject({ step: z.literal("ledger-sums"), attempt }),
  z.strictObject({
    step: z.literal("ledger-catch-up"),
    after: z.string().exactOptional(),
    attempt,
  }),
  z.strictObject({
    step: z.literal("ledger-tie-out"),
    id: z.string(),
    period: z.string(),
    attempt,
  }),
]);

/** A piece of writing figures back. */
const figuresMessage = z.discriminatedUnion("step", [
  z.strictObject({ step: z.literal("figures-piece"), run: z.string(), page, attempt }),
  z.strictObject({ step: z.literal("figures-start"), attempt }),
]);

/** Whatever waits in the queue of long work. */
export const workMessage = z.union([runMessage, sweepMessage, ledgerMessage, figuresMessage]);
