import * as z from "zod";
import { parseCanonicalMoney } from "../core/codec/money-codec.ts";
import { DEAL_STATES } from "../core/lifecycle/machine.ts";
import { CAUSES } from "../core/parking/cause.ts";
import { SYSTEMS } from "../core/reconcile/system.ts";
import { type AccordRecord, isLinkedOnBothSides, STATUSES } from "../sync/record.ts";
import { datedAccountOf } from "../sync/stage-accounts.ts";
import { troubleOf } from "../sync/trouble.ts";
import { recordKey, stagesKey, statusKey, troubleKey } from "./keys.ts";

const value = z.string().nullable();
const system = z.enum(SYSTEMS);
const source = z.enum([...SYSTEMS, "both"]);
const values = z.array(value);

const fieldState = z.object({
  value,
  source,
  at: z.string(),
  baseline: value,
  sent: z
    .array(z.object({ system, value, over: value, basedOnMs: z.number(), atMs: z.number() }))
    .exactOptional(),
  forms: z.partialRecord(system, value).exactOptional(),
});

/** Rows outlive releases: what is read back is checked like anything from outside. */
const storedRecord = z.object({
  id: z.string(),
  kind: z.string(),
  version: z.number().int(),
  mappingVersion: z.string(),
  status: z.enum(STATUSES),
  statusReason: z.string(),
  fields: z.record(z.string(), fieldState),
  links: z.array(
    z.object({
      system,
      object: z.string(),
      id: z.string(),
      since: z.string(),
      because: z.string(),
      ended: z.object({ at: z.string(), because: z.string() }).exactOptional(),
    }),
  ),
  persons: z.array(z.string()),
  companies: z.array(z.string()),
  primaryPerson: z.string().exactOptional(),
  waiting: z.array(z.string()),
  touchProperties: z.record(z.string(), value).default({}),
  stages: z.array(
    z.object({
      stage: value,
      at: z.string(),
      source,
      transition: z.string().exactOptional(),
      record: z.string().exactOptional(),
    }),
  ),
  lifecycle: z
    .object({
      field: z.string().default("lifecycleStage"),
      said: z.partialRecord(
        system,
        z.object({
          object: z.string(),
          values: z.record(z.string(), value),
          stage: value.default(null),
          entered: z.record(z.string(), z.string()).default({}),
          deals: z.record(z.string(), z.enum(DEAL_STATES)),
        }),
      ),
      firsts: z.record(z.string(), z.string()),
    })
    .exactOptional(),
  conflicts: z.array(
    z.object({
      fields: z.array(z.string()),
      hubspot: values,
      salesforce: values,
      winner: system.exactOptional(),
      because: z.string(),
      at: z.string(),
      edited: z
        .partialRecord(system, z.object({ at: z.string(), by: z.string().exactOptional() }))
        .exactOptional(),
    }),
  ),
  rulings: z
    .array(
      z.object({
        values: z.record(z.string(), value),
        by: z.string(),
        at: z.string(),
        because: z.string(),
      }),
    )
    .exactOptional(),
  parked: z.array(
    z.object({
      system,
      field: z.string(),
      value,
      code: z.string(),
      message: z.string(),
      cause: z.enum(CAUSES).catch("unknown"),
      remedy: z.string().default(""),
      object: z.string().exactOptional(),
      property: z.string().exactOptional(),
      fingerprint: z.string().exactOptional(),
      member: z.string().exactOptional(),
      quiet: z.object({ hubspot: values, salesforce: values, since: z.string() }).exactOptional(),
      due: z.literal(true).exactOptional(),
      since: z.string(),
      tries: z.number().int(),
      triedAt: z.string(),
    }),
  ),
  candidates: z.array(z.object({ system, object: z.string(), id: z.string() })),
  mergedInto: z.string().exactOptional(),
  mergedFrom: z.array(z.string()).exactOptional(),
  belongsTo: z.string().exactOptional(),
  keptApart: z
    .array(
      z.object({
        recordId: z.string(),
        ref: z.object({ system, object: z.string(), id: z.string() }),
        at: z.string(),
        by: z.string(),
        because: z.string(),
      }),
    )
    .exactOptional(),
  forgotten: z.object({ at: z.string(), because: z.string() }).exactOptional(),
  heldBy: z.string().exactOptional(),
  proposed: z.array(z.string()),
  sending: z
    .record(z.string(), z.object({ system, value, agreed: value.exactOptional() }))
    .optional(),
  lease: z.object({ untilMs: z.number(), intends: z.array(z.string()) }).optional(),
  createdAt: z.string(),
  updatedAt: z.string(),
});

export function parseRecord(item: unknown): AccordRecord {
  const { lease, ...record } = storedRecord.parse(item);
  return { ...record, lease };
}

/** The stored item of a record, with what the index by status shows of it. */
export function itemOf(record: AccordRecord, version: number) {
  return {
    ...recordKey(record.kind, record.id),
    ...record,
    version,
    ...indexed(record),
    ...troubled(record),
    ...dated(record),
    revenue: revenueOf(record),
    openConflicts: record.conflicts.filter(({ winner }) => winner === undefined).length,
    decidedConflicts: record.conflicts.filter(({ winner }) => winner !== undefined).length,
    parkedFields: record.parked.length,
    proposals: record.proposed.length,
  };
}

/** A person is found by the last day on which any account has it enter a stage. */
function dated(record: AccordRecord) {
  const found = datedAccountOf(record);
  if (!found) return {};
  const gsi3pk = stagesKey(record.id.slice(0, 1));
  return { gsi3pk, gsi3sk: `${found.lastAt}#${record.id}`, stageAccount: found.account };
}

function troubled(record: AccordRecord) {
  const trouble = troubleOf(record);
  if (!trouble) return {};
  const { kind, id } = record;
  return { gsi2pk: troubleKey(id.slice(0, 1)), gsi2sk: `${kind}#${id}`, trouble };
}

/** A record that is claimed before it was ever saved stands nowhere yet; its commit says where. */
function indexed(record: AccordRecord) {
  if (record.version === 0 && record.lease) return {};
  const gsi1pk = statusKey(record.kind, standingOf(record), record.id.slice(0, 1));
  return { gsi1pk, gsi1sk: record.id };
}

function standingOf(record: AccordRecord): string {
  return record.status === "linked" && !isLinkedOnBothSides(record) ? "excluded" : record.status;
}

/** What a revenue report needs of a won opportunity; absent on every other record. */
function revenueOf({ kind, status, fields, persons }: AccordRecord) {
  // The record that goes on for it says the same.
  if (status === "merged") return undefined;
  if (kind !== "opportunity" || fields["won"]?.value !== "true") return undefined;
  const amount = fields["amount"]?.value ?? null;
  const isMoney = amount !== null && parseCanonicalMoney(amount) !== undefined;
  return { amount: isMoney ? amount : null, closedOn: fields["closeDate"]?.value ?? "", persons };
}
