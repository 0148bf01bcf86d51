import { setTimeout as sleep } from "node:timers/promises";
import type { Pace } from "../sync/quota.ts";
import { datedUrl } from "./dated-url.ts";
import { type Answer, type Next, nextStep, readable, unreached } from "./failed-answer.ts";
import { meterOf, readingOf } from "./quota-headers.ts";

/** A request as each of the client's API groups makes it. */
interface Outgoing {
  getUrl(): string;
  getHttpMethod(): string;
  getHeaders(): Record<string, string>;
  getBody(): unknown;
}

export interface Transport {
  /** Resolves with an answer that is a result or a refusal; throws a `Fault` for all else. */
  send(request: Outgoing): Promise<Answer>;
  /** Requests sent, repeated ones too. */
  callsMade(): number;
  /** Of these, those that ask for definitions and owners. */
  setUpCallsMade(): number;
}

export interface TransportOptions {
  readonly credentials: () => Promise<{ readonly accessToken: string }>;
  readonly fetchTimeoutMs: number;
  /** Asked before each request; without one, nothing limits them but HubSpot's refusals. */
  readonly pace?: Pace | undefined;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const ATTEMPTS = 3;

const SET_UP = /\/crm\/(?:properties|owners)\//;

/**
 * Sends the client's requests: on date-versioned paths, with a time-out, and repeated where HubSpot
 * asks for patience. The client's own retry is a singleton of the process, knows no time-out, and
 * gives up on resets and locks.
 *
 * Every request that Accord sends may be repeated: reads, updates that set values, upserts by our
 * record id, and associations. A repeated creation of a property is refused, and read back.
 */
export function transport({ credentials, fetchTimeoutMs, pace, now }: TransportOptions): Transport {
  let calls = 0;
  let setUpCalls = 0;
  const attemptOnce = async (
    request: Outgoing,
    attempt: number,
  ): Promise<[Next, Answer | undefined]> => {
    const url = datedUrl(request.getUrl());
    const { host } = new URL(url);
    const { accessToken } = await credentials();
    const meter = meterOf(url);
    if (pace) await pace.take(meter);
    calls += 1;
    if (SET_UP.test(url)) setUpCalls += 1;
    try {
      const answer = await fetchAnswer(url, request, { accessToken, fetchTimeoutMs });
      pace?.learn(meter, readingOf(answer, meter, now()));
      return [nextStep(answer, host, attempt), answer];
    } catch (error) {
      if (!isUnreached(error)) throw error;
      return [unreached(host, attempt, error), undefined];
    }
  };
  const send = async (request: Outgoing): Promise<Answer> => {
    for (let attempt = 1; ; attempt += 1) {
      const [next, answer] = await attemptOnce(request, attempt);
      if (next.kind === "stop") throw next.fault;
      if (next.kind === "take" && answer) return readable(answer);
      if (next.kind === "wait" && attempt === ATTEMPTS) throw next.orElse;
      if (next.kind === "wait") await sleep(next.waitMs);
    }
  };
  return { send, callsMade: () => calls, setUpCallsMade: () => setUpCalls };
}

async function fetchAnswer(
  url: string,
  request: Outgoing,
  {
    accessToken,
    fetchTimeoutMs,
  }: { readonly accessToken: string; readonly fetchTimeoutMs: number },
): Promise<Answer> {
  const body = request.getBody();
  const response = await fetch(url, {
    method: request.getHttpMethod(),
    headers: { ...request.getHeaders(), authorization: `Bearer ${accessToken}` },
    signal: AbortSignal.timeout(fetchTimeoutMs),
    ...(typeof body === "string" ? { body } : {}),
  });
  const text = await response.text();
  return { status: response.status, headers: Object.fromEntries(response.headers), text };
}

/** What `fetch` throws when no answer came: a TypeError with a cause, or the time-out's exception. */
function isUnreached(error: unknown): boolean {
  if (error instanceof TypeError) return error.cause !== undefined;
  return error instanceof DOMException && ["TimeoutError", "AbortError"].includes(error.name);
}
