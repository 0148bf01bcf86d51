import { serve } from "@hono/node-server";
import { Hono } from "hono";
import {
  type HubspotSimulatorOptions,
  startHubspotSimulator,
} from "../../infra/simulators/hubspot/start-hubspot.ts";
import { mapping } from "../../shared/config/mapping.ts";
import { wireShapes } from "../../shared/core/mapping/wire-shape.ts";
import { type HubspotOptions, hubspotCrm } from "../../shared/hubspot/hubspot-crm.ts";
import type { MissingField, RecordWrite, Ref } from "../../shared/sync/ports.ts";

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** What stands in for the portal's answer: an answer, `hang` for none at all, or undefined for none. */
type Interruption = (
  request: SeenRequest,
) => Response | "hang" | undefined | Promise<Response | undefined>;

export const ACCORD_ID: readonly MissingField[] = ["contacts", "companies", "deals"].map(
  (object) => ({
    system: "hubspot",
    object,
    property: "accord_id",
    label: "Accord id",
    type: "text",
    unique: true,
  }),
);

/** A simulated portal behind a gate that can answer in its place, and the adapter on it. */
export async function openPortal(options: Omit<HubspotSimulatorOptions, "port"> = {}) {
  const simulator = await startHubspotSimulator({
    port: 0,
    limits: "off",
    searchLagMs: { minMs: 0, maxMs: 0 },
    ...options,
  });
  const seen: SeenRequest[] = [];
  const gate: { interrupt: Interruption } = { interrupt: () => undefined };
  const app = new Hono();
  app.onError((_error, context) => context.text("", 502));
  app.all("*", async (context) => {
    const { pathname, search } = new URL(context.req.url);
    const body = await context.req.text();
    const request = { method: context.req.method, path: pathname + search, body };
    seen.push(request);
    const instead = await gate.interrupt(request);
    if (instead === "hang") return new Promise<Response>(() => undefined);
    if (instead) return instead;
    const { method } = context.req;
    return fetch(simulator.url + request.path, {
      method,
      headers: {
        authorization: context.req.header("authorization") ?? "",
        "content-type": "application/json",
      },
      ...(method === "GET" ? {} : { body }),
    });
  });
  const server = await new Promise<{ port: number; close: () => void }>((resolve) => {
    const started = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) =>
      resolve({
        port,
        close: () => {
          if ("closeAllConnections" in started) started.closeAllConnections();
          started.close();
        },
      }),
    );
  });
  const clock = { nowMs: Date.now() };
  const openCrm = (more: Partial<HubspotOptions> = {}) =>
    hubspotCrm({
      baseUrl: `http://127.0.0.1:${server.port}/`,
      credentials: async () => ({ accessToken: options.accessToken ?? "token" }),
      shapes: wireShapes(mapping, "hubspot"),
      now: () => clock.nowMs,
      ...more,
    });
  return {
    simulator,
    clock,
    seen,
    crm: openCrm(),
    openCrm,
    /** What the adapter asked for since last time, without the property definitions. */
    takeSeen: () =>
      seen
        .splice(0)
        .map(({ method, path }) => `${method} ${path}`)
        .filter((line) => !line.includes("/properties/")),
    interrupt: (interrupt: Interruption) => {
      gate.interrupt = interrupt;
    },
    /** Answers the first `times` matching requests so, and lets all else through. */
    interruptOnce: (path: string, answer: () => Response | "hang", times = 1) => {
      let left = times;
      gate.interrupt = (request) => {
        if (left === 0 || !request.path.includes(path)) return undefined;
        left -= 1;
        return answer();
      };
    },
    close: async () => {
      server.close();
      await simulator.stop();
    },
  };
}

export type TestPortal = Awaited<ReturnType<typeof openPortal>>;

/** A portal whose custom fields are set up. */
export async function openReadyPortal(options: Omit<HubspotSimulatorOptions, "port"> = {}) {
  const portal = await openPortal(options);
  await portal.crm.createFields(ACCORD_ID);
  return portal;
}

export const contactRef = (id: string): Ref => ({ system: "hubspot", object: "contacts", id });

export function toCreate(recordId: string, properties: RecordWrite["properties"]): RecordWrite {
  return { recordId, object: "contacts", id: undefined, properties };
}

export function toUpdate(id: string, properties: RecordWrite["properties"]): RecordWrite {
  return { recordId: `record-${id}`, object: "contacts", id, properties };
}

/** A request to the portal past the adapter, as a person in its user interface would cause it. */
export async function call(
  portal: TestPortal,
  path: string,
  body: unknown,
  method: "POST" | "PATCH" = "POST",
): Promise<void> {
  const answer = await fetch(portal.simulator.url + path, {
    method,
    headers: { authorization: "Bearer token", "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
}
