import type { Hono } from "hono";
import { z } from "zod";
import { type EventRelay, relaySettings } from "../events/event-relay.ts";
import { type OutboundMessages, outboundSettings } from "../events/outbound-messages.ts";
import { parseExactJson } from "../records/exact-json.ts";
import { isEmptyOrg, seedRecords } from "../records/seed.ts";
import { noContent, type Org, sendJson } from "./org.ts";

interface Machinery {
  readonly relay: EventRelay;
  readonly outbound: OutboundMessages;
}

/** Reads a body against `schema`, or answers what is wrong with it. */
function read<Schema extends z.ZodType>(
  schema: Schema,
  body: unknown,
): { value: z.output<Schema> } | { refused: Response } {
  const result = schema.safeParse(body);
  if (result.success) return { value: result.data };
  return { refused: sendJson(400, { error: z.prettifyError(result.error) }) };
}

function* parseLines(text: string): Generator<unknown> {
  for (const line of text.split("\n")) if (line.trim() !== "") yield parseExactJson(line);
}

/** What is no part of the real API: seeding, and the set-up that an admin does by hand. */
export function addSimulatorRoutes(app: Hono, org: Org, machinery: Machinery): void {
  const { relay, outbound } = machinery;
  app.get("/_simulator/status", () =>
    sendJson(200, {
      orgId: org.orgId,
      integrationUserId: org.integrationUserId,
      isEmpty: isEmptyOrg(org.database),
      eventRelay: relay.settings,
      outboundMessages: outbound.settings,
    }),
  );
  app.post("/_simulator/seed/:sobject", async (context) => {
    const sobject = context.req.param("sobject");
    const records = parseLines(await context.req.text());
    return sendJson(200, { seeded: seedRecords(org.database, org, { sobject, records }) });
  });
  app.put("/_simulator/event-relay", async (context) => {
    const settings = read(relaySettings, await context.req.json());
    if ("refused" in settings) return settings.refused;
    relay.configure(settings.value);
    return noContent();
  });
  app.put("/_simulator/outbound-messages", async (context) => {
    const settings = read(outboundSettings, await context.req.json());
    if ("refused" in settings) return settings.refused;
    outbound.configure(settings.value);
    return noContent();
  });
  app.post("/_simulator/revoke-tokens", () => {
    org.tokens.revoke(org.database.nowMs());
    return noContent();
  });
}
