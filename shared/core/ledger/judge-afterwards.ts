import { convertMoney } from "../money/convert.ts";
import { formatMoney, type Money } from "../money/money.ts";
import { isDay } from "./calendar.ts";
import type { LedgerEntry } from "./entry.ts";
import type { Draft, Judgement } from "./judge.ts";
import { type Exchange, rateOn } from "./rates.ts";
import { type LedgerRefusal, refusal } from "./refusal.ts";
import type { AfterwardsKind, Both, Standing } from "./standing.ts";

/** Of a deal that was won: how much of it was refunded, churned or renewed, all in all. */
export interface AfterwardsFact {
  readonly kind: AfterwardsKind;
  /** Never below zero: what it does to the sum is the kind's to say. */
  readonly amount: Money | LedgerRefusal;
  readonly day: string | null;
}

interface Told {
  readonly opportunityId: string;
  readonly recordVersion: number;
  readonly owner: string | null;
  readonly actor: string;
}

/** What the record's own fields say of it afterwards, brought into the ledger step by step (G7). */
export function judgeAfterwards(
  standing: Standing,
  { facts, ...told }: Told & { readonly facts: readonly AfterwardsFact[] },
  exchange: Exchange,
): Judgement {
  const refusals: LedgerRefusal[] = [];
  for (const fact of facts) {
    const judged = judgeTotal(standing, fact, { told, exchange });
    if (judged === undefined) continue;
    if (!("name" in judged)) return { next: judged, refusals };
    refusals.push(judged);
  }
  return { refusals };
}

function judgeTotal(
  standing: Standing,
  { kind, amount, day }: AfterwardsFact,
  { told, exchange }: { readonly told: Told; readonly exchange: Exchange },
): Draft | LedgerRefusal | undefined {
  if ("name" in amount) return amount;
  const total = signed(kind, amount);
  const posted = standing.afterwards.get(kind);
  const before = posted?.amount.minor ?? 0n;
  if (before !== 0n && posted && posted.amount.currency !== amount.currency)
    return refusal(
      "currency-changed-after",
      `${kind} is in ${posted.amount.currency}, and now said to be in ${amount.currency}`,
    );
  const step = { ...total, minor: total.minor - before };
  if (step.minor === 0n) return undefined;
  const checked = check(standing, { kind, step, day });
  if (checked) return checked;
  const effectiveDay = day ?? "";
  const rate = rateFor(standing, exchange, { currency: amount.currency, day: effectiveDay });
  if ("name" in rate) return rate;
  const whole = convertMoney(total, { currency: exchange.corporate, rate: rate.rate });
  if (!whole) return refusal("rate-unusable", `${rate.source} gives the rate ${rate.rate}`);
  const corporate = { ...whole, minor: whole.minor - corporateOf(posted, before) };
  const because = `${kind} ${textOf(before, amount)} to ${formatMoney(amount)}`;
  return { ...told, kind, effectiveDay, amount: step, corporate, rate, because };
}

function corporateOf(posted: Both | undefined, before: bigint): bigint {
  return before === 0n ? 0n : (posted?.corporate.minor ?? 0n);
}

function textOf(minor: bigint, { currency }: Money): string {
  return formatMoney({ minor: minor < 0n ? -minor : minor, currency });
}

function signed(kind: AfterwardsKind, { minor, currency }: Money): Money {
  return { minor: kind === "renewed" ? minor : -minor, currency };
}

interface Step {
  readonly kind: AfterwardsKind;
  readonly step: Money;
  readonly day: string | null;
}

/** What speaks against an entry, whoever asks for it. */
function check(
  { won, position, refunded }: Standing,
  { kind, step, day }: Step,
): LedgerRefusal | undefined {
  if (day === null || !isDay(day))
    return refusal("day-incomplete", `the day of what was ${kind} is ${day ?? "blank"}`);
  if (!position) return refusal("nothing-booked", "the deal was never closed and won");
  const { currency } = position.amount;
  if (step.currency !== currency)
    return refusal("currency-differs", `the deal is in ${currency}, this in ${step.currency}`);
  if (kind !== "refunded" || step.minor > 0n) return undefined;
  const booked = won ? position.amount.minor : 0n;
  const after = (refunded.get(currency) ?? 0n) + step.minor;
  if (booked + after >= 0n) return undefined;
  const [much, little] = [textOf(after, step), textOf(booked, step)];
  return refusal("refund-above-booking", `${much} ${currency} of ${little} would be refunded`);
}

function rateFor(
  { frozen }: Standing,
  exchange: Exchange,
  of: { readonly currency: string; readonly day: string },
) {
  const rate = frozen.get(of.currency) ?? rateOn(exchange, of);
  return rate ?? refusal("rate-missing", `there is no rate of ${of.currency} for ${of.day}`);
}

/** A fact from outside, such as a line of a list of refunds. */
export interface ImportedFact {
  readonly kind: AfterwardsKind;
  /** Above zero. */
  readonly amount: Money;
  readonly day: string;
  /** Its own name; of one opportunity, it is posted once. */
  readonly reference: string;
}

/** Whether a fact from outside is posted, was posted before, or may not be (G8). */
export function judgeImport(
  standing: Standing,
  {
    fact,
    because,
    ...told
  }: Omit<Told, "recordVersion"> & {
    readonly fact: ImportedFact;
    readonly because: string;
  },
  exchange: Exchange,
): Draft | LedgerRefusal | "posted" {
  const { kind, amount, day, reference } = fact;
  if (amount.minor <= 0n) return refusal("not-above-zero", `the amount is ${formatMoney(amount)}`);
  const step = signed(kind, amount);
  const known = standing.imported.get(reference);
  if (known)
    return isSame(known, fact)
      ? "posted"
      : refusal("reference-reused", `${reference} is posted already, with another content`);
  const checked = check(standing, { kind, step, day });
  if (checked) return checked;
  const rate = rateFor(standing, exchange, { currency: amount.currency, day });
  if ("name" in rate) return rate;
  const corporate = convertMoney(step, { currency: exchange.corporate, rate: rate.rate });
  if (!corporate) return refusal("rate-unusable", `${rate.source} gives the rate ${rate.rate}`);
  const { recordVersion } = standing;
  const said = { kind, effectiveDay: day, amount: step, corporate, rate, reference };
  return { ...told, ...said, recordVersion, because };
}

function isSame(entry: LedgerEntry, { kind, amount, day }: ImportedFact): boolean {
  const step = signed(kind, amount);
  return (
    entry.kind === kind &&
    entry.effectiveDay === day &&
    entry.amount.minor === step.minor &&
    entry.amount.currency === step.currency
  );
}
