import Table from "cli-table3";

const NO_LINES = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "",
};

/** Between two columns. */
const GAP = 2;

/** A column that is narrowed keeps this much, so that ids and dates stay apart. */
const LEAST_WIDTH = 8;

/**
 * Lines of columns under their names. In a terminal of so many `columns`, long texts are folded so that
 * they fit; elsewhere each row is one line.
 */
export function renderTable(
  names: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
  columns: number | undefined,
): string {
  const texts = rows.map((row) => row.map((cell) => oneLine(cell)));
  const natural = names.map((name, index) =>
    Math.max(name.length, ...texts.map((row) => [...(row[index] ?? "")].length)),
  );
  const widths = columns === undefined ? natural : fitted(natural, columns);
  const table = new Table({
    head: names.map((name) => name.toUpperCase()),
    chars: NO_LINES,
    style: { head: [], border: [], compact: true, "padding-left": 0, "padding-right": GAP },
    colAligns: names.map((_, index) => alignmentOf(texts.map((row) => row[index] ?? ""))),
    colWidths: widths.map((width) => width + GAP),
    wordWrap: true,
    wrapOnWordBoundary: true,
  });
  table.push(...texts.map((row) => [...row]));
  const lines = table.toString().split("\n");
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

/** Amounts and counts stand under each other by their last digit. */
function alignmentOf(cells: readonly string[]): "left" | "right" {
  return cells.every((cell) => /^(?:-?\d+(?:\.\d+)?|-)$/.test(cell)) ? "right" : "left";
}

function oneLine(cell: string | number | null): string {
  return String(cell ?? "-").replaceAll(/\s+/g, " ");
}

/** Takes from the widest column, one by one, until all fit. */
function fitted(natural: readonly number[], columns: number): number[] {
  const widths = [...natural];
  const total = () => widths.reduce((sum, width) => sum + width + GAP, 0);
  for (let over = total() - columns; over > 0; over -= 1) {
    const widest = Math.max(...widths);
    if (widest <= LEAST_WIDTH) break;
    widths[widths.indexOf(widest)] = widest - 1;
  }
  return widths;
}
