import { expect, test } from "vitest";
import { csvLine } from "../../infra/cli/csv.ts";

test("a cell with a separator or a quote is one cell to whoever reads the line", () => {
  expect(csvLine(["a", 'b,"c"', "d\ne"])).toBe('a,"b,""c""","d\ne"\r\n');
});

test.each([
  '=HYPERLINK("http://x.example","Q3")',
  "+cmd|' /C calc'!A0",
  "@SUM(A1)",
  "-2+3",
  "\t=1",
])("what would be a formula in a spreadsheet is text there: %s", (cell) => {
  expect(csvLine([cell]).replace(/^"/, "")).toMatch(/^'/);
});

test.each(["-12.34", "+7", "0", "12.34"])("a number stays a number: %s", (cell) => {
  expect(csvLine([cell])).toBe(`${cell}\r\n`);
});
