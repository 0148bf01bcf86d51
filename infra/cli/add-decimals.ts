/** Adds two decimals with the same number of digits behind the point, exactly: amounts of one currency. */
export function addDecimals(one: string, other: string): string {
  const digits = digitsOf(one);
  if (digits !== digitsOf(other)) throw new Error(`${one} and ${other} are not of one currency`);
  const sum = minorOf(one) + minorOf(other);
  const text = String(sum < 0n ? -sum : sum).padStart(digits + 1, "0");
  const sign = sum < 0n ? "-" : "";
  return digits === 0
    ? `${sign}${text}`
    : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

function digitsOf(decimal: string): number {
  const point = decimal.indexOf(".");
  return point < 0 ? 0 : decimal.length - point - 1;
}

function minorOf(decimal: string): bigint {
  return BigInt(decimal.replace(".", ""));
}
