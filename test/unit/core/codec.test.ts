import { describe, expect, test } from "vitest";
import { choiceCodec, closedChoiceCodec } from "../../../shared/core/codec/choice-codec.ts";
import { isRefusal } from "../../../shared/core/codec/codec.ts";
import { hostCodec } from "../../../shared/core/codec/domain-codec.ts";
import { comparisonKey, type FieldType } from "../../../shared/core/codec/field-type.ts";
import { moneyCodec, parseCanonicalMoney } from "../../../shared/core/codec/money-codec.ts";
import { firstOfCodec, textCodec } from "../../../shared/core/codec/text-codec.ts";
import { dateCodec, datetimeCodec } from "../../../shared/core/codec/time-codec.ts";

const STATUS = [
  { raw: "Open", value: null },
  { raw: "Open", value: "NEW" },
  { raw: "Working", value: "IN_PROGRESS" },
  { raw: "Worked on", value: "IN_PROGRESS" },
];

describe("a list of choices", () => {
  test("R1: reads a wording as the first option that has it", () => {
    const codec = choiceCodec(STATUS);
    expect(codec.read(["Open"])).toBe(null);
    expect(codec.read([" Worked on "])).toBe("IN_PROGRESS");
    expect(codec.read([null])).toBe(null);
  });

  test("R6: writes a value as the first option that has it, and a blank as its stand-in", () => {
    const codec = choiceCodec(STATUS);
    expect(codec.write("IN_PROGRESS")).toEqual(["Working"]);
    expect(codec.write("NEW")).toEqual(["Open"]);
    expect(codec.write(null)).toEqual(["Open"]);
  });

  test("P1: passes a choice that nobody listed, so that the far side says what it thinks of it", () => {
    expect(choiceCodec(STATUS).read(["Nurture"])).toBe("Nurture");
    expect(choiceCodec(STATUS).write("Nurture")).toEqual(["Nurture"]);
    expect(choiceCodec([]).write(null)).toEqual([null]);
  });

  test("R4: refuses a value that the far side would read as another", () => {
    expect(choiceCodec(STATUS).write("Working")).toMatchObject({ refused: "choice-unknown" });
  });

  test("P1: a closed list refuses what is not in it, and writes a blank as a blank", () => {
    const codec = closedChoiceCodec([{ raw: "won", value: "Closed Won" }]);
    expect(codec.write("Closed Won")).toEqual(["won"]);
    expect(codec.write(null)).toEqual([null]);
    expect(codec.write("Nurture")).toMatchObject({ refused: "choice-unknown" });
    expect(codec.read(["won"])).toBe("Closed Won");
    expect(codec.read(["other"])).toBe("other");
  });
});

describe("text", () => {
  test("R6: a placeholder stands for a blank on its side alone", () => {
    const codec = textCodec({ placeholder: "[not provided]" });
    expect(codec.read([" [not provided] "])).toBe(null);
    expect(codec.write(null)).toEqual(["[not provided]"]);
  });

  test("R4: a side that the placeholder has strayed to reads it as a blank, and never writes it", () => {
    const codec = textCodec({ alsoBlank: "[not provided]" });
    expect(codec.read(["[not provided]"])).toBe(null);
    expect(codec.write(null)).toEqual([null]);
  });

  test("P1: text longer than the far side holds is refused, never cut; an emoji is one character", () => {
    const codec = textCodec({ maxLength: 3 });
    expect(codec.write("🚀🚀🚀")).toEqual(["🚀🚀🚀"]);
    expect(codec.write("abcd")).toEqual({
      refused: "too-long",
      reason: "is 4 characters long, the limit is 3",
    });
  });

  test("spaces around text, and text of spaces, are nothing", () => {
    expect(textCodec().read(["  Ann "])).toBe("Ann");
    expect(textCodec().read(["   "])).toBe(null);
    expect(textCodec().read([])).toBe(null);
  });

  test("the first of several properties that is not blank is read, and none is written", () => {
    const codec = firstOfCodec(textCodec());
    expect(codec.read([" ", null, "b", "c"])).toBe("b");
    expect(codec.read([null, null])).toBe(null);
    expect(codec.write("a")).toMatchObject({ refused: "read-only" });
  });
});

