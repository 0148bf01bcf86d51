import { Client } from "@hubspot/api-client";
import {
  type HubspotSimulatorOptions,
  startHubspotSimulator,
} from "../../infra/simulators/hubspot/start-hubspot.ts";
import { clockTelling } from "../../infra/simulators/kit/clock.ts";

/** As the API answers: a test reads whatever it expects there. */
// biome-ignore lint/suspicious/noExplicitAny: bodies are asserted, not trusted
type Body = any;

export type ToldEvent = Readonly<Record<string, unknown>>;

/** A simulated account with a clock that can be put forward, and an app that is told of changes. */
export async function openAccount(options: HubspotSimulatorOptions = {}) {
  const time = { aheadMs: 0 };
  const told: ToldEvent[] = [];
  const simulator = await startHubspotSimulator({
    port: 0,
    clock: clockTelling(() => Date.now() + time.aheadMs),
    fetch: async (_url, init) => {
      told.push(...JSON.parse(String(init.body)));
      return new Response();
    },
    ...options,
  });
  const send = async (method: string, path: string, body?: unknown, headers = {}) => {
    const answer = await fetch(`${simulator.url}${path}`, {
      method,
      headers: { Authorization: "Bearer any", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const parsed: Body = text === "" ? undefined : JSON.parse(text);
    return { status: answer.status, headers: answer.headers, body: parsed };
  };
  const call = async (method: string, path: string, body?: unknown) => {
    const { status, body: answered } = await send(method, path, body);
    return { status, body: answered };
  };
  const hubspot = new Client({ accessToken: "any", basePath: simulator.url });
  return {
    simulator,
    hubspot,
    send,
    call,
    told,
    forward: (ms: number) => {
      time.aheadMs += ms;
    },
    newContact: async (properties: Record<string, string>) =>
      (await hubspot.crm.contacts.basicApi.create({ properties })).id,
    /** Asks to be told of `types`, such as `contact.merge` or `contact.propertyChange:email`. */
    async subscribe(...types: readonly string[]) {
      await call("PUT", "/webhooks/v3/77/settings?hapikey=k", {
        targetUrl: "http://app.example/hook",
      });
      for (const type of types) {
        const [eventType, propertyName] = type.split(":");
        const body = { eventType, propertyName, active: true };
        await call("POST", "/webhooks/v3/77/subscriptions?hapikey=k", body);
      }
    },
  };
}

export type Account = Awaited<ReturnType<typeof openAccount>>;

/** How HubSpot refused what was asked of the official client. */
export async function refusal(
  work: Promise<unknown>,
): Promise<{ code: number; body: Record<string, unknown> }> {
  const { code, body } = await work.then(
    () => {
      throw new Error("the call was not refused");
    },
    (error) => error,
  );
  return { code, body };
}
