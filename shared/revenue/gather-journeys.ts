import type { CoveredPerson } from "../core/attribution/coverage.ts";
import { type Journey, type JourneyPolicy, journeyOf } from "../core/attribution/journey.ts";
import { parseCanonicalMoney } from "../core/codec/money-codec.ts";
import type { Money } from "../core/money/money.ts";
import type { Period, ReportedOpportunity, RevenueStore } from "./ports.ts";

/** A closed opportunity with what led to it. */
interface ClosedJourney {
  readonly opportunity: ReportedOpportunity;
  readonly persons: readonly CoveredPerson[];
  readonly journey: Journey;
}

export interface WonJourney extends ClosedJourney {
  readonly amount: Money;
}

export interface Gathered {
  /** Won in the period, with an amount. */
  readonly won: readonly WonJourney[];
  /** Won in the period without an amount (A6). */
  readonly withoutAmount: number;
  /** Won or lost before the period's end, where they were asked for: what models learn from (A14). */
  readonly ended: readonly ClosedJourney[];
}

/**
 * Reads the opportunities of a period with their journeys.
 *
 * @param reads - `won`: nothing is read of what was lost, or of other periods.
 */
export async function gatherJourneys(
  store: RevenueStore,
  policy: JourneyPolicy,
  { period, reads }: { readonly period: Period; readonly reads: "won" | "ended" },
): Promise<Gathered> {
  const needsAll = reads === "ended" || policy.persons === "account";
  const opportunities = await unique(needsAll ? store.all() : store.wonIn(period));
  const idsOf = policy.persons === "account" ? byAccount(opportunities) : byRole;
  const relevant = opportunities.filter((one) =>
    reads === "ended" ? one.outcome !== "open" && isBefore(one, period) : isWonIn(one, period),
  );
  const persons = await store.persons([...new Set(relevant.flatMap((one) => [...idsOf(one)]))]);
  const closed = relevant.map((opportunity): ClosedJourney => {
    const ours = [...idsOf(opportunity)].flatMap((id) => persons.get(id) ?? []);
    return { opportunity, persons: ours, journey: journeyOf(opportunity, ours, policy) };
  });
  const inPeriod = closed.filter(({ opportunity }) => isWonIn(opportunity, period));
  const won = inPeriod.flatMap((one) => {
    const amount = amountOf(one.opportunity);
    return amount === null ? [] : [{ ...one, amount }];
  });
  return {
    won,
    withoutAmount: inPeriod.length - won.length,
    ended: reads === "ended" ? closed : [],
  };
}

/** One that two pages hold, since it moved while they were read, is read once. */
async function unique(
  pages: AsyncIterable<readonly ReportedOpportunity[]>,
): Promise<ReportedOpportunity[]> {
  const found = new Map<string, ReportedOpportunity>();
  for await (const page of pages) for (const one of page) found.set(one.id, one);
  return [...found.values()];
}

function byRole({ personIds }: ReportedOpportunity): ReadonlySet<string> {
  return new Set(personIds);
}

/** Also those with a role on another opportunity of one of its companies (A7). */
function byAccount(opportunities: readonly ReportedOpportunity[]) {
  const ofCompany = new Map<string, Set<string>>();
  for (const { companyIds, personIds } of opportunities) {
    for (const company of companyIds) {
      const known = ofCompany.get(company) ?? new Set();
      for (const id of personIds) known.add(id);
      ofCompany.set(company, known);
    }
  }
  return ({ companyIds, personIds }: ReportedOpportunity): ReadonlySet<string> =>
    new Set([
      ...personIds,
      ...companyIds.flatMap((company) => [...(ofCompany.get(company) ?? [])]),
    ]);
}

function isWonIn({ outcome, closedOn }: ReportedOpportunity, { from = "", to }: Period): boolean {
  return outcome === "won" && closedOn >= from && isBefore({ closedOn }, { to });
}

function isBefore({ closedOn }: Pick<ReportedOpportunity, "closedOn">, { to }: Period): boolean {
  return to === undefined || closedOn < to;
}

/** Stored amounts were made by the money codec, so one that cannot be read is a bug, and throws. */
function amountOf({ id, amount }: ReportedOpportunity): Money | null {
  if (amount === null) return null;
  const money = parseCanonicalMoney(amount);
  if (!money) throw new Error(`opportunity ${id} holds an amount that is no canonical money text`);
  return money;
}
