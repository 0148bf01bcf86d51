import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type { System } from "../../../../shared/core/reconcile/system.ts";
import type { HttpAnswer } from "../../../../shared/runtime/http-handler.ts";
import { NOTICE_FAULTS } from "../story/story.ts";
import type { Scheduler } from "../virtual/scheduler.ts";
import type { Chance } from "../virtual/streams.ts";
import type { Faults } from "./faults.ts";
import type { Queues } from "./queues.ts";

export const RECEIVER = "https://accord.test";

interface NoticesOptions {
  readonly scheduler: Scheduler;
  readonly chance: Chance;
  readonly faults: Faults;
  readonly queues: Queues;
  readonly receiveHubspot: (event: APIGatewayProxyEventV2) => Promise<HttpAnswer>;
}

const ONE_WAY_MS = { min: 10, max: 400 };
/** A webhook that is older than five minutes is refused, and the poll brings its change. */
const LATE_MS = { min: 5000, max: 240_000 };

/** Brings webhooks and change events to Accord: late, twice, in another order, or not at all. */
export class Notices {
  underWay = 0;
  delivered = 0;
  #isSilent = false;
  readonly #options: NoticesOptions;

  constructor(options: NoticesOptions) {
    this.#options = options;
  }

  /** As where nobody has subscribed: what happens from now on is told to nobody. */
  fallSilent(): void {
    this.#isSilent = true;
  }

  speakAgain(): void {
    this.#isSilent = false;
  }

  /** The `fetch` that a CRM sends its notices through. */
  fetchOf(system: System) {
    return async (url: string, init: RequestInit): Promise<Response> => {
      if (this.#isSilent) return new Response("", { status: 200 });
      const { faults, scheduler, chance } = this.#options;
      const fault = faults.meet(NOTICE_FAULTS, `a notice of ${system}`, system);
      const lateMs = () => chance.whole(LATE_MS.min, LATE_MS.max);
      this.underWay += 1;
      try {
        await scheduler.sleep(chance.whole(ONE_WAY_MS.min, ONE_WAY_MS.max));
        switch (fault?.kind) {
          case "lost":
            return new Response("", { status: 200 });
          case "late":
            this.#later(lateMs(), system, url, init);
            return new Response("", { status: 200 });
          case "twice":
            this.#later(lateMs(), system, url, init);
            return await this.#deliver(system, url, init);
          case "out-of-order":
            this.#later(chance.whole(500, 4000), system, url, init);
            return new Response("", { status: 200 });
          default:
            return await this.#deliver(system, url, init);
        }
      } finally {
        this.underWay -= 1;
      }
    };
  }

  #later(afterMs: number, system: System, url: string, init: RequestInit): void {
    this.underWay += 1;
    this.#options.scheduler.after(afterMs, () => {
      void this.#deliver(system, url, init).finally(() => {
        this.underWay -= 1;
      });
    });
  }

  async #deliver(system: System, url: string, { body, headers }: RequestInit): Promise<Response> {
    this.delivered += 1;
    if (system === "salesforce") return this.#toBus(String(body));
    const answer = await this.#options.receiveHubspot(eventOf(url, String(body), headers));
    return new Response(null, { status: answer.statusCode ?? 500 });
  }

  /** The bus puts each event on the live queue as it is (infra/constructs/salesforce-events.ts). */
  #toBus(body: string): Response {
    for (const event of JSON.parse(body) as unknown[])
      this.#options.queues.send("live", JSON.stringify(event), 0);
    return new Response("", { status: 200 });
  }
}

function eventOf(address: string, body: string, headers: unknown): APIGatewayProxyEventV2 {
  const url = new URL(address);
  const given = Object.entries((headers ?? {}) as Record<string, string>);
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: url.pathname,
    rawQueryString: url.search.slice(1),
    headers: {
      ...Object.fromEntries(given.map(([name, value]) => [name.toLowerCase(), value])),
      host: url.host,
      "x-forwarded-proto": "https",
    },
    requestContext: {
      domainName: url.host,
      http: { method: "POST", path: url.pathname },
    } as APIGatewayProxyEventV2["requestContext"],
    body,
    isBase64Encoded: false,
  };
}
