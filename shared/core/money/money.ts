import { code as currencyByCode } from "currency-codes";

/** An exact amount. `minor` counts the smallest unit of `currency`: 12.34 EUR is 1234n. */
export interface Money {
  readonly minor: bigint;
  /** ISO 4217, upper case. */
  readonly currency: string;
}

export type MoneyRefusal = "not-a-decimal" | "unknown-currency" | "finer-than-minor-unit";

/** Digits after the decimal point, by ISO 4217; undefined for a code that is not in the list. */
export function minorDigits(currency: string): number | undefined {
  return currencyByCode(currency)?.digits;
}

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,2}))?$/;

/**
 * Reads a decimal as text (`61936629.31`, `130000.0`, `1.5E7`) into minor units.
 *
 * Finer than the minor unit is a refusal, not a rounding; zeros that say nothing are allowed.
 */
export function parseMoney(decimal: string, currency: string): Money | MoneyRefusal {
  const listed = currencyByCode(currency);
  if (listed === undefined) return "unknown-currency";
  const match = DECIMAL.exec(decimal.trim());
  if (!match) return "not-a-decimal";
  const [, sign, whole = "", fraction = "", exponent = "0"] = match;
  const unscaled = `${whole}${fraction}`;
  const shift = listed.digits - fraction.length + Number(exponent);
  const minor = shiftDecimal(unscaled, shift);
  if (minor === undefined) return "finer-than-minor-unit";
  return { minor: sign === "-" ? -minor : minor, currency: listed.code };
}

/** `digits` times ten to the power of `places`; undefined where that would drop a digit. */
function shiftDecimal(digits: string, places: number): bigint | undefined {
  if (places >= 0) return BigInt(`${digits}${"0".repeat(places)}`);
  const kept = digits.slice(0, places) || "0";
  const dropped = digits.slice(places);
  return /^0*$/.test(dropped) ? BigInt(kept) : undefined;
}

/** The amount as a decimal with exactly the currency's digits: `61936629.31`, `1200` for JPY. */
export function formatMoney({ minor, currency }: Money): string {
  const digits = minorDigits(currency) ?? 0;
  const sign = minor < 0n ? "-" : "";
  const text = String(minor < 0n ? -minor : minor).padStart(digits + 1, "0");
  if (digits === 0) return `${sign}${text}`;
  return `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** Adds amounts of one currency. Two currencies never meet: that is a bug, and throws. */
export function addMoney(one: Money, other: Money): Money {
  if (one.currency !== other.currency)
    throw new Error(`cannot add ${other.currency} to ${one.currency}`);
  return { minor: one.minor + other.minor, currency: one.currency };
}
