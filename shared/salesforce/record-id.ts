const ID = /^[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?$/;
const SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

/**
 * The id in its 18 characters; undefined for what cannot be one. Salesforce refuses a whole query for
 * one malformed id, so such an id must not get that far.
 *
 * Of 15 characters, each block of five makes one more: bit i says whether its character i is A–Z.
 */
export function fullId(id: string): string | undefined {
  if (!ID.test(id)) return undefined;
  if (id.length === 18) return id;
  const suffix = [0, 5, 10].map((start) => {
    const capitals = [...id.slice(start, start + 5)].map((char) => /[A-Z]/.test(char));
    return SUFFIX[capitals.reduce((bits, capital, at) => bits + (capital ? 2 ** at : 0), 0)] ?? "";
  });
  return `${id}${suffix.join("")}`;
}
