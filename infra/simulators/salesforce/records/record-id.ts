const SUFFIX_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
const BASE_62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BLOCKS = [0, 5, 10] as const;
const BITS = [0, 1, 2, 3, 4] as const;

/**
 * The three characters that make a 15-character id safe where case is lost: for each block of
 * five, bit i is set where character i is A to Z.
 */
function suffixOf(id15: string): string {
  return BLOCKS.map((start) =>
    SUFFIX_ALPHABET.charAt(
      BITS.reduce<number>(
        (bits, i) => bits | (/[A-Z]/.test(id15.charAt(start + i)) ? 1 << i : 0),
        0,
      ),
    ),
  ).join("");
}

/** Gives back the case that the suffix remembers. Undefined where the two contradict. */
function restoreCase(id18: string): string | undefined {
  const suffix = id18.slice(15).toUpperCase();
  let id15 = "";
  for (const [block, start] of BLOCKS.entries()) {
    const bits = SUFFIX_ALPHABET.indexOf(suffix.charAt(block));
    if (bits < 0) return undefined;
    for (const i of BITS) {
      const character = id18.charAt(start + i);
      id15 += bits & (1 << i) ? character.toUpperCase() : character.toLowerCase();
    }
  }
  return suffixOf(id15) === suffix ? id15 + suffix : undefined;
}

/** The 18-character form of a 15- or 18-character id. Undefined where `text` is neither. */
export function toId18(text: string): string | undefined {
  if (!/^[A-Za-z0-9]+$/.test(text)) return undefined;
  if (text.length === 15) return text + suffixOf(text);
  return text.length === 18 ? restoreCase(text) : undefined;
}

/**
 * Id number `count` of the objects with `keyPrefix`. "Sm" stands where a real id names the
 * instance that made it, so that an id of the simulator is told from a seeded one at sight.
 */
export function makeId(keyPrefix: string, count: number): string {
  let digits = "";
  for (let rest = count; rest > 0; rest = Math.floor(rest / 62))
    digits = BASE_62.charAt(rest % 62) + digits;
  const id15 = `${keyPrefix}Sm0${digits.padStart(9, "0")}`;
  return id15 + suffixOf(id15);
}
