const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATETIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})$/;

/** As REST writes a moment: `2026-09-09T00:41:57.123+0000`. Sorts as text, for all is UTC. */
export function writeDatetime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace("Z", "+0000");
}

/** Brings any ISO moment into the form of `writeDatetime`. Undefined where it is none. */
export function normalDatetime(text: string): string | undefined {
  const value = DATE.test(text) ? `${text}T00:00:00Z` : text;
  if (!DATETIME.test(value)) return undefined;
  const epochMs = Date.parse(value.replace(/([+-]\d{2})(\d{2})$/, "$1:$2"));
  return Number.isNaN(epochMs) ? undefined : writeDatetime(epochMs);
}

/** A calendar day that exists, as `2026-02-28`. A moment is cut to its day, as REST does. */
export function normalDate(text: string): string | undefined {
  const day = DATETIME.test(text) ? normalDatetime(text)?.slice(0, 10) : text;
  if (day === undefined || !DATE.test(day)) return undefined;
  const epochMs = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(epochMs)) return undefined;
  return new Date(epochMs).toISOString().slice(0, 10) === day ? day : undefined;
}

/** As events and SOAP write a moment: `2026-09-09T00:41:57.123Z`. */
export function toZulu(datetime: string): string {
  return datetime.replace("+0000", "Z");
}
