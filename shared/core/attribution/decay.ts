/** Older by more half-lives than this, a touch weighs less than one part, and none. */
const MOST_HALVINGS = 20;

/**
 * Weights that halve once per half-life, by whole days of age: the whole part of 2^20 · 2^(-age / halfLife).
 * Found with whole numbers alone, so that every machine gives the same cent to the same touch.
 *
 * @returns Weights by age in days; older touches weigh nothing.
 */
export function decayWeights(halfLifeDays: number): Float64Array {
  const within = Array.from({ length: halfLifeDays }, (_, days) =>
    Number(root(2n ** BigInt(2 * MOST_HALVINGS * halfLifeDays - days), halfLifeDays)),
  );
  const weights = new Float64Array(halfLifeDays * (MOST_HALVINGS + 1));
  for (let age = 0; age < weights.length; age += 1) {
    const days = age % halfLifeDays;
    const halvings = (age - days) / halfLifeDays;
    const scaled = within[days] ?? 0;
    const by = 2 ** (MOST_HALVINGS + halvings);
    weights[age] = (scaled - (scaled % by)) / by;
  }
  return weights;
}

/** The whole part of the `degree`-th root, by Newton's method from above. */
function root(of: bigint, degree: number): bigint {
  const less = BigInt(degree - 1);
  const bits = of.toString(2).length;
  let guess = 2n ** BigInt((bits - (bits % degree)) / degree + 1);
  while (true) {
    const next = (less * guess + of / guess ** less) / BigInt(degree);
    if (next >= guess) return guess;
    guess = next;
  }
}
