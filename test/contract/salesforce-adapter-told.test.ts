import { createServer } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod";
import {
  hintsOfChangeEvent,
  salesforceChangeEvent,
} from "../../shared/salesforce/change-events.ts";
import { ACK, hintsOfOutboundMessage } from "../../shared/salesforce/outbound-messages.ts";
import { passesByProxy } from "../../shared/salesforce/proxy.ts";
import type { Hint } from "../../shared/sync/ports.ts";
import { idOf, ref, type SimulatedOrg, simulatedOrg } from "./salesforce-adapter-simulated.ts";

const ANN = idOf("003", 1);
const BOB = idOf("003", 2);
const DEAL = idOf("006", 1);

let org: SimulatedOrg;
const told: Hint[] = [];
const notified: Hint[] = [];

/** Takes what the org sends, and hands on what the adapter makes of it. */
const receiver = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request) body += String(chunk);
  if (request.url === "/messages") {
    const message = hintsOfOutboundMessage(body);
    if ("hints" in message) notified.push(...message.hints);
    response.writeHead(200, { "content-type": "text/xml" }).end(ACK);
    return;
  }
  for (const event of z.array(salesforceChangeEvent).parse(JSON.parse(body)))
    told.push(...hintsOfChangeEvent(event).hints.map(({ sightings: _seen, ...hint }) => hint));
  response.writeHead(202).end();
});

beforeAll(async () => {
  org = await simulatedOrg();
  org.simulator.seed("Contact", [
    { Id: ANN, LastName: "Lee", Title: "CTO" },
    { Id: BOB, LastName: "Bo" },
  ]);
  org.simulator.seed("Opportunity", [
    { Id: DEAL, Name: "Deal", StageName: "Prospecting", CloseDate: "2026-06-30" },
  ]);
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  const address = receiver.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const set = (what: string, body: object) =>
    fetch(`${org.simulator.url}/_simulator/${what}`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  await set("event-relay", { target: `http://127.0.0.1:${port}/events` });
  await set("outbound-messages", {
    target: `http://127.0.0.1:${port}/messages`,
    objects: ["Contact"],
  });
});
afterAll(async () => {
  await org.stop();
  receiver.closeAllConnections();
  receiver.close();
});

const change = (id: string, properties: Readonly<Record<string, string | null>>) => ({
  recordId: id,
  object: id === DEAL ? "Opportunity" : "Contact",
  id,
  properties,
});

test("what an org tells of its changes becomes hints on the records that changed", async () => {
  await org.crm.write([
    change(ANN, { LastName: "Lea", Title: null }),
    change(DEAL, { CloseDate: "2026-07-01" }),
  ]);
  await org.crm.relate([
    { recordId: "o", relation: "person", action: "add", opportunityId: DEAL, otherId: BOB },
  ]);
  await expect.poll(() => told, { timeout: 4000 }).toHaveLength(3);
  expect(told).toEqual([
    { ref: ref("Contact", ANN), evidence: { LastName: "Lea", Title: null } },
    { ref: ref("Opportunity", DEAL), evidence: { CloseDate: "2026-07-01" } },
    {
      ref: ref("Opportunity", DEAL),
      relations: [{ object: "Contact", id: BOB, present: true }],
    },
  ]);
  await expect.poll(() => notified, { timeout: 4000 }).toContainEqual({ ref: ref("Contact", ANN) });
}, 15_000);

test.each([
  ["http://127.0.0.1:8080", undefined, true],
  ["http://localhost", undefined, true],
  ["http://[::1]:80", undefined, true],
  ["https://acme.my.salesforce.com", undefined, false],
  ["https://acme.my.salesforce.com", "other.com, .salesforce.com", true],
  ["https://acme.my.salesforce.com", "force.com", false],
  ["https://acme.my.salesforce.com", "*", true],
])("a call to %s, with NO_PROXY %s, passes by the proxy: %s", (url, noProxy, passes) => {
  expect(passesByProxy(url, noProxy)).toBe(passes);
});
