import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Credit, CreditRow } from "../../shared/core/attribution/credit-row.ts";
import { formatMoney, minorDigits } from "../../shared/core/money/money.ts";
import { afterChange, changesBetween } from "../../shared/core/write-back/changes.ts";
import { onlySum, opportunityFigures, sharesOf } from "../../shared/core/write-back/figures.ts";
import { valuesAt } from "../../shared/core/write-back/values.ts";
import { parseTarget, targetText } from "../../shared/core/write-back/write-back.ts";
import { creditOf, rowOf } from "../support/write-back-scene.ts";

const credit = fc
  .record({
    personId: fc.constantFrom("p1", "p2", "p3"),
    source: fc.constantFrom("ADS", "FAIR", "MAIL"),
    campaignId: fc.constantFrom("701a", "701b", null),
    system: fc.constantFrom("hubspot" as const, "salesforce" as const),
    corporate: fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }),
  })
  .map((one): Credit => creditOf({ ...one, minor: one.corporate * 2n }));

const row = fc
  .tuple(fc.array(credit, { maxLength: 5 }), fc.bigInt({ min: -999n, max: 999n }))
  .map(([credits, left]): CreditRow => rowOf(credits, { left }));

const rows = fc.array(row, { maxLength: 6 });

const minorOf = (sum: ReturnType<typeof onlySum>) => (typeof sum === "object" ? sum.minor : 0n);
const sum = (all: readonly bigint[]) => all.reduce((one, other) => one + other, 0n);

test("W1: an opportunity's figure and what nobody earned are what was posted of it", () => {
  void fc.assert(
    fc.property(rows, (all) => {
      const { corporate, amount } = opportunityFigures(all);
      const left = sum(all.map(({ unattributed }) => unattributed.corporate));
      expect(minorOf(corporate) + left).toBe(sum(all.map((one) => one.corporate.minor)));
      const leftOwn = sum(all.map(({ unattributed }) => unattributed.minor));
      expect(minorOf(amount ?? "nothing") + leftOwn).toBe(sum(all.map((one) => one.amount.minor)));
    }),
  );
});

test("W2: what persons are told of an opportunity adds up to what it is told, and campaigns to no more", () => {
  void fc.assert(
    fc.property(rows, (all) => {
      const shares = sharesOf(all);
      const given = (kind: string) =>
        shares.flatMap(({ target, sums }) => (target.kind === kind ? sums : []));
      const whole = minorOf(opportunityFigures(all).corporate);
      expect(sum(given("person").map(({ minor }) => minor))).toBe(whole);
      const credits = all.flatMap((one) => one.credits);
      const ofCampaigns = credits.filter(
        ({ system, campaignId }) => system === "salesforce" && campaignId !== null,
      );
      expect(sum(given("campaign").map(({ minor }) => minor))).toBe(
        sum(ofCampaigns.map(({ corporate }) => corporate)),
      );
    }),
  );
});

const values = fc.dictionary(
  fc.constantFrom("a", "b", "c"),
  fc.option(fc.constantFrom("1", "2"), { nil: null }),
  { noNullPrototype: true },
);
const record = fc.record({ id: fc.constantFrom("1", "2"), values }).map((one) => ({
  ...{ system: "hubspot" as const, object: "deals" },
  ...one,
  values: afterChange({}, one.values),
}));
const records = fc.uniqueArray(record, { selector: ({ id }) => id });

test("W6: what was written and is written again asks for nothing; else it comes to what is wanted", () => {
  void fc.assert(
    fc.property(records, records, (written, wanted) => {
      expect(changesBetween(wanted, wanted)).toEqual([]);
      const changes = changesBetween(written, wanted);
      for (const id of ["1", "2"]) {
        const before = written.find((one) => one.id === id)?.values ?? {};
        const change = changes.find((one) => one.id === id);
        const after = change ? afterChange(change.before, change.values) : before;
        expect(after).toEqual(wanted.find((one) => one.id === id)?.values ?? {});
      }
    }),
  );
});

test("W7: to ask for nothing is to blank exactly what was written", () => {
  void fc.assert(
    fc.property(records, (written) => {
      const blanks = changesBetween(written, []).map(({ id, values: blanked }) => [id, blanked]);
      const all = written.flatMap(({ id, values: { ...known } }) => {
        const names = Object.keys(known);
        return names.length === 0 ? [] : [[id, Object.fromEntries(names.map((n) => [n, null]))]];
      });
      expect(blanks).toEqual(all);
    }),
  );
});

test("W4: sums in two currencies are none; what came to nothing beside one does not count", () => {
  const [eur, usd] = [
    { minor: 5n, currency: "EUR" },
    { minor: 7n, currency: "USD" },
  ];
  expect(onlySum([eur, usd])).toBe("several-currencies");
  expect(onlySum([eur, usd, { ...eur, minor: -5n }])).toEqual(usd);
  expect(onlySum([eur, { ...eur, minor: -5n }])).toEqual({ minor: 0n, currency: "EUR" });
  expect(onlySum([])).toBe("nothing");
});

const place = {
  ...{ kind: "opportunity" as const, system: "hubspot" as const, object: "deals" },
  properties: { amount: "own", corporate: "all", source: "from", version: "by" },
};

test.each([
  ["999999999999999", "USD", { all: "9999999999999.99" }, []],
  ["1000000000000000", "USD", {}, ["TOO_MANY_DIGITS"]],
  ["12345", "KWD", { all: "12.345" }, []],
  ["12345", "CLF", {}, ["TOO_MANY_DECIMALS"]],
  ["-1", "JPY", { all: "-1" }, []],
])(
  "W4: %s minor units of %s are written as they are, or not at all",
  (minor, currency, told, codes) => {
    expect(minorDigits(currency)).toBeDefined();
    const figures = { corporate: { minor: BigInt(minor), currency }, source: "ADS" };
    const { values: all, problems } = valuesAt(place, figures, "first@1");
    expect(all).toEqual({ own: null, from: "ADS", by: "first@1", ...told });
    expect(problems.map(({ code }) => code)).toEqual(codes);
  },
);

test("W3: every place is told one text, the report's own", () => {
  void fc.assert(
    fc.property(rows, (all) => {
      const figures = opportunityFigures(all);
      const other = { ...place, system: "salesforce" as const, object: "Opportunity" };
      const told = [place, other].map((one) => valuesAt(one, figures, "first@1").values);
      expect(told[0]).toEqual(told[1]);
      if (typeof figures.corporate === "object")
        expect(told[0]?.["all"]).toBe(formatMoney(figures.corporate));
    }),
  );
});

test("W5: the source that earned most is told, of equals the first by name, of none none", () => {
  const of = (source: string, corporate: bigint) => creditOf({ source, corporate });
  const told = (...credits: readonly Credit[]) => opportunityFigures([rowOf(credits)]).source;
  expect(told(of("MAIL", 5n), of("ADS", 2n), of("ADS", 2n))).toBe("MAIL");
  expect(told(of("MAIL", 4n), of("ADS", 2n), of("ADS", 2n))).toBe("ADS");
  expect(told(of("MAIL", 5n), of("MAIL", -5n))).toBe(null);
});

test("a target's text names it", () => {
  void fc.assert(
    fc.property(fc.constantFrom("opportunity", "person", "campaign"), fc.string(), (kind, id) => {
      expect(parseTarget(targetText({ kind, id } as never))).toEqual({ kind, id });
    }),
  );
  expect(parseTarget("deal#1")).toBe(undefined);
});
