import { describe, expect, test } from "vitest";
import type { LedgerEntry } from "../../../shared/core/ledger/entry.ts";
import { judgeImport } from "../../../shared/core/ledger/judge-afterwards.ts";
import { rateOn } from "../../../shared/core/ledger/rates.ts";
import { refusal } from "../../../shared/core/ledger/refusal.ts";
import { NOTHING_POSTED, standingOf } from "../../../shared/core/ledger/standing.ts";
import { convertMoney } from "../../../shared/core/money/convert.ts";
import { formatMoney, parseMoney } from "../../../shared/core/money/money.ts";
import type { OpportunityFacts } from "../../../shared/revenue/opportunity-facts.ts";
import { postOpportunity } from "../../../shared/revenue/post-opportunity.ts";
import { ledgerWorld, RATES, won } from "../../support/ledger-scene.ts";
import { memoryLedgerStore } from "../../support/memory-ledger-store.ts";

const eur = (decimal: string) => {
  const read = parseMoney(decimal, "EUR");
  if (typeof read === "string") throw new Error(read);
  return read;
};

/** What is posted, one after the other, of these versions: kind, day, both amounts, owner, and why. */
async function posted(...versions: readonly Partial<OpportunityFacts>[]) {
  const { store, chains } = memoryLedgerStore(RATES);
  const { world } = ledgerWorld(store);
  const refused: string[] = [];
  for (const [index, more] of versions.entries()) {
    const outcome = await postOpportunity(world, won({ recordVersion: index + 1, ...more }));
    refused.push(...outcome.refusals.map(({ name }) => name));
  }
  return { told: (chains.get("a1") ?? []).map(textOf), refused };
}

function textOf({ kind, effectiveDay, amount, corporate, owner }: LedgerEntry): string {
  const name = owner?.split("@")[0] ?? "nobody";
  return `${kind} ${effectiveDay} ${formatMoney(amount)} ${formatMoney(corporate)} ${name}`;
}

const BOOKED = "booked 2026-05-20 100.00 108.70 ann";

describe("a closing", () => {
  test.each<[string, readonly Partial<OpportunityFacts>[], readonly string[]]>([
    ["G1: is booked once", [{}, {}], [BOOKED]],
    ["G1: that never was is nothing", [{ won: false }, { won: false }], []],
    ["G6: without an amount waits for one", [{ amount: null }, {}], [BOOKED]],
    [
      "G1: of nothing is booked as nothing",
      [{ amount: eur("0") }],
      ["booked 2026-05-20 0.00 0.00 ann"],
    ],
    [
      "G3: with another amount is amended by the difference",
      [{}, { amount: eur("92") }],
      [BOOKED, "amended 2026-05-20 -8.00 -8.70 ann"],
    ],
    [
      "G3: whose amount is cleared comes to nothing, and back",
      [{}, { amount: null }, {}],
      [BOOKED, "amended 2026-05-20 -100.00 -108.70 ann", "amended 2026-05-20 100.00 108.70 ann"],
    ],
    [
      "G3: on another day is moved",
      [{}, { closedOn: "2026-06-01" }],
      [BOOKED, "amended 2026-05-20 -100.00 -108.70 ann", "amended 2026-06-01 100.00 108.70 ann"],
    ],
    [
      "G3: under another owner is moved",
      [{}, { owner: null }],
      [BOOKED, "amended 2026-05-20 -100.00 -108.70 ann", "amended 2026-05-20 100.00 108.70 nobody"],
    ],
    [
      "G1: that is reopened, and won again, is booked again",
      [{}, { won: false }, {}],
      [BOOKED, "reversed 2026-05-20 -100.00 -108.70 ann", BOOKED],
    ],
    [
      "G6: is reversed, whatever is wrong with its values",
      [{}, { won: false, closedOn: null, amount: null }],
      [BOOKED, "reversed 2026-05-20 -100.00 -108.70 ann"],
    ],
  ])("%s", async (_what, versions, told) => {
    expect(await posted(...versions)).toEqual({ told, refused: [] });
  });

  test.each<[string, Partial<OpportunityFacts>, string]>([
    ["in a currency without a rate", { amount: { minor: 1n, currency: "CHF" } }, "rate-missing"],
    ["without a day", { closedOn: null }, "close-date-incomplete"],
    ["on a day without a year", { closedOn: "05-20" }, "close-date-incomplete"],
    ["on a day that there is not", { closedOn: "2026-02-29" }, "close-date-incomplete"],
    [
      "with an amount that nobody can read",
      { unreadable: refusal("finer-than-minor-unit", "x") },
      "finer-than-minor-unit",
    ],
  ])("G6: %s is refused by name, and what is booked stays", async (_what, bad, name) => {
    expect(await posted(bad)).toEqual({ told: [], refused: [name] });
    expect(await posted({}, bad)).toEqual({ told: [BOOKED], refused: [name] });
    expect(await posted(bad, {})).toEqual({ told: [BOOKED], refused: [name] });
  });
});

test("G5: a version that comes late is passed over, also where the later one had nothing to post", async () => {
  const late = { recordVersion: 2, amount: eur("150") };
  expect(await posted({}, { recordVersion: 3 }, late)).toEqual({ told: [BOOKED], refused: [] });
});