describe("time", () => {
  test.each([
    ["2026-01-31", "2026-01-31"],
    ["2026-01-31T23:59:59.999Z", "2026-01-31"],
    ["2026-01-31T23:59:59.000+0000", "2026-01-31"],
  ])("%s falls on the day %s", (raw, day) => {
    expect(dateCodec({ midnight: true }).read([raw])).toBe(day);
  });

  test("a day is written as itself, or as its midnight", () => {
    expect(dateCodec({ midnight: false }).write("2026-01-31")).toEqual(["2026-01-31"]);
    expect(dateCodec({ midnight: true }).write("2026-01-31")).toEqual(["2026-01-31T00:00:00.000Z"]);
    expect(dateCodec({ midnight: true }).write(null)).toEqual([null]);
  });

  test.each([
    ["2026-01-31", "2026-01-31T00:00:00.000Z"],
    ["2026-01-31T08:00:00Z", "2026-01-31T08:00:00.000Z"],
    ["2026-01-31T08:00:00.5+00:00", "2026-01-31T08:00:00.500Z"],
    ["2026-01-31T08:00:00.123456Z", "2026-01-31T08:00:00.123Z"],
  ])("%s is the instant %s", (raw, instant) => {
    expect(datetimeCodec().read([raw])).toBe(instant);
  });

  test.each(["31.01.2026", "2026-01-31T08:00:00-05:00", "1769846400000"])(
    "%s is refused",
    (raw) => {
      expect(dateCodec({ midnight: true }).read([raw])).toMatchObject({ refused: "not-a-date" });
      expect(datetimeCodec().read([raw])).toMatchObject({ refused: "not-a-time" });
    },
  );
});

describe("money", () => {
  const codec = moneyCodec({ defaultCurrency: "USD" });

  test.each([
    ["1000", null, "USD 1000.00"],
    ["1.5E3", "brl", "BRL 1500.00"],
    [" ", "BRL", null],
  ])("%s in %s is %s", (amount, currency, value) => {
    expect(codec.read([amount, currency])).toBe(value);
  });

  test("an amount and its currency are written together", () => {
    expect(codec.write("BRL 1500.00")).toEqual(["1500.00", "BRL"]);
    expect(codec.write(null)).toEqual([null, undefined]);
  });

  test.each([
    ["12.345", "EUR", "finer-than-minor-unit"],
    ["twelve", "EUR", "not-a-decimal"],
    ["12", "ZZZ", "unknown-currency"],
  ])("M3: %s in %s is refused as %s", (amount, currency, refused) => {
    expect(codec.read([amount, currency])).toMatchObject({ refused });
  });

  test("text that is no canonical amount is refused, and parses as none", () => {
    expect(codec.write("1500.00")).toMatchObject({ refused: "not-a-decimal" });
    expect(parseCanonicalMoney("BRL 1 500")).toBe(undefined);
    expect(parseCanonicalMoney("BRL 12.34")).toEqual({ minor: 1234n, currency: "BRL" });
  });
});

test.each<[FieldType, string, string, boolean]>([
  ["text", "Ann", "ann", false],
  ["email", "Ann@Acme.example", "ann@acme.example", true],
  ["phone", "+1 (555) 010-0100", "+15550100100", true],
  ["phone", "n/a", "call me", false],
  ["domain", "https://www.Acme.example/about?x#y", "acme.example", true],
  ["domain", "www.www.acme.example", "acme.example", true],
  ["domain", "https://", "http://", false],
  ["datetime", "2026-01-31T08:00:00.123Z", "2026-01-31T08:00:00Z", true],
  ["datetime", "2026-01-31T08:00:01Z", "2026-01-31T08:00:00Z", false],
  ["money", "BRL 12.34", "USD 12.34", false],
  ["choice", "NEW", "OPEN", true],
  ["choice", "NEW", "IN_PROGRESS", false],
  ["choice", "open", "NEW", false],
  ["choice", "constructor", "toString", false],
])("R1: as %s, %s and %s are the same: %s", (type, one, other, same) => {
  const classes = { NEW: "open", OPEN: "open", IN_PROGRESS: "working" };
  const keys = [comparisonKey(type, one, classes), comparisonKey(type, other, classes)];
  expect(keys[0] === keys[1]).toBe(same);
  for (const key of keys) expect(typeof key).toBe("string");
});

test("R1: a blank is the same as a blank, and as what its class says of a choice", () => {
  expect(comparisonKey("text", null)).toBe(null);
  expect(comparisonKey("choice", null)).toBe(null);
  expect(comparisonKey("choice", null, { "": "open", NEW: "open" })).toBe(
    comparisonKey("choice", "NEW", { "": "open", NEW: "open" }),
  );
});

test("a host is written without what is around it", () => {
  expect(hostCodec().write("https://www.acme.example/about")).toEqual(["acme.example"]);
  expect(hostCodec().write(null)).toEqual([null]);
  expect(hostCodec().read([" acme.example "])).toBe("acme.example");
});

test("a refusal is told from every value", () => {
  expect(isRefusal({ refused: "x", reason: "y" })).toBe(true);
  for (const value of [null, "x", [], ["refused"]]) expect(isRefusal(value)).toBe(false);
});
