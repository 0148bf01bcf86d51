import { METERS, type MeterName } from "../core/quota/meters.ts";
import type { Reading } from "../core/quota/settle.ts";
import type { Answer } from "./failed-answer.ts";

/** Searches have a limit of their own, and do not count against the other one. Source: search guide. */
export function meterOf(url: string): MeterName {
  return new URL(url).pathname.endsWith("/search") ? "hubspot searches" : "hubspot calls";
}

/**
 * What an answer tells of its meter. The headers of a day are missing for OAuth apps, and all of them on
 * searches: of these, a refusal tells that all are used up. Source: API usage details, 2026-11-21.
 */
export function readingOf({ status, headers }: Answer, meter: MeterName, atMs: number): Reading {
  if (meter === "hubspot searches")
    return { atMs, ...(status === 429 ? { used: METERS[meter].limit } : {}) };
  const limit = count(headers["x-hubspot-ratelimit-max"]);
  const left = count(headers["x-hubspot-ratelimit-remaining"]);
  const max = count(headers["x-hubspot-ratelimit-daily"]);
  const leftToday = count(headers["x-hubspot-ratelimit-daily-remaining"]);
  return {
    atMs,
    ...(limit ? { limit } : {}),
    ...(limit && left !== undefined ? { used: limit - left } : {}),
    ...(max && leftToday !== undefined ? { daily: { max, used: max - leftToday } } : {}),
  };
}

function count(header: string | undefined): number | undefined {
  return header !== undefined && /^\d+$/.test(header) ? Number(header) : undefined;
}