describe("what became of it afterwards", () => {
  const refunded = (decimal: string, day = "2026-06-02") => ({
    afterwards: [{ kind: "refunded" as const, amount: eur(decimal), day }],
  });

  test("G7: totals of a field are posted as steps, and taken back", async () => {
    const { told } = await posted({}, refunded("30"), refunded("50"), refunded("0"));
    expect(told).toEqual([
      BOOKED,
      "refunded 2026-06-02 -30.00 -32.61 ann",
      "refunded 2026-06-02 -20.00 -21.74 ann",
      "refunded 2026-06-02 50.00 54.35 ann",
    ]);
  });

  test.each<[string, readonly Partial<OpportunityFacts>[], string]>([
    ["more than is booked", [{}, refunded("100.01")], "refund-above-booking"],
    ["of what was never won", [{ won: false, ...refunded("1") }], "nothing-booked"],
    ["of what is reversed", [{}, { won: false, ...refunded("1") }], "refund-above-booking"],
    ["without a day", [{}, refunded("1", "")], "day-incomplete"],
    [
      "in another currency",
      [
        {},
        {
          afterwards: [
            { kind: "refunded", amount: { minor: 1n, currency: "USD" }, day: "2026-06-02" },
          ],
        },
      ],
      "currency-differs",
    ],
  ])("G7: a refund %s is refused by name", async (_what, versions, name) => {
    const outcome = await posted(...versions);
    expect(outcome.refused).toEqual([name]);
    expect(outcome.told.filter((text) => text.startsWith("refunded"))).toEqual([]);
  });

  test("G7: churn takes away, and a renewal adds", async () => {
    const both = (["churned", "renewed"] as const).map((kind) => ({
      kind,
      amount: eur("10"),
      day: "2026-06-02",
    }));
    expect((await posted({}, { afterwards: both })).told.slice(1)).toEqual([
      "churned 2026-06-02 -10.00 -10.87 ann",
      "renewed 2026-06-02 10.00 10.87 ann",
    ]);
  });

  test("G8: nothing is imported of what was never booked", () => {
    const told = { opportunityId: "a1", owner: null, actor: "fay", because: "x" };
    const fact = { kind: "renewed" as const, amount: eur("1"), day: "2026-06-02", reference: "R" };
    const exchange = { corporate: "USD", rates: RATES };
    expect(judgeImport(NOTHING_POSTED, { ...told, fact }, exchange)).toEqual(
      refusal("nothing-booked", "the deal was never closed and won"),
    );
    expect(standingOf([])).toEqual(NOTHING_POSTED);
  });
});

describe("rates", () => {
  const rate = (value: string, more: object = {}) => ({
    currency: "EUR",
    rate: value,
    source: "s",
    readAt: "2026-05-01T00:00:00.000Z",
    ...more,
  });
  const dated = [
    rate("0.9"),
    rate("0.8", { readAt: "2026-04-01T00:00:00.000Z" }),
    rate("0.7", { from: "2026-05-01" }),
    rate("0.6", { from: "2026-06-01" }),
    rate("0.5", { from: "2026-06-01", readAt: "2026-06-03T00:00:00.000Z" }),
    rate("9", { currency: "GBP" }),
  ];

  test.each([
    ["before the first dated one", "2026-04-30", "0.9", "2026-05-01"],
    ["on the first day of a dated one", "2026-05-01", "0.7", "2026-05-01"],
    ["on the day before the next", "2026-05-31", "0.7", "2026-05-01"],
    ["of two of one day, the one read last", "2026-07-01", "0.5", "2026-06-01"],
  ])("G4: the rate is %s", (_what, day, value, from) => {
    const found = rateOn({ corporate: "USD", rates: dated }, { currency: "EUR", day });
    expect(found).toEqual({ rate: value, source: "s", day: from });
  });

  test("G4: the corporate currency has the rate 1, and an unknown one has none", () => {
    const exchange = { corporate: "USD", rates: dated };
    expect(rateOn(exchange, { currency: "USD", day: "2026-05-01" })?.rate).toBe("1");
    expect(rateOn(exchange, { currency: "CHF", day: "2026-05-01" })).toBeUndefined();
  });

  test.each([
    ["100.00", "EUR", "0.92", "USD", "108.70"],
    ["-100.00", "EUR", "0.92", "USD", "-108.70"],
    ["0.01", "EUR", "2", "USD", "0.01"],
    ["-0.01", "EUR", "2", "USD", "-0.01"],
    ["0.01", "EUR", "2.1", "USD", "0.00"],
    ["15000", "JPY", "150", "USD", "100.00"],
    ["1.00", "USD", "0.00666667", "JPY", "150"],
    ["1.234", "KWD", "1", "USD", "1.23"],
  ])("M5: %s %s at %s is %s %s", (amount, from, rate, currency, expected) => {
    const money = parseMoney(amount, from);
    if (typeof money === "string") throw new Error(money);
    const converted = convertMoney(money, { currency, rate });
    expect(converted && formatMoney(converted)).toBe(expected);
  });

  test.each(["0", "0.00", "-1", "1e3", "", "x", "1,5"])("M5: '%s' is no rate", (rate) => {
    expect(convertMoney(eur("1"), { currency: "USD", rate })).toBeUndefined();
  });
});
