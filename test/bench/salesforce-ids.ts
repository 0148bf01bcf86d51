const BASE = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

/** An id of 18 characters; the last three say which of the others are capitals. */
export function salesforceId(prefix: string, index: number): string {
  let digits = "";
  for (let rest = index; digits.length < 8; rest = Math.floor(rest / 62))
    digits = `${BASE[rest % 62]}${digits}`;
  const short = `${prefix}Dn00${digits}`;
  const suffix = [0, 5, 10].map((start) => {
    const block = [...short.slice(start, start + 5)];
    return SUFFIX[block.reduce((sum, one, bit) => sum + (/[A-Z]/.test(one) ? 2 ** bit : 0), 0)];
  });
  return `${short}${suffix.join("")}`;
}
