const NUMBER = /^[+-]?\d+(?:\.\d+)?$/;

/** RFC 4180: a cell with a separator, a quote or a line's end is quoted, and its quotes doubled. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => quoted(asText(cell))).join(",")}\r\n`;
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/**
 * What somebody typed into a CRM is no formula of whoever opens the file: a spreadsheet would reckon
 * with it, or fetch what it names. An apostrophe makes it text, as OWASP advises ("CSV Injection").
 */
function asText(cell: string): string {
  return /^[=+\-@\t\r]/.test(cell) && !NUMBER.test(cell) ? `'${cell}` : cell;
}
