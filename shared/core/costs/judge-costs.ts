import { isMonth, lastDayOf } from "../ledger/calendar.ts";
import { type Exchange, rateOn } from "../ledger/rates.ts";
import { convertMoney } from "../money/convert.ts";
import { formatMoney, type Money, type MoneyRefusal, parseMoney } from "../money/money.ts";
import { byName, type CostFact, type CostName, chainKey } from "./cost-fact.ts";

/** A line of a list of costs, as it was written. */
export interface CostLine {
  readonly campaign: string;
  /** A month such as `2026-10`. */
  readonly period: string;
  /** A decimal, as text. */
  readonly amount: string;
  readonly currency: string;
  /** Left out: the campaign's name. */
  readonly reference?: string | undefined;
  /** A number, as text; left out: 0, no correction. */
  readonly correction?: string | undefined;
}

export interface CostRefusal {
  /** Counted from 1. */
  readonly line: number;
  readonly name:
    | MoneyRefusal
    | "campaign-unnamed"
    | "not-a-month"
    | "month-not-begun"
    | "below-zero"
    | "correction-unreadable"
    | "nothing-to-correct"
    | "campaign-differs"
    | "reference-reused"
    | "line-repeated"
    | "rate-missing"
    | "rate-unusable";
  /** What is wrong, and what to do about it. */
  readonly says: string;
}

export interface CostsAsked {
  /** All that is known of the months of the lines; any order. */
  readonly known: readonly CostFact[];
  readonly exchange: Exchange;
  /** An ISO instant. */
  readonly now: string;
  readonly actor: string;
  readonly because: string;
}

type Refused = Omit<CostRefusal, "line">;

/** A line that can be read. */
interface Told extends CostName {
  readonly line: number;
  readonly campaign: string;
  readonly amount: Money;
}

/** So that a name is a key of the store. */
const MOST_CHARACTERS = 200;

/**
 * What the lines add to what is known, in the order in which it may be stored, or why none of it may be
 * (C1 to C5). Whatever is known already adds nothing.
 */
export function judgeCosts(
  lines: readonly CostLine[],
  asked: CostsAsked,
): { readonly facts: readonly CostFact[] } | { readonly refused: readonly CostRefusal[] } {
  const read = lines.map((line, index) => ({ line: index + 1, told: readLine(line, asked.now) }));
  const refused: CostRefusal[] = read.flatMap(({ line, told }) =>
    "name" in told ? [{ line, ...told }] : [],
  );
  const told = read.flatMap(({ line, told: one }) => ("name" in one ? [] : [{ line, ...one }]));
  const chains = Map.groupBy([...asked.known].sort(byName), chainKey);
  const facts: CostFact[] = [];
  const seen = new Map<string, number>();
  for (const one of told.sort(byName)) {
    const chain = chains.get(chainKey(one)) ?? [];
    const first = seen.get(nameOf(one));
    const judged = first === undefined ? judgeLine(one, chain, asked) : repeated(first);
    seen.set(nameOf(one), first ?? one.line);
    if (judged === "known") continue;
    if ("name" in judged) refused.push({ line: one.line, ...judged });
    else {
      facts.push(judged);
      chains.set(chainKey(one), [...chain, judged]);
    }
  }
  if (refused.length > 0) return { refused: refused.sort((one, other) => one.line - other.line) };
  return { facts };
}

function nameOf(one: CostName): string {
  return `${chainKey(one)} ${one.correction}`;
}

function repeated(line: number): Refused {
  return {
    name: "line-repeated",
    says: `line ${line} tells of the same cost: give each a reference of its own, or leave one out`,
  };
}

function readLine(line: CostLine, now: string): Omit<Told, "line"> | Refused {
  const [campaign, period] = [line.campaign.trim(), line.period.trim()];
  const reference = line.reference?.trim() || campaign;
  if (campaign === "" || campaign.length > MOST_CHARACTERS || reference.length > MOST_CHARACTERS)
    return {
      name: "campaign-unnamed",
      says: `give the campaign its name, and a reference, of at most ${MOST_CHARACTERS} characters`,
    };
  if (!isMonth(period))
    return { name: "not-a-month", says: `'${period}' is no month; expected one such as 2026-10` };
  if (period > now.slice(0, 7))
    return { name: "month-not-begun", says: `${period} has not begun: costs are told afterwards` };
  const amount = parseMoney(line.amount, line.currency.trim());
  if (typeof amount === "string")
    return { name: amount, says: `the amount is ${line.currency} ${line.amount}` };
  if (amount.minor < 0n)
    return { name: "below-zero", says: `${textOf(amount)} is no cost; zero takes one back` };
  const correction = line.correction?.trim() || "0";
  if (!/^\d{1,4}$/.test(correction))
    return {
      name: "correction-unreadable",
      says: `'${correction}' is no number; expected 1 for the first correction of a cost`,
    };
  return { campaign, period, reference, amount, correction: Number(correction) };
}

function judgeLine(
  { line: _, ...told }: Told,
  chain: readonly CostFact[],
  { exchange, now, actor, because }: CostsAsked,
): CostFact | Refused | "known" {
  const { correction, reference, amount, campaign, period } = told;
  const [first] = chain;
  const known = chain.find((fact) => fact.correction === correction);
  if (known)
    return isSame(known, told) ? "known" : { name: "reference-reused", says: taken(known, chain) };
  if (correction !== chain.length)
    return {
      name: "nothing-to-correct",
      says: `of '${reference}' in ${period} ${chain.length} facts are known: the next is correction ${chain.length}`,
    };
  if (first && first.campaign !== campaign)
    return {
      name: "campaign-differs",
      says: `'${reference}' in ${period} is of '${first.campaign}': correct it to 0, and give this a reference of its own`,
    };
  const before = chain.at(-1);
  const { currency } = amount;
  const frozen = before?.amount.currency === currency ? before.rate : undefined;
  const rate = frozen ?? rateOn(exchange, { currency, day: lastDayOf(period) });
  if (!rate)
    return {
      name: "rate-missing",
      says: `there is no rate of ${currency} for ${lastDayOf(period)}: give it one in Salesforce, where rates are read once a day`,
    };
  const corporate = convertMoney(amount, { currency: exchange.corporate, rate: rate.rate });
  if (!corporate)
    return { name: "rate-unusable", says: `${rate.source} gives the rate ${rate.rate}` };
  const postedAt = before && before.postedAt > now ? before.postedAt : now;
  return { ...told, corporate, rate, postedAt, actor, because };
}

function isSame(fact: CostFact, { campaign, amount }: Pick<Told, "campaign" | "amount">): boolean {
  const { minor, currency } = fact.amount;
  return fact.campaign === campaign && minor === amount.minor && currency === amount.currency;
}

function taken({ reference, period, campaign, amount }: CostFact, chain: readonly CostFact[]) {
  return `'${reference}' in ${period} is ${textOf(amount)} of '${campaign}': to replace it, say so by correction ${chain.length}; if it is another cost, give it a reference`;
}

function textOf(amount: Money): string {
  return `${amount.currency} ${formatMoney(amount)}`;
}
