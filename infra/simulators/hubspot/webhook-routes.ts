import { type Context, Hono } from "hono";
import { answer, noContent, pathParameter, sourceOf, startBatch } from "./http-answer.ts";
import type { Portal } from "./portal.ts";
import { invalid, notFound, Refusal } from "./refusal.ts";
import {
  batchSubscriptionsBody,
  parseBody,
  settingsBody,
  subscriptionBody,
  subscriptionPatchBody,
} from "./request-bodies.ts";
import type { Subscription, WebhookSettings } from "./webhook-book.ts";

/** In flight at once, unless an app asks otherwise, and how many subscriptions it may have. */
const DEFAULT_CONCURRENCY = 10;
const MAX_SUBSCRIPTIONS = 1_000;
const EVENT_TYPE =
  /^(contact|company|deal|object)\.(creation|deletion|merge|restore|propertyChange|associationChange|privacyDeletion)$/;

/** An app's webhook settings, under `/webhooks/v3/{appId}` and `/app-webhooks/{version}/{appId}`. */
export function webhookRoutes(portal: Portal): Hono {
  const routes = new Hono();
  addSettingsRoutes(routes, portal);
  addSubscriptionRoutes(routes, portal);
  return routes;
}

function addSettingsRoutes(routes: Hono, portal: Portal): void {
  const { settings } = portal.webhooks;
  routes.get("/:appId/settings", (context) => {
    const found = settings.get(pathParameter(context, "appId"));
    if (!found) throw notFound();
    return answer(200, settingsAnswer(found));
  });
  routes.put("/:appId/settings", async (context) => {
    const appId = pathParameter(context, "appId");
    const { targetUrl, throttling } = parseBody(settingsBody, await context.req.text());
    const saved = portal.write(sourceOf(context), ({ atMs }) => {
      const at = new Date(atMs).toISOString();
      const next = {
        appId,
        targetUrl,
        maxConcurrentRequests: throttling?.maxConcurrentRequests ?? DEFAULT_CONCURRENCY,
        createdAt: settings.get(appId)?.createdAt ?? at,
        updatedAt: at,
      };
      settings.set(appId, next);
      return next;
    });
    return answer(200, settingsAnswer(saved));
  });
  routes.delete("/:appId/settings", (context) => {
    portal.write(sourceOf(context), () => settings.delete(pathParameter(context, "appId")));
    return noContent();
  });
}

function addSubscriptionRoutes(routes: Hono, portal: Portal): void {
  const { subscriptions } = portal.webhooks;
  const ofApp = (context: Context) =>
    [...subscriptions.values()].filter(({ appId }) => appId === pathParameter(context, "appId"));
  const find = (context: Context, id: string) => {
    const found = ofApp(context).find((each) => each.id === id);
    if (!found) throw notFound();
    return found;
  };
  const activate = (context: Context, id: string, active: boolean) =>
    portal.write(sourceOf(context), ({ atMs }) => {
      const next = { ...find(context, id), active, updatedAt: new Date(atMs).toISOString() };
      subscriptions.set(id, next);
      return next;
    });
  routes.get("/:appId/subscriptions", (context) =>
    answer(200, { results: ofApp(context).map(subscriptionAnswer) }),
  );
  routes.post("/:appId/subscriptions", async (context) => {
    const given = parseBody(subscriptionBody, await context.req.text());
    const id = nextSubscriptionId(subscriptions.values());
    requireSubscribable(given, ofApp(context));
    const at = new Date(portal.clock.now()).toISOString();
    const appId = pathParameter(context, "appId");
    const { propertyName, objectTypeId } = given;
    const subscription: Subscription = {
      id,
      appId,
      eventType: given.eventType,
      ...(propertyName === undefined ? {} : { propertyName }),
      ...(objectTypeId === undefined ? {} : { objectTypeId }),
      active: given.active,
      createdAt: at,
      updatedAt: at,
    };
    portal.write(sourceOf(context), () => subscriptions.set(id, subscription));
    return answer(201, subscriptionAnswer(subscription));
  });
  routes.post("/:appId/subscriptions/batch/update", async (context) => {
    const finish = startBatch(portal.clock);
    const { inputs } = parseBody(batchSubscriptionsBody, await context.req.text());
    const results = inputs.map(({ id, active }) =>
      subscriptionAnswer(activate(context, id, active)),
    );
    return finish({ results, errors: [] });
  });
  routes.get("/:appId/subscriptions/:id", (context) =>
    answer(200, subscriptionAnswer(find(context, pathParameter(context, "id")))),
  );
  routes.patch("/:appId/subscriptions/:id", async (context) => {
    const { active } = parseBody(subscriptionPatchBody, await context.req.text());
    return answer(200, subscriptionAnswer(activate(context, pathParameter(context, "id"), active)));
  });
  routes.delete("/:appId/subscriptions/:id", (context) => {
    const { id } = find(context, pathParameter(context, "id"));
    portal.write(sourceOf(context), () => subscriptions.delete(id));
    return noContent();
  });
}

/** One subscription a property, and none twice. The answer to a repeated one is unverified. */
function requireSubscribable(
  given: {
    eventType: string;
    propertyName?: string | undefined;
    objectTypeId?: string | undefined;
  },
  existing: readonly Subscription[],
): void {
  const { eventType, propertyName, objectTypeId } = given;
  if (!EVENT_TYPE.test(eventType)) throw invalid(`'${eventType}' is not an event type`);
  if (eventType.endsWith(".propertyChange") !== (propertyName !== undefined))
    throw invalid("propertyName is required for propertyChange subscriptions, and only for them");
  if (eventType.startsWith("object.") && objectTypeId === undefined)
    throw invalid("objectTypeId is required for object subscriptions");
  if (existing.length >= MAX_SUBSCRIPTIONS)
    throw invalid(`An app has at most ${MAX_SUBSCRIPTIONS} subscriptions`);
  const isSame = (each: Subscription) =>
    each.eventType === eventType &&
    each.propertyName === propertyName &&
    each.objectTypeId === objectTypeId;
  if (existing.some(isSame))
    throw new Refusal(409, "A subscription to this event already exists", { category: "CONFLICT" });
}

function nextSubscriptionId(existing: Iterable<Subscription>): string {
  let last = 1_000_000;
  for (const { id } of existing) last = Math.max(last, Number(id));
  return String(last + 1);
}

function settingsAnswer({ appId: _, maxConcurrentRequests, ...rest }: WebhookSettings) {
  return { ...rest, throttling: { maxConcurrentRequests, period: "SECONDLY" } };
}

function subscriptionAnswer({ appId: _, ...rest }: Subscription) {
  return rest;
}
