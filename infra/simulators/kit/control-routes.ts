import { type Context, Hono } from "hono";
import type { z } from "zod";
import {
  type Dump,
  dumpLines,
  linesOf,
  type ReadDump,
  readDump,
  type System,
  streamOf,
} from "./dump.ts";
import { faultRule } from "./fault-rule.ts";
import type { Faults } from "./faults.ts";
import { clockChange, type SettableClock } from "./settable-clock.ts";

export interface Controls {
  readonly system: System;
  readonly clock: SettableClock;
  readonly faults: Faults;
  stats(): object;
  resetStats(): void;
  snapshot(): Dump;
  /** Replaces all state, or throws and has changed nothing. */
  load(dump: ReadDump): void;
}

/** What no CRM has. Open to all, never counted, never delayed. */
export function controlRoutes(controls: Controls): Hono {
  const routes = new Hono();
  routes.get("/stats", (context) => context.json(controls.stats()));
  routes.delete("/stats", (context) => {
    controls.resetStats();
    return context.body(null, 204);
  });
  addFaultRoutes(routes, controls);
  addClockRoutes(routes, controls);
  addDumpRoutes(routes, controls);
  return routes;
}

function addFaultRoutes(routes: Hono, { faults }: Controls): void {
  routes.get("/faults", (context) => context.json({ faults: faults.list() }));
  routes.post("/faults", async (context) => {
    const given = await readBody(context, faultRule);
    return "refused" in given ? given.refused : context.json(faults.add(given.value), 201);
  });
  routes.delete("/faults", (context) => {
    faults.clear();
    return context.body(null, 204);
  });
  routes.delete("/faults/:id", (context) => {
    const id = context.req.param("id");
    if (faults.remove(id)) return context.body(null, 204);
    return context.json({ error: `there is no fault ${id}` }, 404);
  });
}

function addClockRoutes(routes: Hono, { clock }: Controls): void {
  const answer = () => {
    const { aheadMs, frozenAtMs } = clock.setting;
    const now = new Date(clock.now()).toISOString();
    return { now, skewMs: aheadMs, frozen: frozenAtMs !== undefined };
  };
  routes.get("/clock", (context) => context.json(answer()));
  routes.put("/clock", async (context) => {
    const given = await readBody(context, clockChange);
    if ("refused" in given) return given.refused;
    clock.change(given.value);
    return context.json(answer());
  });
}

function addDumpRoutes(routes: Hono, { system, clock, snapshot, load }: Controls): void {
  routes.get("/dump", () => {
    const lines = dumpLines(system, new Date(clock.now()).toISOString(), snapshot());
    return new Response(streamOf(lines), { headers: { "content-type": "application/x-ndjson" } });
  });
  routes.post("/load", async (context) => {
    const { body } = context.req.raw;
    try {
      const dump = await readDump(system, linesOf(body ?? new Blob([]).stream()));
      load(dump);
      return context.json({ loaded: dump.rows.length });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return context.json({ error: `nothing was loaded: ${reason}` }, 400);
    }
  });
}

/** Reads a body against `schema`, or says in one line what is wrong with it. */
async function readBody<Schema extends z.ZodType>(
  context: Context,
  schema: Schema,
): Promise<{ value: z.output<Schema> } | { refused: Response }> {
  const refuse = (error: string) => ({ refused: context.json({ error }, 400) });
  let json: unknown;
  try {
    json = JSON.parse(await context.req.text());
  } catch (error) {
    return refuse(`the body is not JSON: ${error instanceof Error ? error.message : ""}`);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { value: parsed.data };
  return refuse(parsed.error.issues.map(lineOf).join("; "));
}

function lineOf({ path, message }: z.core.$ZodIssue): string {
  return path.length === 0 ? message : `${path.join(".")}: ${message}`;
}
