import { Hono } from "hono";
import { z } from "zod";
import type { CallStats } from "../kit/serve.ts";
import { answer, pathParameter } from "./http-answer.ts";
import { personRoutes } from "./person-routes.ts";
import type { Portal } from "./portal.ts";
import { dropBody, parseBody } from "./request-bodies.ts";
import { seed } from "./seed.ts";
import type { WebhookSender } from "./webhook-sender.ts";

export interface SimulatorControls {
  readonly portal: Portal;
  readonly stats: CallStats;
  readonly sender: WebhookSender;
}

/** What HubSpot has not: loading data, counting calls, losing webhooks. Open to all, never counted. */
export function simulatorRoutes({ portal, stats, sender }: SimulatorControls): Hono {
  const routes = new Hono();
  routes.get("/stats", () => answer(200, { ...stats, writes: portal.writes }));
  routes.post("/seed/:objectType", async (context) => {
    const lines = (await context.req.text()).split("\n").filter((line) => line.trim() !== "");
    const records = lines.map((line) => parseBody(z.unknown(), line));
    const seeded = seed(portal, pathParameter(context, "objectType"), records);
    return answer(200, { seeded });
  });
  routes.post("/webhooks/drop", async (context) => {
    const { count } = parseBody(dropBody, await context.req.text());
    sender.drop(count);
    return answer(200, { dropping: count });
  });
  routes.route("/", personRoutes(portal));
  routes.get("/webhooks/pending", () => answer(200, { pending: portal.webhooks.pending.size }));
  return routes;
}
