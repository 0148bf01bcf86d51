const DAY = /^(\d{4})-(\d\d)-(\d\d)$/;
const MONTH = /^\d{4}-(?:0[1-9]|1[0-2])$/;
const QUARTER = /^(\d{4})-Q([1-4])$/;

const MONTH_LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** Whether the text is a day of the calendar, `YYYY-MM-DD`, with its year. */
export function isDay(text: string): boolean {
  const [, year = "", month = "", day = ""] = DAY.exec(text) ?? [];
  const length = lengthOf(Number(year), Number(month));
  return Number(year) > 0 && length !== undefined && Number(day) >= 1 && Number(day) <= length;
}

function lengthOf(year: number, month: number): number | undefined {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && isLeap ? 29 : MONTH_LENGTHS[month - 1];
}

/** Whether the text is a month, `YYYY-MM`. */
export function isMonth(text: string): boolean {
  return MONTH.test(text);
}

/** Of a day or an instant. */
export function monthOf(text: string): string {
  return text.slice(0, 7);
}

export function monthAfter(month: string): string {
  const [year, number] = partsOf(month);
  return number === 12 ? monthText(year + 1, 1) : monthText(year, number + 1);
}

export function firstDayOf(month: string): string {
  return `${month}-01`;
}

export function lastDayOf(month: string): string {
  const [year, number] = partsOf(month);
  return `${month}-${String(lengthOf(year, number)).padStart(2, "0")}`;
}

/** The months of a month (`2026-10`), a quarter (`2026-Q3`) or a year (`2026`); undefined for all else. */
export function monthsOf(period: string): readonly string[] | undefined {
  if (isMonth(period)) return [period];
  if (/^\d{4}$/.test(period)) return monthsFrom(`${period}-01`, 12);
  const [, year, quarter] = QUARTER.exec(period) ?? [];
  if (year === undefined) return undefined;
  return monthsFrom(monthText(Number(year), (Number(quarter) - 1) * 3 + 1), 3);
}

function monthsFrom(first: string, count: number): string[] {
  const months = [first];
  while (months.length < count) months.push(monthAfter(months.at(-1) ?? first));
  return months;
}

function partsOf(month: string): [number, number] {
  return [Number(month.slice(0, 4)), Number(month.slice(5, 7))];
}

function monthText(year: number, month: number): string {
  return `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}`;
}
