import { type DurableMapOptions, openDurableMap } from "./durable-map.ts";

/** From when on one unit of a currency is worth how many of the company's. */
export interface ExchangeRate {
  readonly id: string;
  readonly fromCurrencyCode: string;
  /** In `RATE_DECIMALS` decimals at most. */
  readonly conversionRate: number;
  readonly effectiveAt: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly visibleInUI: boolean;
}

export interface Currencies {
  readonly company: string;
  rates(): ExchangeRate[];
  put(rate: ExchangeRate): void;
  /** Those a deal may be in besides the company's own. */
  additional(): string[];
  /** The rate in force at a moment, or the earliest there is; undefined for an unknown currency. */
  rateAt(code: string, atMs: number): number | undefined;
  current(code: string, nowMs: number): ExchangeRate | undefined;
}

/** Decimals of a rate. Source: currencies guide, 2026-08. */
export const RATE_DECIMALS = 6;

const COMPANY = "USD";

/** Other currencies of a new account, at par until an admin sets their rates. */
const AT_PAR: readonly string[] = ["BRL", "EUR", "GBP"];
const EPOCH = "1970-01-01T00:00:00.000Z";

type Opening = Omit<DurableMapOptions<never>, "table" | "onChange">;

export function openCurrencies(opening: Opening): Currencies {
  const kept = openDurableMap<ExchangeRate>({ ...opening, table: "exchange-rates" });
  const initial = AT_PAR.map(
    (fromCurrencyCode, at): ExchangeRate => ({
      id: String(at + 1),
      fromCurrencyCode,
      conversionRate: 1,
      effectiveAt: EPOCH,
      createdAt: EPOCH,
      updatedAt: EPOCH,
      visibleInUI: true,
    }),
  );
  const all = () => {
    const changed = [...kept.values()];
    const ids = new Set(changed.map(({ id }) => id));
    return [...initial.filter(({ id }) => !ids.has(id)), ...changed];
  };
  const inForce = (code: string, atMs: number) => {
    const ofCode = all()
      .filter(({ fromCurrencyCode }) => fromCurrencyCode === code)
      .sort((a, b) => Date.parse(a.effectiveAt) - Date.parse(b.effectiveAt));
    return ofCode.findLast(({ effectiveAt }) => Date.parse(effectiveAt) <= atMs) ?? ofCode[0];
  };
  return {
    company: COMPANY,
    rates: all,
    put: (rate) => kept.set(rate.id, rate),
    additional: () => [...new Set(all().map(({ fromCurrencyCode }) => fromCurrencyCode))].sort(),
    current: inForce,
    rateAt: (code, atMs) => (code === COMPANY ? 1 : inForce(code, atMs)?.conversionRate),
  };
}

/** `amount` times `rate` exactly, in `RATE_DECIMALS` decimals at most, without trailing zeros. */
export function converted(amount: string, rate: number): string {
  const [whole, decimals] = scaled(amount);
  const [rateWhole, rateDecimals] = scaled(rate.toFixed(RATE_DECIMALS));
  const places = decimals + rateDecimals;
  const product = whole * rateWhole;
  const surplus = 10n ** BigInt(Math.max(0, places - RATE_DECIMALS));
  const half = product < 0n ? -surplus / 2n : surplus / 2n;
  return asText((product + half) / surplus, Math.min(places, RATE_DECIMALS));
}

/** Digits and decimals of a number in text; one in exponential form goes by way of a float. */
function scaled(text: string): [bigint, number] {
  const plain = /^-?\d*\.?\d*$/.test(text) ? text : Number(text).toFixed(RATE_DECIMALS);
  const [integer = "", fraction = ""] = plain.split(".");
  return [BigInt(`${integer}${fraction}`), fraction.length];
}

function asText(digits: bigint, places: number): string {
  const sign = digits < 0n ? "-" : "";
  const padded = String(digits < 0n ? -digits : digits).padStart(places + 1, "0");
  const integer = padded.slice(0, padded.length - places);
  const fraction = padded.slice(padded.length - places).replace(/0+$/, "");
  return `${sign}${integer}${fraction === "" ? "" : `.${fraction}`}`;
}
