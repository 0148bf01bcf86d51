import fc from "fast-check";
import { expect, test } from "vitest";
import { creditFirstTouch, type Touch } from "../../shared/core/attribution/credit-first-touch.ts";
import { formatMoney, parseMoney } from "../../shared/core/money/money.ts";
import type { WonOpportunity } from "../../shared/revenue/ports.ts";
import { revenueBy } from "../../shared/revenue/revenue-report.ts";
import { memoryRevenueStore } from "../support/memory-revenue-store.ts";

const CURRENCIES = ["BRL", "JPY", "KWD", "USD"] as const;
const personId = fc.constantFrom("ann", "bob", "cid", "dee");
const day = fc.constantFrom("2026-01-01", "2026-01-02", "2026-01-03");
const money = fc.record({
  minor: fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }),
  currency: fc.constantFrom(...CURRENCIES),
});
const touch: fc.Arbitrary<Touch> = fc.record({
  personId,
  at: fc.tuple(day, fc.constantFrom("00:00:00.000", "23:59:59.999")).map(([d, t]) => `${d}T${t}Z`),
  source: fc.option(fc.constantFrom("PAID_SEARCH", "REFERRALS", "OFFLINE")),
  detail1: fc.option(fc.constantFrom("a", "b")),
  detail2: fc.option(fc.constantFrom("a", "b")),
});
const won: fc.Arbitrary<WonOpportunity> = fc.record({
  id: fc.uuid(),
  amount: fc.option(money.map((amount) => `${amount.currency} ${formatMoney(amount)}`)),
  closedOn: day,
  personIds: fc.uniqueArray(personId),
});

test("A1, P5: the credits of an opportunity add up to its amount, for every set of touches", () => {
  fc.assert(
    fc.property(money, day, fc.array(touch), (amount, closedOn, touches) => {
      const credits = creditFirstTouch({ id: "o", amount, closedOn }, touches);
      expect(credits.reduce((sum, credit) => sum + credit.amount.minor, 0n)).toBe(amount.minor);
      expect(new Set(credits.map((credit) => credit.amount.currency))).toEqual(
        new Set([amount.currency]),
      );
    }),
  );
});

test("A4: the order in which touches are read decides nothing", () => {
  fc.assert(
    fc.property(money, day, fc.array(touch), (amount, closedOn, touches) => {
      const opportunity = { id: "o", amount, closedOn };
      expect(creditFirstTouch(opportunity, [...touches].reverse())).toEqual(
        creditFirstTouch(opportunity, touches),
      );
    }),
  );
});

test("A2-A4: nothing that could have earned the credit came before the touch that did", () => {
  fc.assert(
    fc.property(money, day, fc.array(touch), (amount, closedOn, touches) => {
      const [credit] = creditFirstTouch({ id: "o", amount, closedOn }, touches);
      const eligible = touches.filter(
        ({ source, at }) => source !== null && at <= `${closedOn}T23:59:59.999Z`,
      );
      expect(credit?.source ?? null).toBe(credit?.touch?.source ?? null);
      const winner = credit?.touch;
      if (!winner) expect(eligible).toEqual([]);
      else expect(eligible).toContain(winner);
      for (const { at } of eligible) expect(winner && winner.at <= at).toBe(true);
    }),
  );
});

function sumOf(amounts: readonly { currency: string; revenue: string }[], currency: string) {
  return amounts
    .filter((amount) => amount.currency === currency)
    .map(({ revenue }) => parseMoney(revenue, currency))
    .reduce((sum, parsed) => (typeof parsed === "string" ? sum : sum + parsed.minor), 0n);
}

test("P5, A5: credits and unattributed are closed-won exactly, whatever the pages", async () => {
  const wons = fc.uniqueArray(won, { selector: ({ id }) => id });
  await fc.assert(
    fc.asyncProperty(wons, fc.array(touch), fc.nat(5), async (opportunities, touches, cut) => {
      const pages = [opportunities.slice(0, cut), opportunities.slice(cut)];
      const report = await revenueBy(
        { model: "first-touch", by: "source" },
        memoryRevenueStore(pages, touches),
      );
      if ("refused" in report) throw new Error(report.reason);
      for (const currency of CURRENCIES) {
        const closedWon = opportunities
          .flatMap(({ amount }) => (amount?.startsWith(currency) ? [amount.slice(4)] : []))
          .map((revenue) => ({ currency, revenue }));
        expect(sumOf(report.totals, currency)).toBe(sumOf(closedWon, currency));
        expect(sumOf(report.lines, currency)).toBe(sumOf(closedWon, currency));
        const unattributed = report.lines.filter(
          (line) => line.currency === currency && line.source === null,
        );
        expect(unattributed).toHaveLength(closedWon.length > 0 ? 1 : 0);
      }
      const counted = report.totals.reduce((sum, total) => sum + total.opportunities, 0);
      expect(counted + report.withoutAmount).toBe(opportunities.length);
    }),
  );
});
