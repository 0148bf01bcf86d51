/** Days before each month of a year that begins with March, so that February's last day is its end. */
const BEFORE_MONTH = [0, 31, 61, 92, 122, 153, 184, 214, 245, 275, 306, 337];

/**
 * The number of a day in the Gregorian calendar; two days apart differ by two.
 *
 * @param iso - A day or an instant in UTC: `2026-01-31`, `2026-01-31T08:00:00.000Z`.
 */
export function dayNumber(iso: string): number {
  const [year, month, day] = [iso.slice(0, 4), iso.slice(5, 7), iso.slice(8, 10)].map(Number);
  if (!(year && month && day)) throw new Error(`'${iso}' is not of the form 2026-01-31`);
  const [march, years] = month > 2 ? [month - 3, year] : [month + 9, year - 1];
  const leapDays = whole(years, 4) - whole(years, 100) + whole(years, 400);
  return years * 365 + leapDays + (BEFORE_MONTH[march] ?? 0) + day;
}

/** Seconds, of an instant in UTC; fractions are left out, since one of the systems keeps none (A4). */
export function secondNumber(iso: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = iso.slice(11, 19).split(":").map(Number);
  return ((dayNumber(iso) * 24 + hours) * 60 + minutes) * 60 + seconds;
}

function whole(number: number, by: number): number {
  return (number - (number % by)) / by;
}
