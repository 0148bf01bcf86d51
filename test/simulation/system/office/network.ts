import type { Hono } from "hono";
import type { System } from "../../../../shared/core/reconcile/system.ts";
import type { FaultKind } from "../story/story.ts";
import type { Scheduler } from "../virtual/scheduler.ts";
import type { Chance } from "../virtual/streams.ts";
import type { Environment } from "./environment.ts";
import type { Faults } from "./faults.ts";

/** How long a call takes each way, and how long a slow one does. */
const ONE_WAY_MS = { min: 20, max: 160 };
const SLOW_MS = { min: 3000, max: 12_000 };
/** Whoever was asked has done it within this, or never does: the adapters' own time-outs. */
const LANDS_WITHIN_MS: Readonly<Record<System, number>> = { hubspot: 14_900, salesforce: 29_900 };

/** A request as it reached a CRM. */
export interface Landed {
  readonly system: System;
  readonly environment: Environment;
  readonly method: string;
  readonly url: URL;
  readonly body: string | undefined;
  readonly sentMs: number;
}

interface NetworkOptions {
  readonly scheduler: Scheduler;
  readonly chance: Chance;
  readonly faults: Faults;
  readonly crms: Readonly<Record<System, Hono>>;
  readonly environments: ReadonlyMap<string, Environment>;
  readonly oneWayMs?: { readonly min: number; readonly max: number } | undefined;
  /** Told of each request of Accord's that takes effect, just before it does. */
  readonly onLanding: (landed: Landed) => void;
  readonly tell: (line: string) => void;
}

const BEFORE: readonly FaultKind[] = ["throttled", "unavailable", "reset", "no-answer"];
const AFTER: readonly FaultKind[] = ["unavailable-after", "reset-after", "no-answer-after"];

/** Where an environment reaches a CRM: its name is in the address, so that a call is known by it. */
export function addressOf(system: System, environment: Environment): string {
  return `https://${environment.name}.${system}.test`;
}

/** What lies between Accord's workers and the CRMs. */
export class Network {
  readonly calls: Record<System, number> = { hubspot: 0, salesforce: 0 };
  readonly #options: NetworkOptions;

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  /** The `fetch` of Accord's adapters. */
  readonly fetch = async (
    input: string | URL | Request,
    init: RequestInit = {},
  ): Promise<Response> => {
    const { environments, scheduler, chance, faults, oneWayMs = ONE_WAY_MS } = this.#options;
    const url = new URL(String(input));
    const [name = "", system] = url.hostname.split(".");
    const environment = environments.get(name);
    if (!environment || !isSystem(system)) throw new TypeError(`no route to ${url.hostname}`);
    const what = `${init.method} ${system} ${url.pathname}`;
    await environment.pass("before", what);
    const body = await textOf(init.body);
    this.calls[system] += 1;
    const landed = { system, environment, method: init.method ?? "GET", url, body };
    const wayMs = chance.whole(oneWayMs.min, oneWayMs.max);
    const isSlow = faults.meet(["slow"], what, system);
    const isLate = faults.meet(["late-landing"], what, system);
    const sent = { ...landed, sentMs: scheduler.now() };
    const landsMs = isLate
      ? chance.whole(1000, LANDS_WITHIN_MS[system])
      : isSlow
        ? chance.whole(SLOW_MS.min, SLOW_MS.max)
        : wayMs;
    const answer = this.#travel(sent, init, { landsMs, isAnswered: !isLate });
    const response = await withSignal(answer, init.signal);
    await environment.pass("after", what);
    return response;
  };

  #travel(
    sent: Landed,
    init: RequestInit,
    { landsMs, isAnswered }: { landsMs: number; isAnswered: boolean },
  ): Promise<Response> {
    const { scheduler, chance, faults, crms, onLanding, oneWayMs = ONE_WAY_MS } = this.#options;
    const { system, url, method } = sent;
    const what = `${method} ${system} ${url.pathname}`;
    return new Promise((resolve, reject) => {
      const backMs = () => chance.whole(oneWayMs.min, oneWayMs.max);
      const comeBack = (act: () => void) => scheduler.after(backMs(), act);
      const arrive = async () => {
        if (faults.isDown(system)) return comeBack(() => resolve(failure(503)));
        const before = isAnswered ? faults.meet(BEFORE, what, system) : undefined;
        if (before?.kind === "throttled") return comeBack(() => resolve(throttle(system)));
        if (before?.kind === "unavailable") return comeBack(() => resolve(failure(503)));
        if (before?.kind === "reset") return comeBack(() => reject(connectionReset()));
        if (before?.kind === "no-answer") return undefined;
        onLanding(sent);
        const response = await crms[system].fetch(requestOf(sent, init));
        if (!isAnswered) return undefined;
        const after = faults.meet(AFTER, what, system);
        if (after?.kind === "unavailable-after") return comeBack(() => resolve(failure(502)));
        if (after?.kind === "reset-after") return comeBack(() => reject(connectionReset()));
        if (after?.kind === "no-answer-after") return undefined;
        return comeBack(() => resolve(response));
      };
      scheduler.after(landsMs, () => void arrive());
    });
  }
}

function isSystem(text: string | undefined): text is System {
  return text === "hubspot" || text === "salesforce";
}

function requestOf({ url, method, body }: Landed, { headers }: RequestInit): Request {
  return new Request(url, {
    method,
    ...(headers === undefined ? {} : { headers }),
    ...(body === undefined ? {} : { body }),
  });
}

async function textOf(body: unknown): Promise<string | undefined> {
  if (body === undefined || body === null || typeof body === "string") return body ?? undefined;
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Buffer | string>) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}

/** Ends when the caller's patience does, as `fetch` ends. */
function withSignal(
  answer: Promise<Response>,
  signal: AbortSignal | null | undefined,
): Promise<Response> {
  if (!signal) return answer;
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason);
    signal.addEventListener("abort", giveUp);
    void answer.finally(() => signal.removeEventListener("abort", giveUp)).then(resolve, reject);
  });
}

function connectionReset(): TypeError {
  const cause = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
  return new TypeError("fetch failed", { cause });
}

const JSON_TYPE = { "content-type": "application/json" } as const;

function failure(status: number): Response {
  return new Response(JSON.stringify([{ errorCode: "SERVER_UNAVAILABLE", message: "" }]), {
    status,
    headers: JSON_TYPE,
  });
}

function throttle(system: System): Response {
  const body =
    system === "hubspot"
      ? {
          status: "error",
          policyName: "SECONDLY",
          message: "You have reached your secondly limit.",
        }
      : [{ errorCode: "REQUEST_LIMIT_EXCEEDED", message: "TotalRequests Limit exceeded." }];
  const status = system === "hubspot" ? 429 : 403;
  return new Response(JSON.stringify(body), { status, headers: JSON_TYPE });
}
