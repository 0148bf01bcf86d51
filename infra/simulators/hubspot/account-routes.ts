import { type Context, Hono } from "hono";
import type { Random } from "../kit/random.ts";
import { answer, limitQuery, noContent, pathParameter, sourceOf } from "./http-answer.ts";
import { PORTAL_ID, type Portal } from "./portal.ts";
import { notFound } from "./refusal.ts";
import { parseBody, pipelineBody, stageBody } from "./request-bodies.ts";
import type { Pipeline, PipelineStage } from "./standard-stages.ts";

/** An access token lives this long. Source: HubSpot's OAuth guide, 2026-04. */
const TOKEN_SECONDS = 1_800;

export function ownerRoutes(portal: Portal): Hono {
  const routes = new Hono();
  routes.get("/", (context) => {
    const limit = limitQuery(context, { usual: 100, most: 500 });
    const after = Number(context.req.query("after") || 0);
    const email = context.req.query("email")?.toLowerCase();
    const archived = context.req.query("archived") === "true";
    const all = [...portal.owners.values()]
      .filter((owner) => owner.archived === archived)
      .filter((owner) => email === undefined || owner.email?.toLowerCase() === email);
    const next = after + limit;
    const paging = next < all.length ? { paging: { next: { after: String(next) } } } : {};
    return answer(200, { results: all.slice(after, next), ...paging });
  });
  routes.get("/:ownerId", (context) => {
    const id = pathParameter(context, "ownerId");
    const isUserId = context.req.query("idProperty") === "userId";
    const owner = isUserId
      ? [...portal.owners.values()].find(({ userId }) => String(userId) === id)
      : portal.owners.get(id);
    if (!owner) throw notFound();
    return answer(200, owner);
  });
  return routes;
}

export function pipelineRoutes(portal: Portal): Hono {
  const routes = new Hono();
  const find = (context: Context) => {
    const type = portal.objectTypes.infer(pathParameter(context, "objectType"));
    const pipeline = portal.pipelines.get(type, pathParameter(context, "pipelineId"));
    if (!pipeline) throw notFound();
    return { type, pipeline };
  };
  routes.get("/:objectType", (context) => {
    const type = portal.objectTypes.infer(pathParameter(context, "objectType"));
    return answer(200, { results: portal.pipelines.list(type) });
  });
  routes.post("/:objectType", async (context) => {
    const type = portal.objectTypes.infer(pathParameter(context, "objectType"));
    const given = parseBody(pipelineBody, await context.req.text());
    const pipeline = portal.write(sourceOf(context), ({ atMs }) => {
      const at = new Date(atMs).toISOString();
      const created: Pipeline = {
        id: given.pipelineId ?? portal.newId(),
        label: given.label,
        displayOrder: given.displayOrder,
        stages: given.stages.map((stage) => newStage(stage.stageId ?? portal.newId(), stage, at)),
        createdAt: at,
        updatedAt: at,
        archived: false,
      };
      portal.pipelines.put(type, created);
      return created;
    });
    return answer(201, pipeline);
  });
  routes.get("/:objectType/:pipelineId", (context) => answer(200, find(context).pipeline));
  routes.get("/:objectType/:pipelineId/stages", (context) =>
    answer(200, { results: find(context).pipeline.stages }),
  );
  routes.get("/:objectType/:pipelineId/stages/:stageId", (context) => {
    const id = pathParameter(context, "stageId");
    const stage = find(context).pipeline.stages.find((each) => each.id === id);
    if (!stage) throw notFound();
    return answer(200, stage);
  });
  routes.post("/:objectType/:pipelineId/stages", async (context) => {
    const { type, pipeline } = find(context);
    const given = parseBody(stageBody, await context.req.text());
    const stage = portal.write(sourceOf(context), ({ atMs }) => {
      const at = new Date(atMs).toISOString();
      const created = newStage(given.stageId ?? portal.newId(), given, at);
      portal.pipelines.put(type, {
        ...pipeline,
        stages: [...pipeline.stages, created],
        updatedAt: at,
      });
      return created;
    });
    return answer(201, stage);
  });
  routes.delete("/:objectType/:pipelineId", (context) => {
    const { type, pipeline } = find(context);
    portal.write(sourceOf(context), () => portal.pipelines.archive(type, pipeline.id));
    return noContent();
  });
  return routes;
}

interface GivenStage {
  readonly label: string;
  readonly displayOrder: number;
  readonly metadata: Readonly<Record<string, string>>;
}

function newStage(
  id: string,
  { label, displayOrder, metadata }: GivenStage,
  at: string,
): PipelineStage {
  return {
    id,
    label,
    displayOrder,
    metadata: {
      isClosed: String(["0.0", "1.0"].includes(metadata["probability"] ?? "")),
      ...metadata,
    },
    createdAt: at,
    updatedAt: at,
    writePermissions: "CRM_PERMISSIONS_ENFORCEMENT",
    archived: false,
  };
}

export function accountInfo({ currencies }: Portal): Response {
  return answer(200, {
    portalId: PORTAL_ID,
    accountType: "STANDARD",
    timeZone: "Etc/UTC",
    companyCurrency: currencies.company,
    additionalCurrencies: currencies.additional(),
    utcOffset: "+00:00",
    utcOffsetMilliseconds: 0,
    uiDomain: "app.hubspot.com",
    dataHostingLocation: "na1",
  });
}

/**
 * Exchanges any refresh token, or any app's credentials, for an access token: the one that is asked
 * for, where one is.
 */
export function oauthRoutes(accessToken: string | undefined, random: Random): Hono {
  const routes = new Hono();
  routes.post("/token", async (context) => {
    const form = new URLSearchParams(await context.req.text());
    const refreshToken = form.get("refresh_token");
    // An app's own token, which the webhooks journal asks for, stands for no account.
    const isApp = form.get("grant_type") === "client_credentials" && form.get("client_id");
    if (!isApp && (form.get("grant_type") !== "refresh_token" || !refreshToken)) {
      const message = "missing or invalid refresh token";
      return answer(400, {
        error: "invalid_grant",
        error_description: message,
        status: "BAD_REFRESH_TOKEN",
        message,
      });
    }
    return answer(200, {
      token_type: "bearer",
      access_token: accessToken ?? random.bytes(24).toString("base64url"),
      ...(isApp ? {} : { refresh_token: refreshToken }),
      expires_in: TOKEN_SECONDS,
    });
  });
  return routes;
}
