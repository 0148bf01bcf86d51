import { Hono } from "hono";
import { z } from "zod";
import { answer, pathParameter } from "./http-answer.ts";
import { personRoutes } from "./person-routes.ts";
import type { Portal } from "./portal.ts";
import { parseBody } from "./request-bodies.ts";
import { seed } from "./seed.ts";

/** What HubSpot has not, besides what both simulators offer. Open to all, never counted. */
export function simulatorRoutes(portal: Portal): Hono {
  const routes = new Hono();
  routes.post("/seed/:objectType", async (context) => {
    const lines = (await context.req.text()).split("\n").filter((line) => line.trim() !== "");
    const records = lines.map((line) => parseBody(z.unknown(), line));
    const seeded = seed(portal, pathParameter(context, "objectType"), records);
    return answer(200, { seeded });
  });
  routes.route("/", personRoutes(portal));
  routes.get("/webhooks/pending", () => answer(200, { pending: portal.webhooks.pending.size }));
  return routes;
}
