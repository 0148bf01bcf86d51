import type { Money } from "./money.ts";

/**
 * Splits `total` by `weights` so that the parts add up to exactly `total`.
 *
 * Every part is first cut down toward zero. The minor units left over go out one each, largest
 * remainder first, and on a tie to the earlier part. Same input, same split, on every machine.
 *
 * @param weights - Whole numbers, none negative, at least one above zero.
 * @returns One part per weight, in the order of `weights`, in the currency of `total`.
 */
export function allocate(total: Money, weights: readonly bigint[]): Money[] {
  const sum = weights.reduce((all, weight) => all + weight, 0n);
  if (sum <= 0n || weights.some((weight) => weight < 0n))
    throw new Error("weights are whole numbers, none negative, at least one above zero");
  const sign = total.minor < 0n ? -1n : 1n;
  const size = total.minor * sign;
  const parts = weights.map((weight, index) => ({
    index,
    minor: (size * weight) / sum,
    remainder: (size * weight) % sum,
  }));
  const left = size - parts.reduce((all, part) => all + part.minor, 0n);
  const byRemainder = [...parts].sort((a, b) =>
    a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1,
  );
  const extra = new Set(byRemainder.slice(0, Number(left)).map(({ index }) => index));
  return parts.map(({ index, minor }) => ({
    minor: sign * (minor + (extra.has(index) ? 1n : 0n)),
    currency: total.currency,
  }));
}
