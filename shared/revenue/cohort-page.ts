import { stepEntries } from "../core/attribution/credit-step.ts";
import type { JourneyPerson } from "../core/attribution/journey.ts";
import {
  type Beginning,
  beginningOf,
  beginningOfDeal,
  type CohortAsked,
} from "../core/cohorts/beginning.ts";
import { addedUp, type CohortLine, lineOf } from "../core/cohorts/lines.ts";
import { monthAfter, monthOf } from "../core/ledger/calendar.ts";
import { CLOSING_KINDS, type LedgerEntry } from "../core/ledger/entry.ts";
import { inParallel } from "../sync/in-parallel.ts";
import { SETTLED_AFTER_MS } from "./close-period.ts";
import type { CreditStore } from "./credit-ports.ts";
import { takeJourney } from "./journey-source.ts";
import type { LedgerStore } from "./ledger-ports.ts";
import type { RevenueStore } from "./ports.ts";

/** A person, as far as cohorts are concerned. */
export interface CohortPerson extends JourneyPerson {
  /** When they first were a customer, an ISO instant. */
  readonly customerAt: string | null;
}

/** All persons, some at a time, behind the place that the page before ended at. */
export interface CohortPersons {
  page(after: string | undefined): Promise<{
    readonly persons: readonly CohortPerson[];
    readonly next?: string;
  }>;
}

export interface CohortWorld {
  readonly people: CohortPersons;
  readonly ledger: Pick<LedgerStore, "firstMonth" | "load" | "page">;
  readonly credits: Pick<CreditStore, "stepsOf">;
  readonly journeys: RevenueStore;
  readonly corporateCurrency: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export interface CohortRequest extends CohortAsked {
  /** As the first answer said, so that all pages tell of one moment. */
  readonly asOf?: string | undefined;
  /** As the answer before said: whose page it is, and where it goes on. */
  readonly after?: string | undefined;
}

export interface CohortPage {
  readonly asOf: string;
  /** Those of all pages add up to the answer. */
  readonly lines: readonly CohortLine[];
  readonly next?: string;
}

const OF_PERSONS = "persons|";

/**
 * A page of what came of cohorts: first of what was posted, by the month of posting, without the last
 * minute; then of persons. Nobody keeps how many began in which month: all of them are read, page by page.
 */
export async function cohortPage(world: CohortWorld, asked: CohortRequest): Promise<CohortPage> {
  const settled = new Date(world.now() - SETTLED_AFTER_MS).toISOString();
  const asOf = [asked.asOf ?? settled, settled].sort()[0] ?? settled;
  const { after = `${world.ledger.firstMonth}|` } = asked;
  const page = after.startsWith(OF_PERSONS)
    ? await pageOfPersons(world, asked, after.slice(OF_PERSONS.length))
    : await pageOfEntries(world, asked, { asOf, after });
  return { asOf, ...page, lines: addedUp(page.lines) };
}

async function pageOfPersons(world: CohortWorld, asked: CohortRequest, place: string) {
  const { people, corporateCurrency: currency } = world;
  const { persons, next } = await people.page(place === "" ? undefined : place);
  const lines = persons.flatMap((person) => {
    const beginning = beginningOf(person, asked);
    const line = (month: string | null, counts: Partial<CohortLine>) =>
      lineOf(beginning, { period: asked, month, currency, ...counts });
    const { customerAt } = person;
    const became = customerAt === null ? [] : [line(monthOf(customerAt), { customers: 1 })];
    return [line(null, { persons: 1 }), ...became];
  });
  return next === undefined ? { lines } : { lines, next: `${OF_PERSONS}${next}` };
}

async function pageOfEntries(
  world: CohortWorld,
  asked: CohortRequest,
  { asOf, after }: { readonly asOf: string; readonly after: string },
) {
  const [month = "", place = ""] = after.split("|");
  const page = await world.ledger.page(month, place === "" ? undefined : place);
  const posted = page.items.filter(({ postedAt }) => postedAt <= asOf);
  const deals = [...Map.groupBy(posted, ({ opportunityId }) => opportunityId)];
  const lines = await inParallel(deals, ([id, entries]) =>
    linesOfDeal(world, asked, { id, entries, asOf }),
  );
  const following = monthAfter(month);
  const behind = following <= monthOf(asOf) ? `${following}|` : OF_PERSONS;
  const next = page.next === undefined ? behind : `${month}|${page.next}`;
  return { lines: lines.flat(), next };
}

interface Deal {
  readonly id: string;
  /** Those of the page. */
  readonly entries: readonly LedgerEntry[];
  readonly asOf: string;
}

async function linesOfDeal(
  world: CohortWorld,
  asked: CohortRequest,
  { id, entries, asOf }: Deal,
): Promise<CohortLine[]> {
  const chain = (await world.ledger.load(id)).entries.filter(({ postedAt }) => postedAt <= asOf);
  const won = new Map(stepEntries(chain).map((entry) => [entry.sequence, entry.won]));
  const beginning = await beginningNow(world, asked, { id, entries: chain, asOf });
  return entries.map(({ sequence, effectiveDay, corporate: { minor: revenue, currency } }) => {
    const { before, after } = won.get(sequence) ?? { before: false, after: false };
    const counts = { revenue, won: Number(after) - Number(before) };
    return lineOf(beginning, { period: asked, month: monthOf(effectiveDay), currency, ...counts });
  });
}

/** By the journey as it was last kept; of one that is not credited yet, as it is known now. */
async function beginningNow(
  { credits, journeys }: CohortWorld,
  asked: CohortRequest,
  { id, entries, asOf }: Deal,
): Promise<Beginning | null> {
  const steps = await credits.stepsOf(id);
  const kept = steps.findLast(({ taken, at }) => taken !== undefined && at <= asOf)?.taken;
  const taken = kept ?? (await takeJourney(journeys, id));
  const closing = entries.findLast(({ kind }) => CLOSING_KINDS.has(kind));
  if (!taken || !closing) return null;
  const roles = new Set(taken.roleIds);
  const persons = taken.persons.filter((person) => roles.has(person.id));
  return beginningOfDeal(persons, { ...asked, closedOn: closing.effectiveDay });
}
