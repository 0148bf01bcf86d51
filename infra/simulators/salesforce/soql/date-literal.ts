/** A span of time: from `startMs`, up to and without `endMs`. All days are days of UTC. */
interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

type Unit = "DAY" | "WEEK" | "MONTH" | "QUARTER" | "YEAR";

/** The start of the unit that `now` lies in, moved by `count` units. Weeks begin on Sunday. */
function startOf(nowMs: number, unit: Unit, count: number): number {
  const now = new Date(nowMs);
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
  switch (unit) {
    case "DAY":
      return Date.UTC(year, month, day + count);
    case "WEEK":
      return Date.UTC(year, month, day - now.getUTCDay() + 7 * count);
    case "MONTH":
      return Date.UTC(year, month + count, 1);
    case "QUARTER":
      return Date.UTC(year, month - (month % 3) + 3 * count, 1);
    case "YEAR":
      return Date.UTC(year + count, 0, 1);
  }
}

const UNITS: Readonly<Record<string, Unit>> = {
  DAY: "DAY",
  DAYS: "DAY",
  WEEK: "WEEK",
  WEEKS: "WEEK",
  MONTH: "MONTH",
  MONTHS: "MONTH",
  QUARTER: "QUARTER",
  QUARTERS: "QUARTER",
  YEAR: "YEAR",
  YEARS: "YEAR",
};

/** First and last unit of a literal, counted from the present one. */
function reach(literal: string, count: number): readonly [Unit | undefined, number, number] {
  if (literal === "YESTERDAY") return ["DAY", -1, -1];
  if (literal === "TODAY") return ["DAY", 0, 0];
  if (literal === "TOMORROW") return ["DAY", 1, 1];
  if (literal === "LAST_90_DAYS") return ["DAY", -90, 0];
  if (literal === "NEXT_90_DAYS") return ["DAY", 1, 90];
  const single = /^(THIS|LAST|NEXT)_(?:FISCAL_)?(WEEK|MONTH|QUARTER|YEAR)$/.exec(literal);
  if (single) {
    const offset = single[1] === "THIS" ? 0 : single[1] === "LAST" ? -1 : 1;
    return [UNITS[single[2] ?? ""], offset, offset];
  }
  const ago = /^N_(?:FISCAL_)?(DAYS|WEEKS|MONTHS|QUARTERS|YEARS)_AGO$/.exec(literal);
  if (ago) return [UNITS[ago[1] ?? ""], -count, -count];
  const many = /^(LAST|NEXT)_N_(?:FISCAL_)?(DAYS|WEEKS|MONTHS|QUARTERS|YEARS)$/.exec(literal);
  const unit = UNITS[many?.[2] ?? ""];
  if (many?.[1] === "NEXT") return [unit, 1, count];
  return [unit, -count, unit === "DAY" ? 0 : -1];
}

/** The span of `TODAY`, `LAST_N_DAYS:3` and the like. Undefined where `text` is none of them. */
export function spanOf(text: string, nowMs: number): Span | undefined {
  const [literal = "", count = "0"] = text.toUpperCase().split(":");
  const [unit, first, last] = reach(literal, Number(count));
  if (!unit) return undefined;
  return { startMs: startOf(nowMs, unit, first), endMs: startOf(nowMs, unit, last + 1) };
}
