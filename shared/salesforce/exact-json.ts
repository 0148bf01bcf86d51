declare global {
  /**
   * "JSON.parse source text access", in V8 since Node 22 and not yet in TypeScript's own library.
   * Source: https://tc39.es/proposal-json-parse-with-source/
   */
  interface JSON {
    rawJSON(text: string): object;
  }
}

const DECIMAL = /^([+-]?)0*(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;

/** A string, which is passed over whole, or a number, which stands outside of any. */
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

/**
 * Parses an answer of Salesforce with every number as the digits it was sent with. An amount of 18
 * digits does not fit a double, and a number that was one for a moment has lost its cents. Quoted
 * before the parse, since asking a reviver for the source of every value takes three times as long.
 */
export function parseDigits(text: string): unknown {
  return JSON.parse(
    text.replace(STRING_OR_NUMBER, (token) => (token.startsWith('"') ? token : `"${token}"`)),
  );
}

/** The JSON number with these very digits; undefined where the text is not a decimal. */
export function jsonNumber(text: string): object | undefined {
  const match = DECIMAL.exec(text.trim());
  if (match === null) return undefined;
  const [, sign = "", whole = "", fraction = "", exponent] = match;
  if (!/\d/.test(text.replace(/[eE].*$/, ""))) return undefined;
  const minus = sign === "-" ? "-" : "";
  const decimals = fraction === "" ? "" : `.${fraction}`;
  const power = exponent === undefined ? "" : `e${exponent}`;
  return JSON.rawJSON(`${minus}${whole === "" ? "0" : whole}${decimals}${power}`);
}
