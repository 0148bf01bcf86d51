import { CLOSING_KINDS } from "../ledger/entry.ts";
import { allocate } from "../money/allocate.ts";
import type { Money } from "../money/money.ts";
import type { CreditStep, StepEntry, TakenJourney } from "./credit-step.ts";
import type { JourneyTouch } from "./journey.ts";

/** What one step gives to one touch, or takes from it. Minor units. */
export interface TouchCredit {
  readonly touch: JourneyTouch;
  readonly minor: bigint;
  readonly corporate: bigint;
  /** Whether it had, and has, a share in a deal that counts as won. */
  readonly won: StepEntry["won"];
}

/** How one model credits one step. All of it adds up to the entry's amount, in both currencies (P5). */
export interface CreditedStep {
  readonly step: CreditStep;
  /** Where it counts: of a journey taken again, where the deal stood then. */
  readonly effectiveDay: string;
  readonly owner: string | null;
  readonly dimensions: TakenJourney["dimensions"];
  /** The entry's; zero where the journey was taken again. */
  readonly amount: Money;
  readonly corporate: Money;
  readonly won: StepEntry["won"];
  readonly credits: readonly TouchCredit[];
  /** What no touch earned. */
  readonly unattributed: Omit<TouchCredit, "touch">;
}

/** A touch that earns something. Weights are whole numbers above zero. */
interface Share {
  readonly touch: JourneyTouch;
  readonly weight: bigint;
}

/** Whom a model credits along a journey; none: nobody earned anything. */
export type ShareOut = (taken: TakenJourney) => readonly Share[];

/** By touch; what nobody earned is under the empty key. */
type Split = ReadonlyMap<string, bigint>;

/** All that was posted in one currency, and how it is split. */
interface Sum {
  readonly minor: bigint;
  readonly split: Split;
}

interface State {
  readonly taken: TakenJourney | undefined;
  /** Those with a weight above zero. */
  readonly shares: ReadonlyMap<string, Share>;
  /** Every touch that ever had a share. */
  readonly touches: ReadonlyMap<string, JourneyTouch>;
  readonly sums: ReadonlyMap<string, Sum>;
  readonly corporate: Sum;
  /** The entry that says where the deal stands. */
  readonly closing: StepEntry | undefined;
}

const NOBODY = "";

const NOTHING: Sum = { minor: 0n, split: new Map() };

const START: State = {
  taken: undefined,
  shares: new Map(),
  touches: new Map(),
  sums: new Map(),
  corporate: NOTHING,
  closing: undefined,
};

/**
 * Credits the steps of one opportunity (A17, A19, A20). After each step, the credits in its currency are
 * the exact split of all that was posted in it so far, along the journey that was taken last; a step
 * gives the difference to the step before.
 *
 * @param steps - All of one opportunity, in their order.
 */
export function creditSteps(steps: readonly CreditStep[], shareOut: ShareOut): CreditedStep[] {
  let state = START;
  return steps.map((step) => {
    const next = creditStep(state, step, shareOut);
    state = next.state;
    return next.credited;
  });
}

function creditStep(
  before: State,
  step: CreditStep,
  shareOut: ShareOut,
): { readonly state: State; readonly credited: CreditedStep } {
  const { entry } = step;
  const closing = entry && CLOSING_KINDS.has(entry.kind) ? entry : before.closing;
  if (!closing)
    throw new Error(`opportunity ${step.opportunityId} is credited before it is booked`);
  const journey = step.taken ? takenBy(step.taken, entry, before, shareOut) : before;
  const place = entry ?? closing;
  const amount = entry?.amount ?? { ...closing.amount, minor: 0n };
  const corporate = entry?.corporate ?? { ...closing.corporate, minor: 0n };
  const deal = moved(before.sums.get(amount.currency) ?? NOTHING, amount.minor, journey.shares);
  const house = moved(before.corporate, corporate.minor, journey.shares);
  const won = entry?.won ?? { before: closing.won.after, after: closing.won.after };
  const given = (key: string, had: boolean, has: boolean) => ({
    minor: deal.of(key),
    corporate: house.of(key),
    won: { before: won.before && had, after: won.after && has },
  });
  // What is left of another booking may still be split along its journey.
  const keys = new Set([...deal.keys, ...before.shares.keys(), ...journey.shares.keys()]);
  const credited = {
    step,
    ...{ effectiveDay: place.effectiveDay, owner: place.owner, amount, corporate, won },
    dimensions: journey.taken?.dimensions ?? {},
    credits: [...journey.touches].flatMap(([key, touch]) =>
      keys.has(key)
        ? [{ touch, ...given(key, before.shares.has(key), journey.shares.has(key)) }]
        : [],
    ),
    unattributed: given(NOBODY, before.shares.size === 0, journey.shares.size === 0),
  };
  const sums = new Map(before.sums).set(amount.currency, deal.sum);
  const { taken, shares, touches } = journey;
  return { state: { taken, shares, touches, sums, corporate: house.sum, closing }, credited };
}

/** A journey that is taken again keeps what the deal is of: only a booking begins anew. */
function takenBy(
  taken: TakenJourney,
  entry: StepEntry | undefined,
  before: State,
  shareOut: ShareOut,
): Pick<State, "taken" | "shares" | "touches"> {
  const dimensions = entry ? taken.dimensions : (before.taken ?? taken).dimensions;
  const shares = shareOut(taken).map((share): [string, Share] => [keyOf(share.touch), share]);
  const touches = new Map([
    ...before.touches,
    ...shares.map(([key, { touch }]) => [key, touch] as const),
  ]);
  return { taken: { ...taken, dimensions }, shares: new Map(shares), touches };
}

function keyOf({ personId, touch }: JourneyTouch): string {
  return `${personId}#${touch.id}`;
}

/** A sum after so much more was posted, and what that changes for whom. */
function moved({ minor, split }: Sum, by: bigint, shares: State["shares"]) {
  const after = splitOf(minor + by, shares);
  return {
    sum: { minor: minor + by, split: after },
    /** By whom anything was held before. */
    keys: split.keys(),
    of: (key: string) => (after.get(key) ?? 0n) - (split.get(key) ?? 0n),
  };
}

function splitOf(minor: bigint, shares: State["shares"]): Split {
  const all = [...shares];
  if (all.length === 0) return new Map([[NOBODY, minor]]);
  const weights = all.map(([, { weight }]) => weight);
  const parts = allocate({ minor, currency: "" }, weights);
  return new Map(all.map(([key], place) => [key, parts[place]?.minor ?? 0n]));
}
