import { z } from "zod";
import { ExactNumber, type Row, type Scalar } from "../records/exact-json.ts";

const value = z.union([z.string(), z.number(), z.boolean()]);
const field = z.string();

/** One test of a row, as an admin's rule makes it. Text is compared whatever its case, as in formulas of SOQL. */
export const condition = z.discriminatedUnion("op", [
  z.strictObject({ op: z.enum(["isBlank", "isNotBlank", "isChanged"]), field }),
  z.strictObject({ op: z.enum(["equals", "notEquals", "greaterThan", "lessThan"]), field, value }),
  z.strictObject({ op: z.enum(["contains", "startsWith"]), field, value: z.string() }),
]);

export type Condition = z.infer<typeof condition>;

/** What a condition looks at: a row on its way, and the row it was before, if it was. */
interface Situation {
  readonly row: Row;
  readonly before: Row | undefined;
}

function textOf(scalar: Scalar | undefined): string {
  if (scalar === null || scalar === undefined) return "";
  return (scalar instanceof ExactNumber ? scalar.text : String(scalar)).toLowerCase();
}

/** Below zero, zero or above: numbers as numbers, all else as text, which is how dates sort too. */
function compare(scalar: Scalar | undefined, wanted: string | number | boolean): number {
  if (scalar instanceof ExactNumber) return Number(scalar.text) - Number(wanted);
  return textOf(scalar) === String(wanted).toLowerCase()
    ? 0
    : textOf(scalar) < String(wanted).toLowerCase()
      ? -1
      : 1;
}

function holds(test: Condition, { row, before }: Situation): boolean {
  const scalar = row[test.field] ?? null;
  switch (test.op) {
    case "isBlank":
      return scalar === null;
    case "isNotBlank":
      return scalar !== null;
    case "isChanged":
      return textOf(before?.[test.field]) !== textOf(scalar);
    case "equals":
      return compare(scalar, test.value) === 0;
    case "notEquals":
      return compare(scalar, test.value) !== 0;
    case "greaterThan":
      return scalar !== null && compare(scalar, test.value) > 0;
    case "lessThan":
      return scalar !== null && compare(scalar, test.value) < 0;
    case "contains":
      return textOf(scalar).includes(test.value.toLowerCase());
    case "startsWith":
      return textOf(scalar).startsWith(test.value.toLowerCase());
  }
}

export function allHold(conditions: readonly Condition[], situation: Situation): boolean {
  return conditions.every((each) => holds(each, situation));
}
