import type { Learned } from "../core/attribution/learn.ts";
import type { Attribution } from "../core/attribution/model.ts";
import { formatMoney } from "../core/money/money.ts";
import { creditModel, learns } from "./credit-model.ts";
import { gatherJourneys } from "./gather-journeys.ts";
import type { Period, RevenueStore } from "./ports.ts";
import { breakdownNamed, modelNamed, type RevenueRefusal } from "./refusal.ts";
import { type RevenueTotal, type Tally, tallyCredits, totalsOf } from "./tally.ts";

export interface RevenueRequest extends Period {
  /** A model's name, or its name and version, `u-shaped@1f0c9a2e`. */
  readonly model: string;
  readonly by: string;
}

interface RevenueLine extends RevenueTotal {
  /** False: credit that no touch earned. */
  readonly attributed: boolean;
  readonly value: string | null;
  /** The value, `(unattributed)`, or such as `(no campaign)`. */
  readonly label: string;
}

/** What a model that learns has learnt. It is co-occurrence, and says so. */
interface LearnedReport {
  readonly label: string;
  readonly won: number;
  readonly lost: number;
  readonly shares: Learned["shares"];
}

export interface RevenueReport extends RevenueRequest {
  readonly modelVersion: string;
  /** By currency, then revenue, the largest first. */
  readonly lines: readonly RevenueLine[];
  /** What was closed and won, by currency; the lines of a currency add up to it (A5). */
  readonly totals: readonly RevenueTotal[];
  /** Opportunities won without an amount; they are in no line and no total (A6). */
  readonly withoutAmount: number;
  readonly learned?: LearnedReport;
}

const CO_OCCURRENCE =
  "co-occurrence: which sources stand beside wins, not what caused them; 95 % intervals";

/** Credits what was won in a period by a model, and adds up the credits. */
export async function revenueBy(
  request: RevenueRequest,
  attribution: Attribution,
  store: RevenueStore,
): Promise<RevenueReport | RevenueRefusal> {
  const { model: name, by, ...period } = request;
  const model = modelNamed(attribution, name);
  if ("refused" in model) return model;
  const pick = breakdownNamed(by);
  if ("refused" in pick) return pick;
  const reads = learns(model.definition) ? "ended" : "won";
  const gathered = await gatherJourneys(store, attribution.journey, { period, reads });
  const credited = creditModel(model, gathered);
  if ("refused" in credited) return sayingWhich(credited, name);
  return {
    ...request,
    modelVersion: credited.version,
    lines: tallyCredits(credited, by, pick).map(lineOf),
    totals: totalsOf(gathered.won),
    withoutAmount: gathered.withoutAmount,
    ...(credited.learned ? { learned: learnedReport(credited.learned) } : {}),
  };
}

export function sayingWhich({ refused, reason }: RevenueRefusal, model: string): RevenueRefusal {
  return { refused, reason: `model '${model}' says nothing yet: ${reason}` };
}

function lineOf({ attributed, value, label, currency, minor, opportunities }: Tally): RevenueLine {
  return {
    attributed,
    value,
    label,
    currency,
    revenue: formatMoney({ currency, minor }),
    opportunities,
  };
}

function learnedReport({ won, lost, shares }: Learned): LearnedReport {
  return { label: CO_OCCURRENCE, won, lost, shares };
}
