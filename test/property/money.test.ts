import { codes } from "currency-codes";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseCanonicalMoney } from "../../shared/core/codec/money-codec.ts";
import { allocate } from "../../shared/core/money/allocate.ts";
import { formatMoney, minorDigits, parseMoney } from "../../shared/core/money/money.ts";

const minor = fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n });
const money = fc.record({ minor, currency: fc.constantFrom(...codes()) });
const weights = fc
  .array(fc.bigInt({ min: 0n, max: 10n ** 9n }), { minLength: 1, maxLength: 12 })
  .filter((list) => list.some((weight) => weight > 0n));

test("M4: an amount that is written and read back is the same, in every currency", () => {
  fc.assert(
    fc.property(money, (amount) => {
      const text = formatMoney(amount);
      expect(parseMoney(text, amount.currency)).toEqual(amount);
      expect(parseCanonicalMoney(`${amount.currency} ${text}`)).toEqual(amount);
      expect(text.split(".")[1]?.length ?? 0).toBe(minorDigits(amount.currency));
    }),
  );
});

test("M3: whatever text is given, it is read exactly or refused", () => {
  const decimal = fc.stringMatching(/^[+-]?\d{1,12}(\.\d{0,5})?([eE][+-]?\d{1,2})?$/);
  fc.assert(
    fc.property(fc.oneof(decimal, fc.string()), (text) => {
      const read = parseMoney(text, "EUR");
      if (typeof read === "string") return;
      const back = parseMoney(formatMoney(read), "EUR");
      expect(back).toEqual(read);
      const exact = Number(text) * 100;
      if (Math.abs(exact) < 2 ** 53) expect(Math.abs(Number(read.minor) - exact)).toBeLessThan(1);
    }),
  );
});

test("M1: the parts add up to the total, to the last minor unit, each within one of its share", () => {
  fc.assert(
    fc.property(minor, weights, (total, shares) => {
      const parts = allocate({ minor: total, currency: "EUR" }, shares);
      const sum = shares.reduce((all, weight) => all + weight, 0n);
      expect(parts).toHaveLength(shares.length);
      expect(parts.reduce((all, part) => all + part.minor, 0n)).toBe(total);
      for (const [index, part] of parts.entries()) {
        const error = part.minor * sum - total * (shares[index] ?? 0n);
        expect(error < sum && error > -sum).toBe(true);
        expect(part.minor * total >= 0n).toBe(true);
      }
    }),
  );
});

test("M2: of two parts, the one with the larger remainder never gets less of what is left", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 12n }), weights, (total, shares) => {
      const parts = allocate({ minor: total, currency: "EUR" }, shares);
      const sum = shares.reduce((all, weight) => all + weight, 0n);
      const given = parts.map(({ minor: part }, index) => {
        const exact = total * (shares[index] ?? 0n);
        return { remainder: exact % sum, extra: part - exact / sum };
      });
      for (const [i, one] of given.entries())
        for (const other of given.slice(i + 1)) {
          if (one.remainder >= other.remainder) expect(one.extra >= other.extra).toBe(true);
          else expect(one.extra <= other.extra).toBe(true);
        }
    }),
  );
});
