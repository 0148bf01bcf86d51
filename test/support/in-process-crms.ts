import { openHubspotSimulator } from "../../infra/simulators/hubspot/start-hubspot.ts";
import type { OpenSimulator, SimulatorOptions } from "../../infra/simulators/kit/simulator.ts";
import { openSalesforceSimulator } from "../../infra/simulators/salesforce/start-salesforce.ts";
import { type VirtualClock, virtualClock } from "./virtual-clock.ts";

export const MORNING = "2026-03-01T08:00:00.000Z";

/** Mulberry32: numbers from 0 up to 1 that follow from a seed. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface Sent {
  readonly atMs: number;
  readonly url: string;
  readonly body: string;
}

// biome-ignore lint/suspicious/noExplicitAny: answers are as varied as the APIs, and are asserted.
type Body = any;

export interface InProcessCrm extends OpenSimulator {
  readonly clock: VirtualClock;
  /** What the CRM has sent, and how the target answers: 200 unless a test says otherwise. */
  readonly sent: Sent[];
  readonly target: { status: number };
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: Body }>;
}

type System = "hubspot" | "salesforce";

/** One CRM without a socket, on time that stands still, with targets that only remember. */
export async function openInProcess(
  system: System,
  options: SimulatorOptions = {},
): Promise<InProcessCrm> {
  const clock = virtualClock(Date.parse(MORNING));
  const sent: Sent[] = [];
  const target = { status: 200 };
  const all = {
    clock,
    random: seeded(1),
    fetch: async (url: string, init: RequestInit) => {
      sent.push({ atMs: clock.now(), url, body: String(init.body) });
      return new Response("<Ack>true</Ack>", { status: target.status });
    },
    ...options,
  };
  const open = system === "hubspot" ? openHubspotSimulator : openSalesforceSimulator;
  const simulator = open(all);
  let token = "any";
  const call: InProcessCrm["call"] = async (method, path, body) => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const answer = await simulator.app.fetch(
      new Request(`https://${system}.example${path}`, {
        method,
        headers: { authorization: `Bearer ${token}` },
        ...(body === undefined ? {} : { body: text }),
      }),
    );
    const answered = await answer.text();
    const isJson = answer.headers.get("content-type")?.includes("json") ?? false;
    const isLines = answer.headers.get("content-type")?.includes("ndjson") ?? false;
    return {
      status: answer.status,
      body: isJson && !isLines && answered !== "" ? JSON.parse(answered) : answered,
    };
  };
  if (system === "salesforce") {
    const login = "grant_type=client_credentials&client_id=id&client_secret=secret";
    token = (await call("POST", "/services/oauth2/token", login)).body.access_token;
  }
  return { ...simulator, clock, sent, target, call };
}
