import { type Codec, refuse, textOrNull } from "./codec.ts";

const ISO = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(?:Z|[+-]00:?00))?$/;

/**
 * A calendar day, `YYYY-MM-DD`. Where a system holds an instant (`midnight`), the day is the one
 * that the instant falls on in UTC, and midnight UTC is written.
 */
export function dateCodec({ midnight }: { readonly midnight: boolean }): Codec {
  return {
    spec: ["date", { midnight }],
    read([raw]) {
      const text = textOrNull(raw);
      if (text === null) return null;
      const day = ISO.exec(text)?.[1];
      return day ?? refuse("not-a-date", "is not a date of the form 2026-01-31");
    },
    write: (value) => [value !== null && midnight ? `${value}T00:00:00.000Z` : value],
  };
}

/** An instant, `YYYY-MM-DDTHH:MM:SS.mmmZ`, to the millisecond. */
export function datetimeCodec(): Codec {
  return {
    spec: ["datetime"],
    read([raw]) {
      const text = textOrNull(raw);
      if (text === null) return null;
      const match = ISO.exec(text);
      if (!match) return refuse("not-a-time", "is not an instant of the form 2026-01-31T08:00:00Z");
      const [, day, time = "00:00:00", fraction = ""] = match;
      return `${day}T${time}.${fraction.padEnd(3, "0").slice(0, 3)}Z`;
    },
    write: (value) => [value],
  };
}
