declare global {
  /**
   * "JSON.parse source text access", in V8 since Node 22 and not yet in TypeScript's own library.
   * Source: https://tc39.es/proposal-json-parse-with-source/
   */
  interface JSON {
    rawJSON(text: string): object;
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown;
  }
}

const DECIMAL = /^([+-]?)0*(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;

/**
 * Parses an answer of Salesforce with every number as the digits it was sent with. An amount of 18
 * digits does not fit a double, and a number that was one for a moment has lost its cents.
 */
export function parseDigits(text: string): unknown {
  return JSON.parse(text, (_key, value, context) =>
    typeof value === "number" ? (context.source ?? String(value)) : value,
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
