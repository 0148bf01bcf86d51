import type { Hono } from "hono";
import { subscribeToHubspot } from "../../../../infra/local/simulated-crm.ts";
import { openHubspotSimulator } from "../../../../infra/simulators/hubspot/start-hubspot.ts";
import { openSalesforceSimulator } from "../../../../infra/simulators/salesforce/start-salesforce.ts";
import { CUSTOM_FIELDS } from "../../../../shared/config/custom-fields.ts";
import { mapping } from "../../../../shared/config/mapping.ts";
import type { System } from "../../../../shared/core/reconcile/system.ts";
import { prepareCrms } from "../../../../shared/sync/prepare-crms.ts";
import type { Story } from "../story/story.ts";
import { live } from "../virtual/globals.ts";
import type { Scheduler } from "../virtual/scheduler.ts";
import { chanceOf } from "../virtual/streams.ts";
import { Environment } from "./environment.ts";
import { Faults } from "./faults.ts";
import { RECEIVER } from "./notices.ts";
import { CLIENT_SECRET } from "./office.ts";
import { openCrms } from "./workers.ts";

/** Two people who work in both CRMs. */
export const USERS = [
  { id: "11", userId: "005Sm0000000011IAA", email: "sam@accord.example", firstName: "Sam" },
  { id: "12", userId: "005Sm0000000012IAA", email: "sue@accord.example", firstName: "Sue" },
] as const;

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface TwoSides {
  readonly crms: Readonly<Record<System, Hono>>;
  /** A session of the people's in Salesforce; it ends after hours, as sessions do. */
  readonly token: () => Promise<string>;
  /** Whom Accord acts as in Salesforce. */
  readonly integrationUserId: string;
}

/** Opens both CRMs, gives them Accord's fields, and has them tell Accord of changes. */
export async function openTwoSides(
  { seed, skewMs, tells }: Story,
  scheduler: Scheduler,
  fetchOf: (system: System) => Fetch,
): Promise<TwoSides> {
  const around = (system: System) => ({
    clock: scheduler.clock(skewMs[system]),
    random: chanceOf(seed, `${system} itself`).next,
    fetch: (url: string, init: RequestInit) => fetchOf(system)(url, init),
  });
  const hubspot = openHubspotSimulator({ ...around("hubspot"), clientSecret: CLIENT_SECRET });
  const salesforce = openSalesforceSimulator(around("salesforce"));
  const integration = { id: "1", email: "integration@salesforce-simulator.example" };
  hubspot.seed("owners", [integration, ...USERS.map(({ id, email }) => ({ id, email }))]);
  salesforce.seed(
    "User",
    USERS.map(({ userId, email, firstName }) => ({
      Id: userId,
      Username: email,
      Email: email,
      FirstName: firstName,
      LastName: "Seller",
      IsActive: true,
    })),
  );
  const crms = { hubspot: hubspot.app, salesforce: salesforce.app };
  const direct = async (input: string | URL | Request, init?: RequestInit) =>
    crms[String(input).includes("hubspot") ? "hubspot" : "salesforce"].fetch(
      new Request(input, await withText(init)),
    );
  live({ scheduler, random: chanceOf(seed, "adapters").next, fetch: direct });
  await prepare(scheduler);
  if (tells.hubspot) await subscribeToHubspot("https://hubspot.test", RECEIVER);
  if (tells.salesforce)
    await salesforce.app.request("/_simulator/event-relay", {
      method: "PUT",
      body: JSON.stringify({ target: `${RECEIVER}/events` }),
    });
  const { integrationUserId } = await signIn(salesforce.app);
  return { crms, integrationUserId, token: sessionsOf(salesforce.app, scheduler) };
}

/** As the function prepare-crms does, before the story begins. */
async function prepare(scheduler: Scheduler): Promise<void> {
  const faults = new Faults([], { sinceStart: scheduler.now, tell: () => undefined });
  const chance = chanceOf(0, "preparation");
  const tell = () => undefined;
  const environment = new Environment({ name: "prepare", scheduler, chance, faults, tell });
  const preparing = prepareCrms(openCrms(environment, scheduler.now), {
    mapping,
    wanted: CUSTOM_FIELDS,
    apply: true,
  });
  let isDone = false;
  void preparing.finally(() => {
    isDone = true;
  });
  await scheduler.runTo(Number.POSITIVE_INFINITY, () => isDone);
  const { refused } = await preparing;
  if (refused.length > 0) throw new Error(JSON.stringify(refused));
}

async function withText(init: RequestInit = {}): Promise<RequestInit> {
  const { signal: _, body, ...rest } = init;
  if (typeof body !== "object" || body === null) return { ...rest, ...(body ? { body } : {}) };
  const chunks: Buffer[] = [];
  for await (const chunk of body as unknown as AsyncIterable<Buffer | string>)
    chunks.push(Buffer.from(chunk));
  return { ...rest, body: Buffer.concat(chunks).toString("utf8") };
}

const SESSION_MS = 3_600_000;

function sessionsOf(app: Hono, { now }: Scheduler): () => Promise<string> {
  let session: { readonly token: string; readonly sinceMs: number } | undefined;
  return async () => {
    if (!session || now() - session.sinceMs > SESSION_MS)
      session = { token: (await signIn(app)).token, sinceMs: now() };
    return session.token;
  };
}

async function signIn(app: Hono): Promise<{ token: string; integrationUserId: string }> {
  const body = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: "people",
    client_secret: "secret",
  });
  const answer = await app.request("/services/oauth2/token", { method: "POST", body });
  const { access_token, id } = (await answer.json()) as { access_token: string; id: string };
  return { token: access_token, integrationUserId: id.split("/").at(-1) ?? "" };
}
