import * as z from "zod";
import type { CreditRow, VersionName } from "../core/attribution/credit-row.ts";
import type { CreditStep } from "../core/attribution/credit-step.ts";
import { monthOf } from "../core/ledger/calendar.ts";
import { ENTRY_KINDS } from "../core/ledger/entry.ts";
import { SYSTEMS } from "../core/reconcile/system.ts";
import { TOUCH_KINDS } from "../core/touches/touch.ts";
import { creditedKey, creditsPartition, numbered, steppedKey, stepsPartition } from "./keys.ts";
import { packedJson, packText } from "./packed-text.ts";
import { money, moneyText } from "./stored-money.ts";
import { storedTouch } from "./touch-store.ts";

const minor = z.string().transform((text) => BigInt(text));
const won = z.object({ before: z.boolean(), after: z.boolean() });
const nullable = z.string().nullable();
const dimensions = z.record(z.string(), nullable);

const stepEntry = z.object({
  sequence: z.int(),
  kind: z.enum(ENTRY_KINDS),
  effectiveDay: z.string(),
  owner: nullable,
  amount: money,
  corporate: money,
  hash: z.string(),
  won,
});

const taken = z.object({
  takenAt: z.string(),
  closing: z.object({ closedOn: z.string(), openedAt: nullable }),
  persons: z.array(
    z.object({
      id: z.string(),
      touches: z.array(storedTouch),
      leadCreatedAt: nullable,
      mqlAt: nullable,
      sqlAt: nullable,
    }),
  ),
  roleIds: z.array(z.string()),
  dimensions,
});

const bareStep = z.object({
  opportunityId: z.string(),
  number: z.int(),
  at: z.string(),
  entry: stepEntry.exactOptional(),
});

const storedStep = bareStep.extend({ taken: packedJson.pipe(taken).exactOptional() });

export const parseStep = (item: unknown): CreditStep => storedStep.parse(item);

export const parseBareStep = (item: unknown): Omit<CreditStep, "taken"> => bareStep.parse(item);

export function stepItem({ entry, taken: known, ...step }: CreditStep): Record<string, unknown> {
  const { opportunityId, number, at } = step;
  return {
    pk: stepsPartition(opportunityId),
    sk: numbered(number),
    ...step,
    ...(entry
      ? {
          entry: {
            ...entry,
            amount: moneyText(entry.amount),
            corporate: moneyText(entry.corporate),
          },
        }
      : {}),
    ...(known ? { taken: packText(JSON.stringify(known)) } : {}),
    gsi2pk: steppedKey(monthOf(at), opportunityId.slice(0, 1)),
    gsi2sk: placeOf(at, opportunityId, number),
  };
}

const placeOf = (at: string, opportunityId: string, number: number) =>
  `${at}#${opportunityId}#${numbered(number)}`;

const credit = z.object({
  personId: z.string(),
  touchId: z.string(),
  at: z.string(),
  kind: z.enum(TOUCH_KINDS),
  system: z.enum(SYSTEMS),
  object: z.string(),
  recordId: z.string(),
  source: z.string(),
  detail: nullable,
  content: nullable,
  campaignId: nullable,
  campaign: nullable,
  minor,
  corporate: minor,
  won,
});

const storedRow = z.object({
  model: z.string(),
  version: z.string(),
  opportunityId: z.string(),
  step: z.int(),
  at: z.string(),
  kind: z.enum([...ENTRY_KINDS, "journey"]),
  sequence: z.int().nullable(),
  entryHash: nullable,
  effectiveDay: z.string(),
  owner: nullable,
  dimensions,
  amount: money,
  corporate: money,
  won,
  credits: packedJson.pipe(z.array(credit)),
  unattributed: z.object({ minor, corporate: minor, won }),
});

export const parseRow = (item: unknown): CreditRow => storedRow.parse(item);

export const versionText = ({ model, version }: VersionName) => `${model}@${version}`;

const rowKey = ({ opportunityId, step, ...version }: CreditRow) => ({
  pk: creditsPartition(opportunityId),
  sk: `${versionText(version)}#${numbered(step)}`,
});

export function rowItem(row: CreditRow): Record<string, unknown> {
  const { opportunityId, step, at, effectiveDay, amount, corporate, unattributed } = row;
  const shard = opportunityId.slice(0, 1);
  const place = placeOf(at, opportunityId, step);
  return {
    ...row,
    ...rowKey(row),
    amount: moneyText(amount),
    corporate: moneyText(corporate),
    credits: packText(withText(row.credits)),
    unattributed: JSON.parse(withText(unattributed)),
    gsi1pk: creditedKey(versionText(row), monthOf(effectiveDay), shard),
    gsi1sk: place,
    gsi2pk: creditedKey(versionText(row), monthOf(at), shard),
    gsi2sk: place,
  };
}

/** JSON in which minor units are text. */
function withText(value: unknown): string {
  return JSON.stringify(value, (_name, one: unknown) =>
    typeof one === "bigint" ? String(one) : one,
  );
}
