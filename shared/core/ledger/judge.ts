import { convertMoney } from "../money/convert.ts";
import { formatMoney, type Money } from "../money/money.ts";
import { isDay } from "./calendar.ts";
import type { UnsealedEntry } from "./chain.ts";
import type { EntryKind } from "./entry.ts";
import { type Exchange, rateOn } from "./rates.ts";
import { type LedgerRefusal, refusal } from "./refusal.ts";
import { type Both, isAt, type Position, type Standing } from "./standing.ts";

/** What a record says of the closing of its opportunity, at one version of the record. */
export interface ClosingFacts {
  readonly opportunityId: string;
  readonly recordVersion: number;
  /** Closed and won, and still there. */
  readonly won: boolean;
  /** Null where none is known. */
  readonly amount: Money | null;
  /** Canonical text of a day; null where none is known. */
  readonly closedOn: string | null;
  readonly owner: string | null;
  /** A value of the closing that nobody could read: while it lasts, nothing is posted of the closing. */
  readonly unreadable?: LedgerRefusal;
  readonly actor: string;
  /** Why it is not won, or how it came to be. */
  readonly because: string;
}

/** What an entry says before it is known when it is posted, and behind which one. */
export type Draft = Omit<UnsealedEntry, "sequence" | "postedAt">;

export interface Judgement {
  /** The one entry to post next; none once the entries say what the record says. */
  readonly next?: Draft;
  readonly refusals: readonly LedgerRefusal[];
}

const SETTLED: Judgement = { refusals: [] };

/**
 * What is to be posted next, so that the entries come to say what the record says of the closing (G1,
 * G3 to G6). Asked again after each entry until there is none, it needs no memory of its own: whoever
 * stops in between leaves what the next one goes on with.
 */
export function judgeClosing(
  standing: Standing,
  facts: ClosingFacts,
  exchange: Exchange,
): Judgement {
  const { won, position } = standing;
  if (!facts.won)
    return won && position
      ? post(facts, { ...position, ...negated(position) }, { kind: "reversed" })
      : SETTLED;
  if (facts.unreadable) return { refusals: [facts.unreadable] };
  const target = targetOf(standing, facts, exchange);
  if (target === undefined) return SETTLED;
  if ("name" in target) return { refusals: [target] };
  if (!won || !position) return post(facts, target, { kind: "booked" });
  const because = changeOf(position, target);
  const step = stepTo(position, target);
  return step.amount.minor === 0n
    ? SETTLED
    : post({ ...facts, because }, step, { kind: "amended" });
}

/** From where it stands to where it belongs: the difference there, or first all of it off the old place. */
function stepTo(position: Position, target: Position): Position {
  if (isAt(position, target)) return { ...position, ...difference(target, position) };
  return position.amount.minor === 0n ? target : { ...position, ...negated(position) };
}

function difference({ amount, corporate }: Both, from: Both): Both {
  return {
    amount: { ...amount, minor: amount.minor - from.amount.minor },
    corporate: { ...corporate, minor: corporate.minor - from.corporate.minor },
  };
}

function negated({ amount, corporate }: Both): Both {
  return {
    amount: { ...amount, minor: -amount.minor },
    corporate: { ...corporate, minor: -corporate.minor },
  };
}

/** Where the record says that the money stands; undefined where it was never booked and has no amount. */
function targetOf(
  { won, position, frozen }: Standing,
  { amount: said, closedOn, owner }: ClosingFacts,
  exchange: Exchange,
): Position | LedgerRefusal | undefined {
  // An amount that was cleared is one of nothing, in the currency that it had.
  const amount = said ?? (won && position ? { ...position.amount, minor: 0n } : null);
  if (amount === null) return undefined;
  if (closedOn === null || !isDay(closedOn))
    return refusal("close-date-incomplete", `the close date is ${closedOn ?? "blank"}`);
  const { currency } = amount;
  const kept = won ? frozen.get(currency) : undefined;
  const rate = kept ?? rateOn(exchange, { currency, day: closedOn });
  if (!rate) return refusal("rate-missing", `there is no rate of ${currency} for ${closedOn}`);
  const corporate = convertMoney(amount, { currency: exchange.corporate, rate: rate.rate });
  if (!corporate)
    return refusal("rate-unusable", `${rate.source} gives ${currency} the rate ${rate.rate}`);
  return { day: closedOn, owner, rate, amount, corporate };
}

function post(
  { opportunityId, recordVersion, actor, because }: ClosingFacts,
  { day, owner, rate, amount, corporate }: Position,
  { kind }: { readonly kind: EntryKind },
): Judgement {
  const effectiveDay = day;
  const said = { opportunityId, kind, effectiveDay, amount, corporate, rate, owner };
  return { next: { ...said, recordVersion, actor, because }, refusals: [] };
}

/** What of a closing changed, in words. */
function changeOf(from: Position, to: Position): string {
  // What was moved away stands at nothing, which says nothing of the amount.
  const isMoved = !isAt(from, to) && from.amount.minor === 0n;
  const [before, after] = [formatMoney(from.amount), formatMoney(to.amount)];
  const changes = [
    { what: "currency", before: from.amount.currency, after: to.amount.currency },
    ...(isMoved ? [] : [{ what: "amount", before, after }]),
    { what: "close date", before: from.day, after: to.day },
    { what: "owner", before: from.owner ?? "nobody", after: to.owner ?? "nobody" },
  ].filter((change) => change.before !== change.after);
  return changes.map((change) => `${change.what} ${change.before} to ${change.after}`).join(", ");
}
