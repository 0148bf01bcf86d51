import type { JourneyTouch } from "../core/attribution/journey.ts";
import type { Attribution } from "../core/attribution/model.ts";
import { formatMoney } from "../core/money/money.ts";
import { labelOf } from "./breakdown.ts";
import { creditModel, learns, type ModelCredits } from "./credit-model.ts";
import { gatherJourneys, type WonJourney } from "./gather-journeys.ts";
import type { RevenueStore } from "./ports.ts";
import { breakdownNamed, modelNamed, type RevenueRefusal } from "./refusal.ts";
import { type RevenueRequest, sayingWhich } from "./revenue-report.ts";

export interface DrillRequest extends RevenueRequest {
  /** The label of the line that is looked into; null: the unattributed one. */
  readonly of: string | null;
  readonly currency?: string | undefined;
  /** Goes on behind this opportunity. */
  readonly after?: string | undefined;
  readonly most: number;
}

interface CreditedTouch {
  readonly personId: string;
  readonly at: string;
  readonly source: string;
  readonly kind: string;
  readonly campaign: string | null;
  readonly credit: string;
}

interface CreditedOpportunity {
  readonly id: string;
  readonly name: string | null;
  readonly closedOn: string;
  readonly currency: string;
  readonly amount: string;
  /** What the line has of it. */
  readonly credit: string;
  /** The line's touches that have a share in it. */
  readonly touches: readonly CreditedTouch[];
}

export interface DrillDown {
  readonly modelVersion: string;
  /** The most credit first. */
  readonly opportunities: readonly CreditedOpportunity[];
  readonly next?: string;
}

/** From a figure to the opportunities and touches that it is made of. */
export async function drillDown(
  { model: name, by, of, currency, after, most, ...period }: DrillRequest,
  attribution: Attribution,
  store: RevenueStore,
): Promise<DrillDown | RevenueRefusal> {
  const model = modelNamed(attribution, name);
  if ("refused" in model) return model;
  const pick = breakdownNamed(by);
  if ("refused" in pick) return pick;
  const reads = learns(model.definition) ? "ended" : "won";
  const gathered = await gatherJourneys(store, attribution.journey, { period, reads });
  const credited = creditModel(model, gathered);
  if ("refused" in credited) return sayingWhich(credited, name);
  const found = partsOf(credited, of, (one, touch) => labelOf(by, pick(one, touch)))
    .filter((one) => currency === undefined || one.currency === currency)
    .sort(byCredit);
  const behind = after === undefined ? 0 : found.findIndex(({ id }) => id === after) + 1;
  const page = found.slice(behind, behind + most);
  const last = page.at(-1);
  return {
    modelVersion: credited.version,
    opportunities: page.map(({ minor: _, ...shown }) => shown),
    ...(last && behind + most < found.length ? { next: last.id } : {}),
  };
}

type Part = CreditedOpportunity & { readonly minor: bigint };

function partsOf(
  { won, columns, credits }: ModelCredits,
  of: string | null,
  labelled: (one: WonJourney, touch: JourneyTouch) => string,
): Part[] {
  return won.flatMap((one, index) => {
    const from = columns.starts[index] ?? 0;
    const { currency } = one.amount;
    const written = (minor: bigint) => formatMoney({ minor, currency });
    const shares = one.journey.touches.flatMap((touch, offset) =>
      credits.earned[from + offset] === 1
        ? [{ touch, minor: credits.byTouch[from + offset] ?? 0n }]
        : [],
    );
    const ours = of === null ? [] : shares.filter(({ touch }) => labelled(one, touch) === of);
    if (of === null ? shares.length > 0 : ours.length === 0) return [];
    const minor =
      of === null
        ? (credits.unattributed[index] ?? 0n)
        : ours.reduce((sum, share) => sum + share.minor, 0n);
    const { id, name, closedOn } = one.opportunity;
    const touches = ours.map(({ touch: { personId, source, touch }, minor: credit }) => ({
      ...{ personId, at: touch.at, source, kind: touch.kind },
      ...{ campaign: touch.campaign && (touch.campaign.name ?? touch.campaign.id) },
      credit: written(credit),
    }));
    const amount = formatMoney(one.amount);
    return [{ id, name, closedOn, currency, amount, credit: written(minor), touches, minor }];
  });
}

/** By id where equal, so that pages fit together. */
function byCredit(one: Part, other: Part): number {
  if (one.minor !== other.minor) return one.minor > other.minor ? -1 : 1;
  return one.id < other.id ? -1 : 1;
}
