/** Chance of one purpose: the same draws whenever it starts from the same seed. */
export interface Chance {
  /** From 0 up to, and never, 1. */
  next(): number;
  /** A whole number from `min` to `max`, both among them. */
  whole(min: number, max: number): number;
  /** True in `share` (0 to 1) of all cases. */
  is(share: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
}

/**
 * Chance of its own for each purpose, so that what is left out of one story moves nothing in
 * another part of it: a story can then be shortened and still fail as it did.
 */
export function chanceOf(seed: number, purpose: string): Chance {
  let state = seed >>> 0;
  for (const character of purpose) state = Math.imul(state ^ character.charCodeAt(0), 0x01000193);
  // Mulberry32.
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  return {
    next,
    whole,
    is: (share) => next() < share,
    pick(items) {
      const picked = items[whole(0, items.length - 1)];
      if (picked === undefined) throw new Error("there is nothing to pick from");
      return picked;
    },
  };
}

/** One of several, by weight. */
export function weighted<Item>(chance: Chance, items: readonly (readonly [number, Item])[]): Item {
  const total = items.reduce((sum, [weight]) => sum + weight, 0);
  let left = chance.next() * total;
  for (const [weight, item] of items) {
    left -= weight;
    if (left < 0) return item;
  }
  throw new Error("no weight is above zero");
}
