import { allocate } from "../money/allocate.ts";
import type { JourneyColumns } from "./columns.ts";

/** Fills in the weights of a journey's touches, as whole numbers; all zero: nobody earned it (A1). */
export type Weigh = (columns: JourneyColumns, journey: number, weights: Float64Array) => void;

/** What a model gives, touch by touch and journey by journey. Minor units. */
export interface Credits {
  readonly byTouch: BigInt64Array;
  /** By journey: what no touch earned. */
  readonly unattributed: BigInt64Array;
  /** By touch: 1 where the model gives it a share, however small the amount. */
  readonly earned: Uint8Array;
}

/** Up to here, products of a remainder and a weight stay below 2^63. */
const MOST_WEIGHT = 2 ** 31 - 1;

/** Up to here, looking for the largest remainder again and again is faster than sorting. */
const MOST_TOUCHES = 64;

/**
 * Credits every journey's amount to its touches, so that credits and what is left unattributed add up
 * to it exactly (A1). The same split as that of `allocate`, laid out for speed: whole numbers of 64
 * bits, of which the engine makes machine words.
 *
 * @param weigh - Writes into the places of the journey's touches, and into no other.
 */
export function splitColumns(columns: JourneyColumns, weigh: Weigh): Credits {
  const { journeys, amounts, starts } = columns;
  const touches = starts[journeys] ?? 0;
  const weights = new Float64Array(touches);
  const credits = {
    byTouch: new BigInt64Array(touches),
    unattributed: new BigInt64Array(journeys),
    earned: new Uint8Array(touches),
  };
  const remainders = new BigInt64Array(MOST_TOUCHES);
  for (let journey = 0; journey < journeys; journey += 1) {
    const from = starts[journey] ?? 0;
    const to = starts[journey + 1] ?? 0;
    weigh(columns, journey, weights);
    let sum = 0;
    for (let touch = from; touch < to; touch += 1) {
      const weight = weights[touch] ?? 0;
      sum += weight;
      credits.earned[touch] = weight > 0 ? 1 : 0;
    }
    const minor = amounts[journey] ?? 0n;
    if (sum === 0) credits.unattributed[journey] = minor;
    else if (sum > MOST_WEIGHT || to - from > MOST_TOUCHES)
      splitSlowly(credits.byTouch, { minor, weights, from, to });
    else splitFast(credits.byTouch, { minor, weights, from, to, sum, remainders });
  }
  return credits;
}

interface Splitting {
  readonly minor: bigint;
  readonly weights: Float64Array;
  readonly from: number;
  readonly to: number;
}

function splitSlowly(byTouch: BigInt64Array, { minor, weights, from, to }: Splitting): void {
  const parts = allocate({ minor, currency: "" }, Array.from(weights.subarray(from, to), BigInt));
  for (const [index, part] of parts.entries()) byTouch[from + index] = part.minor;
}

type Fast = Splitting & { readonly sum: number; readonly remainders: BigInt64Array };

/** `asIntN` and `| 0` change no value here: they tell the engine that none needs more bits. */
function splitFast(byTouch: BigInt64Array, of: Fast): void {
  const { minor, weights, from, to, remainders } = of;
  const sum = BigInt(of.sum);
  const size = BigInt.asIntN(64, minor < 0n ? -minor : minor);
  const quotient = BigInt.asIntN(64, size / sum);
  const rest = BigInt.asIntN(64, size % sum);
  let left = size;
  for (let touch = from; touch < to; touch += 1) {
    const weight = BigInt((weights[touch] ?? 0) | 0);
    const product = BigInt.asIntN(64, rest * weight);
    const more = BigInt.asIntN(64, product / sum);
    const part = BigInt.asIntN(64, BigInt.asIntN(64, quotient * weight) + more);
    byTouch[touch] = part;
    remainders[touch - from] = BigInt.asIntN(64, product - BigInt.asIntN(64, more * sum));
    left = BigInt.asIntN(64, left - part);
  }
  for (let unit = Number(left); unit > 0; unit -= 1) {
    const touch = largest(remainders, to - from);
    remainders[touch] = -1n;
    byTouch[from + touch] = BigInt.asIntN(64, (byTouch[from + touch] ?? 0n) + 1n);
  }
  if (minor < 0n)
    for (let touch = from; touch < to; touch += 1)
      byTouch[touch] = BigInt.asIntN(64, -(byTouch[touch] ?? 0n));
}

/** Of equal ones the earlier (M2). */
function largest(remainders: BigInt64Array, count: number): number {
  let best = 0;
  for (let index = 1; index < count; index += 1)
    if ((remainders[index] ?? 0n) > (remainders[best] ?? 0n)) best = index;
  return best;
}

/** Adds amounts up by group: `groups[i]` is the group of `amounts[i]`, below `count`. */
export function sumByGroup(
  amounts: BigInt64Array,
  groups: Int32Array,
  count: number,
): BigInt64Array {
  const sums = new BigInt64Array(count);
  for (let index = 0; index < amounts.length; index += 1) {
    const group = groups[index] ?? 0;
    sums[group] = BigInt.asIntN(64, (sums[group] ?? 0n) + (amounts[index] ?? 0n));
  }
  return sums;
}
