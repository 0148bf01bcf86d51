/** Everything random in a simulator: delays, tokens, event ids, correlation ids. */
export interface Random {
  /** From 0 up to, and never, 1. */
  number(): number;
  /** A whole number from `min` up to, and never, `max`, which is at most 2^53. */
  int(min: number, max: number): number;
  /** A UUID of version 4. */
  uuid(): string;
  bytes(count: number): Buffer;
}

/** Everything random, drawn from `number` alone: the same numbers give the same everything. */
export function randomOf(number: () => number): Random {
  const int = (min: number, max: number) => min + Math.floor(number() * (max - min));
  const bytes = (count: number) => Buffer.from(Array.from({ length: count }, () => int(0, 256)));
  return {
    number,
    int,
    bytes,
    uuid() {
      const hex = bytes(16).toString("hex");
      const variant = "89ab".charAt(int(0, 4));
      return [
        hex.slice(0, 8),
        hex.slice(8, 12),
        `4${hex.slice(13, 16)}`,
        `${variant}${hex.slice(17, 20)}`,
        hex.slice(20),
      ].join("-");
    },
  };
}
