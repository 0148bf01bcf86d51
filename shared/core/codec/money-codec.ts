import { formatMoney, parseMoney } from "../money/money.ts";
import { type Codec, refuse, textOrNull } from "./codec.ts";

const REASONS = {
  "not-a-decimal": "is not a decimal number",
  "unknown-currency": "has a currency that ISO 4217 does not list",
  "finer-than-minor-unit": "has more decimals than its currency",
} as const;

/**
 * An amount with its currency, `BRL 61936629.31`: one fact in two properties, amount first.
 *
 * @param defaultCurrency - Used where the system holds no currency of its own for the record.
 */
export function moneyCodec({ defaultCurrency }: { readonly defaultCurrency: string }): Codec {
  return {
    spec: ["money", defaultCurrency],
    read([amount, currency]) {
      const decimal = textOrNull(amount);
      if (decimal === null) return null;
      const code = (textOrNull(currency) ?? defaultCurrency).toUpperCase();
      const money = parseMoney(decimal, code);
      if (typeof money === "string") return refuse(money, REASONS[money]);
      return `${code} ${formatMoney(money)}`;
    },
    write(value) {
      // An org with several currencies holds no blank one: clearing the amount leaves it.
      if (value === null) return [null, undefined];
      const money = parseCanonicalMoney(value);
      if (money === undefined) return refuse("not-a-decimal", REASONS["not-a-decimal"]);
      return [formatMoney(money), money.currency];
    },
  };
}

/** Reads the canonical text `BRL 61936629.31` back; undefined where it is not of that form. */
export function parseCanonicalMoney(value: string) {
  const [currency = "", decimal = "", ...rest] = value.split(" ");
  if (rest.length > 0) return undefined;
  const money = parseMoney(decimal, currency);
  return typeof money === "string" ? undefined : money;
}
