import { type Context, Hono } from "hono";
import { answer, pathParameter } from "./http-answer.ts";
import { inferObjectType } from "./object-type.ts";
import type { Portal } from "./portal.ts";
import { wholeRecordAnswer } from "./record-answer.ts";
import { restoreRecord } from "./restore-record.ts";
import type { ChangeSource } from "./stored-record.ts";

/** What people do in HubSpot's own pages, where there is no API for it. */
export function personRoutes(portal: Portal): Hono {
  const routes = new Hono();
  routes.post("/restore/:objectType/:objectId", (context) => {
    const type = inferObjectType(pathParameter(context, "objectType"));
    const record = portal.write(personIn(context), (write) =>
      restoreRecord(write, type, pathParameter(context, "objectId")),
    );
    return answer(200, wholeRecordAnswer(type, record));
  });
  return routes;
}

function personIn(context: Context): ChangeSource {
  const sourceId = context.req.header("X-Simulator-Source-Id") ?? "userId:1";
  return { sourceType: "CRM_UI", sourceId };
}
