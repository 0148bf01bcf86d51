import type { Context, MiddlewareHandler } from "hono";
import { z } from "zod";
import type { Clock } from "../kit/clock.ts";
import type { PassingState } from "../kit/passing-state.ts";
import type { Random } from "../kit/random.ts";
import { answer } from "./http-answer.ts";
import { Refusal } from "./refusal.ts";

/** How much may be asked. Each limit can be set by itself; `Infinity` lifts it. */
export interface RateLimits {
  /** Calls of one app within any ten seconds, searches apart. */
  readonly burst: number;
  /** Searches of the whole account within any second. */
  readonly search: number;
  /** Calls of all apps from midnight to midnight, UTC being this account's zone. */
  readonly daily: number;
}

/** Of the Professional tier. Source: API usage guidelines and search guide, 2025-01 and 2026-04. */
const PROFESSIONAL: RateLimits = { burst: 190, search: 5, daily: 625_000 };

const BURST_WINDOW_MS = 10_000;
const SECOND_MS = 1_000;
const DAY_MS = 86_400_000;

/** Deliveries and the journal are exempt, settings and tokens are no calls of the CRM. */
const EXEMPT = /^\/(_simulator|oauth|(app-)?webhooks|webhooks-journal)(\/|$)/;
const SEARCH = /\/search$/;

interface Policy {
  readonly policyName: string;
  readonly message: string;
}

const TEN_SECONDLY = policy("TEN_SECONDLY_ROLLING");
const SECONDLY = policy("SECONDLY");
const DAILY = policy("DAILY");

function policy(policyName: string): Policy {
  return { policyName, message: `You have reached your ${policyName.toLowerCase()} limit.` };
}

/** When an app, by its token, or anyone at all has called lately. */
const usedCalls = z.object({
  bursts: z.record(z.string(), z.array(z.number())),
  searches: z.array(z.number()),
  day: z.object({ number: z.number(), calls: z.number() }),
});

type Used = z.output<typeof usedCalls>;

interface Limiting {
  readonly clock: Clock;
  readonly random: Random;
  readonly passing: PassingState;
}

/**
 * Refuses with 429 what is more than the account may ask. An app is known by its bearer token;
 * requests that play a person at work in HubSpot are no API calls. Refused calls are not counted
 * (unverified).
 */
export function limitRates(
  limits: Partial<RateLimits> | "off",
  { clock, random, passing }: Limiting,
): MiddlewareHandler {
  if (limits === "off") return (_context, next) => next();
  const allowed = { ...PROFESSIONAL, ...limits };
  let used: Used = { bursts: {}, searches: [], day: { number: 0, calls: 0 } };
  passing.keep("rate-limits", {
    schema: usedCalls,
    read: () => used,
    write: (next) => {
      used = next;
    },
  });
  const refuse = ({ policyName, message }: Policy) =>
    answer(
      429,
      new Refusal(429, message, { errorType: "RATE_LIMIT", policyName }).body(random.uuid()),
    );
  return async (context, next) => {
    if (EXEMPT.test(context.req.path) || isPerson(context)) return next();
    const { bursts, day } = used;
    const nowMs = clock.now();
    const today = Math.floor(nowMs / DAY_MS);
    if (today !== day.number) Object.assign(day, { number: today, calls: 0 });
    if (day.calls >= allowed.daily) return refuse(DAILY);
    if (SEARCH.test(context.req.path)) {
      const searches = slidingWindow(used.searches, SECOND_MS);
      if (searches.count(nowMs) >= allowed.search) return refuse(SECONDLY);
      searches.add(nowMs);
      day.calls += 1;
      return next();
    }
    const burst = windowOf(bursts, context.req.header("Authorization") ?? "");
    const isOver = burst.count(nowMs) >= allowed.burst;
    if (!isOver) {
      burst.add(nowMs);
      day.calls += 1;
      await next();
    }
    const answered = isOver ? refuse(TEN_SECONDLY) : context.res;
    const headers = {
      "X-HubSpot-RateLimit-Max": allowed.burst,
      "X-HubSpot-RateLimit-Remaining": Math.max(0, allowed.burst - burst.count(nowMs)),
      "X-HubSpot-RateLimit-Interval-Milliseconds": BURST_WINDOW_MS,
      "X-HubSpot-RateLimit-Daily": allowed.daily,
      "X-HubSpot-RateLimit-Daily-Remaining": Math.max(0, allowed.daily - day.calls),
    };
    for (const [name, value] of Object.entries(headers)) answered.headers.set(name, String(value));
    return isOver ? answered : undefined;
  };
}

function isPerson(context: Context): boolean {
  const source = context.req.header("X-Simulator-Source");
  return source !== undefined && source !== "INTEGRATION";
}

function windowOf(bursts: Used["bursts"], app: string): SlidingWindow {
  const calls = bursts[app] ?? [];
  bursts[app] = calls;
  return slidingWindow(calls, BURST_WINDOW_MS);
}

interface SlidingWindow {
  count(nowMs: number): number;
  add(nowMs: number): void;
}

function slidingWindow(calls: number[], lengthMs: number): SlidingWindow {
  return {
    count(nowMs) {
      const live = calls.findIndex((atMs) => atMs > nowMs - lengthMs);
      calls.splice(0, live === -1 ? calls.length : live);
      return calls.length;
    },
    add: (nowMs) => {
      calls.push(nowMs);
    },
  };
}
