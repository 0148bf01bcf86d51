import {
  type Credit,
  type CreditedOpportunity,
  creditFirstTouch,
  type Touch,
} from "../core/attribution/credit-first-touch.ts";
import { parseCanonicalMoney } from "../core/codec/money-codec.ts";
import { addMoney, formatMoney, type Money } from "../core/money/money.ts";
import type { RevenueStore, WonOpportunity } from "./ports.ts";

/** A model's version changes with its rules, so that a figure can be told from its successor. */
interface Model {
  readonly version: string;
  readonly credit: (opportunity: CreditedOpportunity, touches: readonly Touch[]) => Credit[];
}

const MODELS: ReadonlyMap<string, Model> = new Map([
  ["first-touch", { version: "1", credit: creditFirstTouch }],
]);

/** What revenue can be broken down by. */
const BREAKDOWNS: ReadonlySet<string> = new Set(["source"]);

/** What the line of credit that no touch earned is called. */
const UNATTRIBUTED = "(unattributed)";

export interface RevenueRequest {
  readonly model: string;
  readonly by: string;
}

/** The request names something that does not exist; `available` lists what does. */
export interface RevenueRefusal {
  readonly refused: "model-unknown" | "breakdown-unknown";
  readonly reason: string;
  readonly available: readonly string[];
}

interface RevenueLine {
  /** Null: credit that no touch earned. */
  readonly source: string | null;
  /** The source, or `(unattributed)`. */
  readonly label: string;
  readonly currency: string;
  /** An exact decimal with the currency's digits, such as `12.34`. */
  readonly revenue: string;
  /** Opportunities of which the line has a share. */
  readonly opportunities: number;
}

interface RevenueTotal {
  readonly currency: string;
  readonly revenue: string;
  readonly opportunities: number;
}

export interface RevenueReport extends RevenueRequest {
  readonly modelVersion: string;
  /** By currency, then revenue, the largest first. */
  readonly lines: readonly RevenueLine[];
  /** What was closed and won, by currency; the lines of a currency add up to it (A5). */
  readonly totals: readonly RevenueTotal[];
  /** Opportunities won without an amount; they are in no line and no total (A6). */
  readonly withoutAmount: number;
}

/** What has been added up under one source and currency, or one currency. */
interface Tally {
  readonly source: string | null;
  readonly sum: Money;
  readonly opportunities: number;
}

/**
 * Credits every won opportunity by the model, and adds up the credits.
 *
 * Totals are added up from the opportunities, not from the credits, so that a model that gave too
 * much or too little would show. An opportunity that two pages hold, since it moved while they were
 * read, is counted once.
 */
export async function revenueBy(
  { model: name, by }: RevenueRequest,
  store: RevenueStore,
): Promise<RevenueReport | RevenueRefusal> {
  const model = MODELS.get(name);
  if (!model) return refusal("model-unknown", name, [...MODELS.keys()]);
  if (!BREAKDOWNS.has(by)) return refusal("breakdown-unknown", by, [...BREAKDOWNS]);

  const lines = new Map<string, Tally>();
  const totals = new Map<string, Tally>();
  const seen = new Set<string>();
  let withoutAmount = 0;
  for await (const page of store.wonOpportunities.pages()) {
    const touches = await store.firstTouches.of(personsOf(page));
    for (const won of page) {
      if (seen.has(won.id)) continue;
      seen.add(won.id);
      const amount = amountOf(won);
      if (amount === null) {
        withoutAmount += 1;
        continue;
      }
      const credits = model.credit({ ...won, amount }, touchesOf(won, touches));
      addTo(totals, null, amount, 1);
      addTo(lines, null, { ...amount, minor: 0n }, 0);
      for (const [source, share] of sharesOf(credits)) addTo(lines, source, share, 1);
    }
  }
  return {
    model: name,
    modelVersion: model.version,
    by,
    lines: [...lines.values()].sort(byCurrencyThenRevenue).map(lineOf),
    totals: [...totals.values()].sort(byCurrencyThenRevenue).map(totalOf),
    withoutAmount,
  };
}

function refusal(
  refused: RevenueRefusal["refused"],
  given: string,
  available: readonly string[],
): RevenueRefusal {
  const what = refused === "model-unknown" ? "model" : "breakdown";
  const reason = `there is no ${what} '${given}'; there is: ${available.join(", ")}`;
  return { refused, reason, available };
}

function personsOf(page: readonly WonOpportunity[]): string[] {
  return [...new Set(page.flatMap(({ personIds }) => [...personIds]))];
}

function touchesOf({ personIds }: WonOpportunity, touches: ReadonlyMap<string, Touch>): Touch[] {
  return personIds.flatMap((id) => touches.get(id) ?? []);
}

/** Stored amounts were made by the money codec, so one that cannot be read is a bug, and throws. */
function amountOf({ id, amount }: WonOpportunity): Money | null {
  if (amount === null) return null;
  const money = parseCanonicalMoney(amount);
  if (!money) throw new Error(`opportunity ${id} holds an amount that is no canonical money text`);
  return money;
}

/** The credits of one opportunity by source, so that an opportunity counts once under each. */
function sharesOf(credits: readonly Credit[]): Map<string | null, Money> {
  const shares = new Map<string | null, Money>();
  for (const { source, amount } of credits) {
    const before = shares.get(source);
    shares.set(source, before ? addMoney(before, amount) : amount);
  }
  return shares;
}

function addTo(
  tallies: Map<string, Tally>,
  source: string | null,
  amount: Money,
  opportunities: number,
): void {
  const key = JSON.stringify([amount.currency, source]);
  const before = tallies.get(key);
  tallies.set(key, {
    source,
    sum: before ? addMoney(before.sum, amount) : amount,
    opportunities: (before?.opportunities ?? 0) + opportunities,
  });
}

/** Of equal revenue, sources by name, and the unattributed line last. */
function byCurrencyThenRevenue(one: Tally, other: Tally): number {
  if (one.sum.currency !== other.sum.currency)
    return one.sum.currency < other.sum.currency ? -1 : 1;
  if (one.sum.minor !== other.sum.minor) return one.sum.minor > other.sum.minor ? -1 : 1;
  if (one.source === null || other.source === null) return one.source === null ? 1 : -1;
  return one.source < other.source ? -1 : 1;
}

function lineOf({ source, sum, opportunities }: Tally): RevenueLine {
  return { source, label: source ?? UNATTRIBUTED, ...totalOf({ source, sum, opportunities }) };
}

function totalOf({ sum, opportunities }: Tally): RevenueTotal {
  return { currency: sum.currency, revenue: formatMoney(sum), opportunities };
}
