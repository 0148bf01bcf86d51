import type { Timer } from "../kit/clock.ts";
import { type Deliver, type Delivered, HELD_MS } from "../kit/deliver.ts";
import type { Surroundings } from "../kit/surroundings.ts";
import type { Portal } from "./portal.ts";
import { GATHERING_MS, type PendingEvent, type WebhookSettings } from "./webhook-book.ts";
import { signatureV1, signatureV3 } from "./webhook-signature.ts";

/** Bounds of delivery. Source: developers.hubspot.com webhooks guide, read from a copy of January 2025. */
const EVENTS_PER_REQUEST = 100;
const ANSWER_WITHIN_MS = 5_000;
const RETRIES = 10;

/** HubSpot spreads its ten retries over 24 hours; a developer waits for the first a fifth of a second. */
const DEFAULT_RETRY_BASE_MS = 200;
const LONGEST_RETRY_MS = 30_000;

export interface WebhookSenderOptions {
  readonly portal: Portal;
  readonly around: Surroundings;
  readonly deliver: Deliver;
  readonly clientSecret: string;
  readonly retryBaseMs?: number | undefined;
}

export interface WebhookSender {
  /** Looks for events that are due, now and whenever the next becomes due. */
  wake(): void;
  stop(): void;
}

export function startWebhookSender(options: WebhookSenderOptions): WebhookSender {
  const { portal, around } = options;
  const { clock } = around;
  const onTheWay = new Set<string>();
  const requestsByApp = new Map<string, number>();
  const stopping = new AbortController();
  let timer: Timer | undefined;
  let lookAtMs = Number.POSITIVE_INFINITY;

  const settle = (batch: readonly PendingEvent[], outcome: Delivered["kind"]) => {
    portal.unstamped(() => {
      for (const event of batch) {
        const next = nextAttempt(event, outcome, options);
        if (next) portal.webhooks.pending.set(event.key, next);
        else portal.webhooks.pending.delete(event.key);
      }
    });
  };
  const deliver = async (settings: WebhookSettings, batch: readonly PendingEvent[]) => {
    const { appId } = settings;
    for (const { key } of batch) onTheWay.add(key);
    requestsByApp.set(appId, (requestsByApp.get(appId) ?? 0) + 1);
    const { kind } = await send(settings, batch, { ...options, stopping: stopping.signal });
    requestsByApp.set(appId, (requestsByApp.get(appId) ?? 1) - 1);
    for (const { key } of batch) onTheWay.delete(key);
    if (stopping.signal.aborted) return;
    settle(batch, kind);
    look();
  };
  /** The earliest wish wins: a retry in half a minute must not hold up an event of now. */
  const lookAt = (atMs: number) => {
    if (atMs >= lookAtMs || stopping.signal.aborted) return;
    clock.clearTimeout(timer);
    lookAtMs = atMs;
    timer = clock.setTimeout(look, Math.max(1, atMs - clock.now()));
  };
  const look = () => {
    clock.clearTimeout(timer);
    lookAtMs = Number.POSITIVE_INFINITY;
    if (stopping.signal.aborted) return;
    // One moment for both questions: an event must be due now or next, and never neither.
    const nowMs = clock.now();
    const looking = { nowMs, onTheWay };
    for (const settings of portal.webhooks.settings.values()) {
      const underWay = requestsByApp.get(settings.appId) ?? 0;
      const free = Math.max(0, settings.maxConcurrentRequests - underWay);
      const due = dueEvents(portal, settings.appId, looking).slice(0, free * EVENTS_PER_REQUEST);
      for (let start = 0; start < due.length; start += EVENTS_PER_REQUEST)
        void deliver(settings, due.slice(start, start + EVENTS_PER_REQUEST));
    }
    const nextMs = nextDueMs(portal, looking);
    if (nextMs !== undefined) lookAt(nextMs);
  };
  look();
  return {
    wake: () => lookAt(clock.now() + GATHERING_MS),
    stop: () => {
      stopping.abort();
      clock.clearTimeout(timer);
    },
  };
}

