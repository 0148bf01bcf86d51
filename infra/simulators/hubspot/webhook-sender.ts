import type { Timer } from "../kit/clock.ts";
import { post } from "../kit/post.ts";
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
  readonly clientSecret: string;
  readonly retryBaseMs?: number | undefined;
}

export interface WebhookSender {
  /** Looks for events that are due, now and whenever the next becomes due. */
  wake(): void;
  /** Loses the next `count` requests, as a network may: nothing is sent, nothing is retried. */
  drop(count: number): void;
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
  let toDrop = 0;

  const settle = (batch: readonly PendingEvent[], delivered: boolean) => {
    portal.unstamped(() => {
      for (const event of batch) {
        if (delivered || event.attemptNumber >= RETRIES) portal.webhooks.pending.delete(event.key);
        else portal.webhooks.pending.set(event.key, nextAttempt(event, options));
      }
    });
  };
  const deliver = async (settings: WebhookSettings, batch: readonly PendingEvent[]) => {
    const { appId } = settings;
    for (const { key } of batch) onTheWay.add(key);
    requestsByApp.set(appId, (requestsByApp.get(appId) ?? 0) + 1);
    const lost = toDrop > 0;
    if (lost) toDrop -= 1;
    // Always answered later, also where it is lost: `look` is still going through its batches.
    const sent = lost
      ? Promise.resolve(true)
      : send(settings, batch, { ...options, stopping: stopping.signal });
    const delivered = await sent;
    requestsByApp.set(appId, (requestsByApp.get(appId) ?? 1) - 1);
    for (const { key } of batch) onTheWay.delete(key);
    if (stopping.signal.aborted) return;
    settle(batch, delivered);
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
    drop: (count) => {
      toDrop += count;
    },
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
  return waiting.filter((event) => isDue(event) || event.attemptNumber === 0);
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

function nextAttempt(event: PendingEvent, options: WebhookSenderOptions): PendingEvent {
  const { clock, random } = options.around;
  const baseMs = options.retryBaseMs ?? DEFAULT_RETRY_BASE_MS;
  const backoffMs = Math.min(LONGEST_RETRY_MS, baseMs * 2 ** event.attemptNumber);
  const spreadMs = backoffMs * (0.5 + random.number());
  return { ...event, attemptNumber: event.attemptNumber + 1, dueAtMs: clock.now() + spreadMs };
}

interface Sending extends WebhookSenderOptions {
  readonly stopping: AbortSignal;
}

/** One request. Anything but a 2xx within the deadline is a failure. */
async function send(
  settings: WebhookSettings,
  batch: readonly PendingEvent[],
  { clientSecret, around, stopping }: Sending,
): Promise<boolean> {
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
  const sent = await post(around, { url, body, headers, stopping, withinMs: ANSWER_WITHIN_MS });
  return sent !== undefined;
}
