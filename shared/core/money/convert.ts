import { type Money, minorDigits } from "./money.ts";

const POSITIVE_DECIMAL = /^(\d+)(?:\.(\d+))?$/;

/**
 * The amount in another currency, to its minor unit, rounded half away from zero (M5).
 *
 * @param rate - Units of the amount's currency to one of `currency`, a decimal above zero such as `0.92`.
 * @returns Undefined where the rate is no such decimal, or a currency is not in ISO 4217.
 */
export function convertMoney(
  { minor, currency: from }: Money,
  { currency, rate }: { readonly currency: string; readonly rate: string },
): Money | undefined {
  const match = POSITIVE_DECIMAL.exec(rate);
  const [fromDigits, toDigits] = [minorDigits(from), minorDigits(currency)];
  if (!match || fromDigits === undefined || toDigits === undefined) return undefined;
  const [, whole = "", fraction = ""] = match;
  const units = BigInt(`${whole}${fraction}`);
  if (units === 0n) return undefined;
  const over = absolute(minor) * 10n ** BigInt(fraction.length + toDigits);
  const under = units * 10n ** BigInt(fromDigits);
  const rounded = (2n * over + under) / (2n * under);
  return { minor: minor < 0n ? -rounded : rounded, currency };
}

function absolute(minor: bigint): bigint {
  return minor < 0n ? -minor : minor;
}
