import type { MiddlewareHandler } from "hono";
import { z } from "zod";
import { Refusal } from "../records/refusal.ts";
import type { Keeper } from "../setup/declared.ts";

const DAY_MS = 86_400_000;
/** Calls are forgotten in lots of this length, so that the window rolls and little is kept. */
const LOT_MS = 300_000;
/** The daily allowance of a full sandbox. Source: limits cheat sheet. */
const SANDBOX_REQUESTS = 5_000_000;
/** A session's default lifetime. From memory (unverified). */
const SESSION_MS = 7_200_000;

/** What an org may do in a day, and how long a session lasts. */
export const limitsChange = z.strictObject({
  dailyRequests: z.int().min(1).optional(),
  /** Sets the counter: all of these were made just now. */
  usedRequests: z.int().min(0).optional(),
  tokenLifetimeMs: z.int().min(1).optional(),
});

const keptLimits = z.object({ dailyRequests: z.int(), tokenLifetimeMs: z.int() });

type Limits = z.infer<typeof keptLimits>;

/** Counts the calls of the last 24 hours, whoever made them, and knows how many there may be. */
export class Allowance {
  readonly #keeper: Keeper;
  readonly #now: () => number;
  readonly #lots = new Map<number, number>();
  #limits: Limits;
  #used = 0;

  constructor(keeper: Keeper, now: () => number, wanted: Partial<Limits>) {
    this.#keeper = keeper;
    this.#now = now;
    const [kept] = keeper.keptBefore("limits");
    this.#limits = {
      dailyRequests: SANDBOX_REQUESTS,
      tokenLifetimeMs: SESSION_MS,
      ...(kept ? keptLimits.parse(JSON.parse(kept.json)) : {}),
      ...wanted,
    };
    for (const { id, json } of keeper.keptBefore("requests")) this.#put(Number(id), Number(json));
  }

  get limits(): Limits {
    return this.#limits;
  }

  get used(): number {
    const firstLot = Math.floor((this.#now() - DAY_MS) / LOT_MS);
    for (const lot of this.#lots.keys()) {
      if (lot > firstLot) break;
      this.#put(lot, 0);
      this.#keeper.store([{ table: "requests", id: String(lot), json: null }]);
    }
    return this.#used;
  }

  spend(): void {
    const lot = Math.floor(this.#now() / LOT_MS);
    const count = (this.#lots.get(lot) ?? 0) + 1;
    this.#put(lot, count);
    this.#keeper.store([{ table: "requests", id: String(lot), json: String(count) }]);
  }

  change({ usedRequests, ...limits }: z.infer<typeof limitsChange>): void {
    this.#limits = { ...this.#limits, ...limits };
    const rows = [{ table: "limits", id: "all", json: JSON.stringify(this.#limits) }];
    this.#keeper.store(rows);
    if (usedRequests === undefined) return;
    for (const lot of [...this.#lots.keys()]) {
      this.#put(lot, 0);
      this.#keeper.store([{ table: "requests", id: String(lot), json: null }]);
    }
    const lot = Math.floor(this.#now() / LOT_MS);
    this.#put(lot, usedRequests);
    this.#keeper.store([{ table: "requests", id: String(lot), json: String(usedRequests) }]);
  }

  #put(lot: number, count: number): void {
    this.#used += count - (this.#lots.get(lot) ?? 0);
    if (count === 0) this.#lots.delete(lot);
    else this.#lots.set(lot, count);
  }
}

/** A call of an API counts; logging in, and the parts of a composite request, do not. */
function counts(path: string, env: unknown): boolean {
  const isPart = typeof env === "object" && env !== null && "isPart" in env;
  return !isPart && /^\/services\/(?:data\/v|Soap\/)/.test(path);
}

/** Refuses calls beyond the allowance, counts the others, and says so on every answer. */
export function withinAllowance(allowance: Allowance): MiddlewareHandler {
  return async (context, next) => {
    const isCall = counts(context.req.path, context.env);
    const { dailyRequests } = allowance.limits;
    if (isCall && allowance.used >= dailyRequests) {
      const refusal = new Refusal("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.");
      context.res = new Response(JSON.stringify(refusal.toBody()), {
        status: 403,
        headers: { "content-type": "application/json;charset=UTF-8" },
      });
    } else {
      await next();
      if (isCall && context.res.status !== 401) allowance.spend();
    }
    context.res.headers.set("Sforce-Limit-Info", `api-usage=${allowance.used}/${dailyRequests}`);
  };
}
