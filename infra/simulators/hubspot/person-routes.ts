import { type Context, Hono } from "hono";
import { answer, pathParameter } from "./http-answer.ts";
import { CONTACT } from "./object-type.ts";
import type { Portal } from "./portal.ts";
import { wholeRecordAnswer } from "./record-answer.ts";
import { recordVisit } from "./record-visit.ts";
import { invalid, notFound } from "./refusal.ts";
import { parseBody, requiredRulesBody, visitBody } from "./request-bodies.ts";
import { restoreRecord } from "./restore-record.ts";
import type { ChangeSource } from "./stored-record.ts";

/** What people do in HubSpot's own pages, where there is no API for it. */
export function personRoutes(portal: Portal): Hono {
  const routes = new Hono();
  routes.post("/restore/:objectType/:objectId", (context) => {
    const type = portal.objectTypes.infer(pathParameter(context, "objectType"));
    const record = portal.write(personIn(context), (write) =>
      restoreRecord(write, type, pathParameter(context, "objectId")),
    );
    return answer(200, wholeRecordAnswer(type, record));
  });
  routes.post("/visits", async (context) => {
    const visit = parseBody(visitBody, await context.req.text());
    const sources = portal.definitions.get(CONTACT, "hs_latest_source")?.options ?? [];
    if (!sources.some(({ value }) => value === visit.source))
      throw invalid(
        `source is '${visit.source}'; expected one of ${sources.map(({ value }) => value).join(", ")}`,
      );
    const record = portal.write(personIn(context), (write) => recordVisit(write, visit));
    return answer(200, wholeRecordAnswer(CONTACT, record));
  });
  routes.get("/required-properties/:objectType", (context) => {
    const type = portal.objectTypes.infer(pathParameter(context, "objectType"));
    return answer(200, portal.requiredRules.get(type.plural) ?? NOTHING_REQUIRED);
  });
  routes.put("/required-properties/:objectType", async (context) => {
    const type = portal.objectTypes.infer(pathParameter(context, "objectType"));
    const rules = parseBody(requiredRulesBody, await context.req.text());
    const named = [
      ...rules.onCreate,
      ...rules.conditional.flatMap(({ property, requires }) => [property, ...requires]),
    ];
    for (const name of named)
      if (!portal.definitions.get(type, name)) throw notFound(`Property '${name}' does not exist`);
    portal.write(personIn(context), () => portal.requiredRules.set(type.plural, rules));
    return answer(200, rules);
  });
  return routes;
}

const NOTHING_REQUIRED = { onCreate: [], conditional: [] };

function personIn(context: Context): ChangeSource {
  const sourceId = context.req.header("X-Simulator-Source-Id") ?? "userId:1";
  return { sourceType: "CRM_UI", sourceId };
}
