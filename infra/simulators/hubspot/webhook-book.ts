import type { Surroundings } from "../kit/surroundings.ts";
import { type DurableMap, type DurableMapOptions, openDurableMap } from "./durable-map.ts";
import type { ObjectType } from "./object-type.ts";
import type { ChangeSource } from "./stored-record.ts";

export interface WebhookSettings {
  readonly appId: string;
  readonly targetUrl: string;
  readonly maxConcurrentRequests: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** `eventType` is `contact.creation`, or `object.creation` with an `objectTypeId`. */
export interface Subscription {
  readonly id: string;
  readonly appId: string;
  readonly eventType: string;
  readonly propertyName?: string;
  readonly objectTypeId?: string;
  readonly active: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** An event on its way to an app. It stays here until the app has answered 2xx. */
export interface PendingEvent {
  readonly key: string;
  readonly appId: string;
  readonly attemptNumber: number;
  readonly dueAtMs: number;
  /** Held back once, so that later ones overtake it. */
  readonly isHeld?: boolean;
  readonly payload: Readonly<Record<string, unknown>>;
}

export interface CrmEvent {
  readonly kind:
    | "creation"
    | "propertyChange"
    | "deletion"
    | "privacyDeletion"
    | "restore"
    | "merge"
    | "associationChange";
  readonly type: ObjectType;
  readonly occurredAtMs: number;
  readonly source: ChangeSource;
  readonly propertyName?: string;
  /** What this kind of event carries besides the common fields. */
  readonly details: Readonly<Record<string, unknown>>;
}

export interface WebhookBook {
  readonly settings: DurableMap<WebhookSettings>;
  readonly subscriptions: DurableMap<Subscription>;
  readonly pending: DurableMap<PendingEvent>;
  /** Makes one pending event for each active subscription that asked for `event`. */
  publish(event: CrmEvent, portalId: number): void;
}

/** Events are held this long, so that those of one request travel together. */
export const GATHERING_MS = 100;

/** Changes of these are told by no webhook. Source: developers.hubspot.com webhooks guide, 2025-01. */
const SILENT: ReadonlySet<string> = new Set([
  "hs_lastmodifieddate",
  "lastmodifieddate",
  "num_unique_conversion_events",
]);

type Opening = Omit<DurableMapOptions<never>, "table" | "onChange">;

export function openWebhookBook(
  opening: Opening,
  { clock, random }: Pick<Surroundings, "clock" | "random">,
  alsoTold: WebhookBook["publish"],
): WebhookBook {
  const settings = openDurableMap<WebhookSettings>({ ...opening, table: "webhook-settings" });
  const subscriptions = openDurableMap<Subscription>({
    ...opening,
    table: "webhook-subscriptions",
  });
  const pending = openDurableMap<PendingEvent>({ ...opening, table: "webhook-pending" });
  return {
    settings,
    subscriptions,
    pending,
    publish(event, portalId) {
      if (event.propertyName !== undefined && SILENT.has(event.propertyName)) return;
      alsoTold(event, portalId);
      for (const subscription of subscriptions.values()) {
        if (!asksFor(subscription, event) || !settings.has(subscription.appId)) continue;
        const payload = {
          eventId: random.int(1, 2 ** 47),
          ...payloadOf(event, subscription, portalId),
        };
        const key = `${payload.eventId}-${subscription.id}`;
        const { appId } = subscription;
        const dueAtMs = clock.now() + GATHERING_MS;
        pending.set(key, { key, appId, attemptNumber: 0, dueAtMs, payload });
      }
    },
  };
}

function asksFor(subscription: Subscription, event: CrmEvent): boolean {
  if (!subscription.active || subscription.propertyName !== event.propertyName) return false;
  const isGeneric =
    subscription.eventType === `object.${event.kind}` &&
    subscription.objectTypeId === event.type.typeId;
  // Leads have no events of their own name.
  const isNamed =
    subscription.eventType === `${event.type.singular}.${event.kind}` &&
    event.type.typeId !== "0-136";
  return isGeneric || isNamed;
}

function payloadOf(event: CrmEvent, subscription: Subscription, portalId: number) {
  return {
    subscriptionId: Number(subscription.id),
    portalId,
    appId: Number(subscription.appId),
    occurredAt: event.occurredAtMs,
    subscriptionType: subscription.eventType,
    changeSource: event.source.sourceType,
    sourceId: event.source.sourceId,
    ...(subscription.objectTypeId === undefined ? {} : { objectTypeId: subscription.objectTypeId }),
    ...event.details,
  };
}
