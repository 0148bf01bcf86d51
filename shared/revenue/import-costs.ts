import type { CostFact } from "../core/costs/cost-fact.ts";
import { type CostLine, type CostRefusal, judgeCosts } from "../core/costs/judge-costs.ts";
import { isMonth } from "../core/ledger/calendar.ts";
import { inParallel } from "../sync/in-parallel.ts";
import type { CostWorld, Months } from "./cost-ports.ts";
import { exchangeOf } from "./post-opportunity.ts";

export interface CostImport {
  readonly lines: readonly CostLine[];
  readonly by: string;
  readonly because: string;
}

interface Imported {
  readonly posted: number;
  /** Lines that were known before. */
  readonly known: number;
}

interface Refused {
  /** None, but where somebody else posted another content meanwhile. */
  readonly posted: number;
  readonly refused: readonly CostRefusal[];
}

/** Others that import the same costs take turns; more of them than this are a bug. */
const MOST_TRIES = 10;

/**
 * Posts what campaigns cost (C1 to C5). Of a list with a line that may not be posted, none is. One that is
 * cut short in the middle is imported again: what is posted already is known by then.
 */
export async function importCosts(
  world: CostWorld,
  { lines, by: actor, because }: CostImport,
): Promise<Imported | Refused> {
  const exchange = await exchangeOf(
    world.ledger,
    world.corporateCurrency,
    lines.map(({ currency }) => currency.trim().toUpperCase()),
  );
  let posted = 0;
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const known = await world.costs.costsOf(monthsOf(lines));
    const now = new Date(world.now()).toISOString();
    const judged = judgeCosts(lines, { known, exchange, now, actor, because });
    if ("refused" in judged) return { posted, refused: judged.refused };
    const kept = await keepInOrder(world, judged.facts);
    posted += kept;
    if (kept === judged.facts.length) return { posted, known: lines.length - posted };
  }
  throw new Error("the same costs are posted by others without an end");
}

function monthsOf(lines: readonly CostLine[]): Months {
  const months = lines.map(({ period }) => period.trim()).filter(isMonth);
  const sorted = months.sort();
  return { first: sorted[0], last: sorted.at(-1) };
}

/** A correction is never there before what it corrects, wherever it stops. @returns How many were kept. */
async function keepInOrder({ costs }: CostWorld, facts: readonly CostFact[]): Promise<number> {
  const levels = [...Map.groupBy(facts, ({ correction }) => correction)];
  let kept = 0;
  for (const [, level] of levels.sort(([one], [other]) => one - other)) {
    const outcomes = await inParallel(level, (fact) => costs.keepCost(fact));
    kept += outcomes.filter((outcome) => outcome === "kept").length;
    if (outcomes.includes("taken")) return kept;
  }
  return kept;
}
