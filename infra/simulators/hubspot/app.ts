import { type Context, Hono, type MiddlewareHandler } from "hono";
import { getPath } from "hono/utils/url";
import type { PassingState } from "../kit/passing-state.ts";
import { accountInfo, oauthRoutes, ownerRoutes, pipelineRoutes } from "./account-routes.ts";
import { associationLabelRoutes } from "./association-label-routes.ts";
import { batchAssociationRoutes, recordAssociationRoutes } from "./association-routes.ts";
import { currencyRoutes } from "./currency-routes.ts";
import { answer } from "./http-answer.ts";
import { objectRoutes } from "./object-routes.ts";
import { isCustom } from "./object-type.ts";
import type { Portal } from "./portal.ts";
import { propertyRoutes } from "./property-routes.ts";
import { limitRates, type RateLimits } from "./rate-limits.ts";
import { noSuchRoute, Refusal } from "./refusal.ts";
import { schemaRoutes } from "./schema-routes.ts";
import { secondaryEmailRoutes } from "./secondary-email-routes.ts";
import { simulatorRoutes } from "./simulator-routes.ts";
import { valueRuleRoutes } from "./value-rule-routes.ts";
import { webhookRoutes } from "./webhook-routes.ts";
import type { WebhookSender } from "./webhook-sender.ts";
import {
  journalFileRoutes,
  journalRoutes,
  journalSubscriptionRoutes,
} from "./webhooks-journal-routes.ts";

export interface AppOptions {
  readonly portal: Portal;
  readonly sender: WebhookSender;
  readonly passing: PassingState;
  readonly accessToken: string | undefined;
  /** Scopes the token lacks, such as `crm.objects.deals.write`. */
  readonly missingScopes: readonly string[];
  readonly limits: Partial<RateLimits> | "off";
}

/** The same API under its old path and under each dated one. */
const DATED = ":version{2026-03|2026-09}";

export function hubspotApp(options: AppOptions): Hono {
  const { portal, sender, passing } = options;
  const { clock, random } = portal;
  const app = new Hono({ getPath: (request) => getPath(request).replace(/(.)\/+$/, "$1") });
  app.onError((error) => {
    if (error instanceof Refusal) return answer(error.httpStatus, error.body(random.uuid()));
    console.error(error);
    return answer(500, new Refusal(500, "Internal error").body(random.uuid()));
  });
  app.notFound(() => {
    const refusal = noSuchRoute();
    return answer(refusal.httpStatus, refusal.body(random.uuid()));
  });
  app.use(authenticate(options));
  app.use(limitRates(options.limits, { clock, random, passing }));
  app.use(async (_context, next) => {
    await next();
    sender.wake();
  });
  const mount = (old: string, dated: string, routes: Hono) => {
    app.route(old, routes);
    app.route(dated, routes);
  };
  const recordAssociations = recordAssociationRoutes(portal);
  app.route("/crm/v4/objects", recordAssociations);
  mount("/crm/v3/objects", `/crm/objects/${DATED}`, recordAssociations);
  mount("/crm/v3/objects", `/crm/objects/${DATED}`, objectRoutes(portal));
  mount("/crm/v4/associations", `/crm/associations/${DATED}`, batchAssociationRoutes(portal));
  mount("/crm/v4/associations", `/crm/associations/${DATED}`, associationLabelRoutes(portal));
  mount("/crm/v3/properties", `/crm/properties/${DATED}`, propertyRoutes(portal));
  mount(
    "/crm/v3/property-validations",
    `/crm/property-validations/${DATED}`,
    valueRuleRoutes(portal),
  );
  const schemas = schemaRoutes(portal);
  app.route("/crm/v3/schemas", schemas);
  mount("/crm-object-schemas/v3/schemas", `/crm-object-schemas/${DATED}/schemas`, schemas);
  mount("/crm/v3/pipelines", `/crm/pipelines/${DATED}`, pipelineRoutes(portal));
  mount("/crm/v3/owners", `/crm/owners/${DATED}`, ownerRoutes(portal));
  for (const kind of ["journal", "journal-local"])
    app.route(`/webhooks-journal/${kind}/${DATED}`, journalRoutes(portal));
  app.route(`/webhooks-journal/subscriptions/${DATED}`, journalSubscriptionRoutes(portal));
  app.route("/_simulator/journal-files", journalFileRoutes(portal));
  app.route("/contacts/v1/secondary-email", secondaryEmailRoutes(portal));
  mount("/webhooks/v3", `/app-webhooks/${DATED}`, webhookRoutes(portal));
  app.get("/account-info/v3/details", () => accountInfo(portal));
  app.get(`/account-info/${DATED}/details`, () => accountInfo(portal));
  mount("/settings/v3/currencies", `/settings/currencies/${DATED}`, currencyRoutes(portal));
  mount("/oauth/v1", `/oauth/${DATED}`, oauthRoutes(options.accessToken, random));
  app.route("/_simulator", simulatorRoutes(portal));
  return app;
}

const OPEN_TO_ALL = /^\/(_simulator|oauth)\//;
const WEBHOOK_SETTINGS = /^\/(app-)?webhooks\//;

/** Bearer tokens everywhere; the webhook settings are also an app developer's, by key. */
function authenticate({ portal, accessToken, missingScopes }: AppOptions): MiddlewareHandler {
  return async (context, next) => {
    const { path } = context.req;
    if (OPEN_TO_ALL.test(path)) return next();
    const hasKey = WEBHOOK_SETTINGS.test(path) && Boolean(context.req.query("hapikey"));
    const bearer = /^Bearer (\S+)$/i.exec(context.req.header("Authorization") ?? "")?.[1];
    const isKnown = bearer !== undefined && (accessToken === undefined || bearer === accessToken);
    if (!hasKey && !isKnown)
      throw new Refusal(
        401,
        "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview",
        { category: "INVALID_AUTHENTICATION" },
      );
    requireScope(context, portal, missingScopes);
    return next();
  };
}

const READING_POSTS = /\/(search|batch\/read)$/;

function requireScope(context: Context, portal: Portal, missingScopes: readonly string[]): void {
  const { method, path } = context.req;
  const name = /^\/crm\/(?:v3\/objects|objects\/[\d-]+)\/([^/]+)/.exec(path)?.[1];
  const type = name === undefined ? undefined : portal.objectTypes.find(name);
  if (!type) return;
  const isRead = method === "GET" || READING_POSTS.test(path);
  const scope = `crm.objects.${isCustom(type) ? "custom" : type.plural}.${isRead ? "read" : "write"}`;
  if (!missingScopes.includes(scope)) return;
  throw new Refusal(
    403,
    "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: https://developers.hubspot.com/scopes.",
    {
      category: "MISSING_SCOPES",
      errors: [
        {
          message: "One or more of the following scopes are required.",
          context: { requiredGranularScopes: [scope] },
        },
      ],
    },
  );
}
