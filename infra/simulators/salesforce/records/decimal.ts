import { ExactNumber } from "./exact-json.ts";

interface Decimal {
  readonly digits: bigint;
  /** How many of the digits stand after the point. */
  readonly scale: number;
}

/** A JSON number, and the plain form that a text field or a CSV column may hold. */
const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;

function parseDecimal(text: string): Decimal | undefined {
  const match = NUMBER.exec(text.trim());
  if (!match) return undefined;
  const [, sign = "", whole = "", fraction = "", exponentText = "0"] = match;
  if (whole + fraction === "") return undefined;
  const exponent = Number(exponentText);
  const digits = BigInt(`${whole}${fraction}`) * (sign === "-" ? -1n : 1n);
  const scale = fraction.length - exponent;
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 };
}

function raise({ digits, scale }: Decimal, to: number): bigint {
  return digits * 10n ** BigInt(to - scale);
}

function write({ digits, scale }: Decimal): ExactNumber {
  const sign = digits < 0n ? "-" : "";
  const bare = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, "0");
  const point = bare.length - scale;
  const text = scale === 0 ? bare : `${bare.slice(0, point)}.${bare.slice(point)}`;
  return new ExactNumber(sign + text);
}

/** Turns text into a number that JSON can carry, or undefined where it is not one. */
export function exactNumber(text: string): ExactNumber | undefined {
  const decimal = parseDecimal(text);
  return decimal && write(decimal);
}

/** How many digits stand before the point, leading zeros left out. */
export function wholeDigits(value: ExactNumber): number {
  const decimal = parseDecimal(value.text);
  if (!decimal) return 0;
  const whole = decimal.digits / 10n ** BigInt(decimal.scale);
  return whole === 0n ? 0 : String(whole < 0n ? -whole : whole).length;
}

/** Below zero where `a` is less, zero where they are equal, above zero otherwise. Exact. */
export function compareNumbers(a: ExactNumber, b: ExactNumber): number {
  const rough = Number(a.text) - Number(b.text);
  if (rough !== 0) return rough;
  const left = parseDecimal(a.text);
  const right = parseDecimal(b.text);
  if (!left || !right) return 0;
  const scale = Math.max(left.scale, right.scale);
  const difference = raise(left, scale) - raise(right, scale);
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

/** The exact sum, with as many decimals as the finest of `values`. */
export function sumNumbers(values: readonly ExactNumber[]): ExactNumber {
  const decimals = values
    .map(({ text }) => parseDecimal(text))
    .filter((each) => each !== undefined);
  const scale = Math.max(0, ...decimals.map((each) => each.scale));
  return write({ digits: decimals.reduce((sum, each) => sum + raise(each, scale), 0n), scale });
}

/** `value` × `percent` / 100, exact: it has two decimals more than the finer of the two. */
export function percentOf(value: ExactNumber, percent: ExactNumber): ExactNumber {
  const left = parseDecimal(value.text);
  const right = parseDecimal(percent.text);
  if (!left || !right) return new ExactNumber("0");
  const product = { digits: left.digits * right.digits, scale: left.scale + right.scale + 2 };
  let { digits, scale } = product;
  while (scale > 0 && digits % 10n === 0n) {
    digits /= 10n;
    scale -= 1;
  }
  return write({ digits, scale });
}

/** `value` × `over` / `under`, rounded half away from zero to `scale` decimals. `under` is not 0. */
export function timesRatio(
  value: ExactNumber,
  { over, under }: { readonly over: ExactNumber; readonly under: ExactNumber },
  scale: number,
): ExactNumber {
  const [a, b, c] = [value, over, under].map(({ text }) => parseDecimal(text));
  if (!a || !b || !c) return value;
  const top = 2n * a.digits * b.digits * 10n ** BigInt(scale + c.scale);
  const bottom = c.digits * 10n ** BigInt(a.scale + b.scale);
  const half = top < 0n === bottom < 0n ? 1n : -1n;
  const doubled = top / bottom;
  return write({ digits: (doubled + half) / 2n, scale });
}
