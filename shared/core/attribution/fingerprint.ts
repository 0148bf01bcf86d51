/** FNV-1a of 32 bits. Source: RFC 9923, section 5; the prime is 2^24 + 403. */
const OFFSET = 0x811c9dc5;
const WORD = 2 ** 32;

/**
 * Eight hexadecimal digits that stand for a value; the order of an object's keys decides nothing.
 * It tells versions apart; it is no proof against forgery.
 */
export function fingerprint(value: unknown): string {
  return hashOf(canonical(value)).toString(16).padStart(8, "0");
}

/** A number below `count` that stands for a text, as good as drawn, and the same on every machine. */
export function groupOf(text: string, count: number): number {
  return Number(stirred(BigInt(hashOf(text))) % BigInt(count));
}

/** Texts that are alike hash alike. Source of the stirring: MurmurHash3's fmix32. */
function stirred(hash: bigint): bigint {
  const once = BigInt.asUintN(32, (hash ^ (hash >> 16n)) * 0x85ebca6bn);
  const twice = BigInt.asUintN(32, (once ^ (once >> 13n)) * 0xc2b2ae35n);
  return twice ^ (twice >> 16n);
}

/** Multiplied in two halves, so that no product leaves the whole numbers that are exact. */
function hashOf(text: string): number {
  let hash = OFFSET;
  for (let index = 0; index < text.length; index += 1) {
    const mixed = (hash ^ text.charCodeAt(index)) >>> 0;
    hash = ((mixed & 0xff) * 2 ** 24 + mixed * 403) % WORD;
  }
  return hash;
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return `{${entries
    .map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`)
    .sort()
    .join()}}`;
}