/** Once one event is due, the fresh ones that were still being gathered travel with it. */
function dueEvents(portal: Portal, appId: string, { nowMs, onTheWay }: Looking): PendingEvent[] {
  const waiting = [...portal.webhooks.pending.values()].filter(
    (event) => event.appId === appId && !onTheWay.has(event.key),
  );
  const isDue = ({ dueAtMs }: PendingEvent) => dueAtMs <= nowMs;
  if (!waiting.some(isDue)) return [];
  return waiting.filter((event) => isDue(event) || isFresh(event));
}

function isFresh({ attemptNumber, isHeld }: PendingEvent): boolean {
  return attemptNumber === 0 && isHeld !== true;
}

/** When to look again; undefined where only an answer under way can bring news. */
function nextDueMs(portal: Portal, { nowMs, onTheWay }: Looking): number | undefined {
  let next: number | undefined;
  for (const { key, appId, dueAtMs } of portal.webhooks.pending.values()) {
    if (onTheWay.has(key) || dueAtMs <= nowMs || !portal.webhooks.settings.has(appId)) continue;
    next = Math.min(next ?? dueAtMs, dueAtMs);
  }
  return next;
}

interface Looking {
  readonly nowMs: number;
  /** Keys of events in a request that has not been answered yet. */
  readonly onTheWay: ReadonlySet<string>;
}

/** What is left to do about `event`; undefined where nothing is. */
function nextAttempt(
  event: PendingEvent,
  outcome: Delivered["kind"],
  options: WebhookSenderOptions,
): PendingEvent | undefined {
  const { clock, random } = options.around;
  if (outcome === "held") return { ...event, isHeld: true, dueAtMs: clock.now() + HELD_MS };
  if (outcome !== "failed" || event.attemptNumber >= RETRIES) return undefined;
  const baseMs = options.retryBaseMs ?? DEFAULT_RETRY_BASE_MS;
  const backoffMs = Math.min(LONGEST_RETRY_MS, baseMs * 2 ** event.attemptNumber);
  const spreadMs = backoffMs * (0.5 + random.number());
  return { ...event, attemptNumber: event.attemptNumber + 1, dueAtMs: clock.now() + spreadMs };
}

interface Sending extends WebhookSenderOptions {
  readonly stopping: AbortSignal;
}

/** One request. Anything but a 2xx within the deadline is a failure. */
function send(
  settings: WebhookSettings,
  batch: readonly PendingEvent[],
  { clientSecret, around, deliver, stopping }: Sending,
): Promise<Delivered> {
  const url = settings.targetUrl;
  const timestampMs = around.clock.now();
  const body = JSON.stringify(
    batch.map(({ payload, attemptNumber }) => ({ ...payload, attemptNumber })),
  );
  const request = { method: "POST", url, body, timestampMs };
  const headers = {
    "Content-Type": "application/json",
    "User-Agent":
      "HubSpot Connect 2.0 (http://dev.hubspot.com/) (namespace: webhooks-nio-http-client)",
    "X-HubSpot-Request-Timestamp": String(timestampMs),
    "X-HubSpot-Signature": signatureV1(clientSecret, body),
    "X-HubSpot-Signature-Version": "v1",
    "X-HubSpot-Signature-v3": signatureV3(clientSecret, request),
  };
  return deliver({
    url,
    body,
    headers,
    stopping,
    withinMs: ANSWER_WITHIN_MS,
    objects: [...new Set(batch.map(({ payload }) => objectOf(payload)))],
    mayHold: batch.every(({ isHeld }) => isHeld !== true),
  });
}

/** `contact` of `contact.creation`; of a generic event the object's type id. */
function objectOf({ objectTypeId, subscriptionType }: PendingEvent["payload"]): string {
  return String(objectTypeId ?? String(subscriptionType).split(".")[0]);
}
