import { randomUUID } from "node:crypto";
import * as z from "zod";
import { BUCKETS } from "../../shared/parity/bridge.ts";
import { FINDING_KINDS, type Outsider } from "../../shared/parity/finding.ts";
import { pageOfFindings, pageOfOutsiders } from "../../shared/parity/list-found.ts";
import { reportOf } from "../../shared/parity/report.ts";
import { startSweep } from "../../shared/parity/start-sweep.ts";
import { json, refusal } from "../../shared/runtime/http-handler.ts";
import { next, ref, system, value } from "./answers.ts";
import { action, because, NO_QUERY, question } from "./route.ts";

/** Sweeps that a list shows: the latest ones. */
const MOST_LISTED = 20;

const UNKNOWN = "there is no such sweep";

const sums = z.record(z.string(), z.number());

const sweep = z.looseObject({
  id: z.string(),
  state: z.string(),
  reason: z.string().exactOptional(),
  kinds: z.array(z.string()),
  repair: z.boolean(),
  by: z.string(),
  because: z.string(),
  startedAt: z.string(),
  endedAt: z.string().exactOptional(),
  rows: sums,
  calls: z.object({ hubspot: z.number(), salesforce: z.number() }),
});

const report = sweep.extend({
  /** Findings in all. */
  found: z.number(),
  report: z.record(
    z.string(),
    z.looseObject({
      share: z.object({ equal: z.number(), compared: z.number(), percent: z.string() }),
      read: z.object({ hubspot: z.number(), salesforce: z.number() }),
      hubspot: sums,
      salesforce: sums,
      addsUp: z.boolean(),
      fields: z.record(
        z.string(),
        z.object({ compared: z.number(), equal: z.number(), explained: z.number() }),
      ),
      places: sums,
      findings: sums,
    }),
  ),
});

const finding = z.looseObject({
  kind: z.enum(FINDING_KINDS),
  of: z.string(),
  refs: z.array(ref),
  recordId: z.string().exactOptional(),
  field: z.string().exactOptional(),
  hubspot: value.exactOptional(),
  salesforce: value.exactOptional(),
  known: value.exactOptional(),
  words: z.string(),
});

const outsider = z.looseObject({
  of: z.string(),
  ref,
  bucket: z.enum(BUCKETS),
  recordId: z.string().exactOptional(),
  reason: z.string(),
});

export const parityRoutes = [
  action({
    path: "/api/parity",
    role: "admin",
    summary:
      "Starts to compare both CRMs, whole; what it finds is looked at again, unless told not to.",
    body: z.strictObject({
      kinds: z.array(z.string()).min(1).exactOptional(),
      repair: z.boolean().default(true),
      because,
    }),
    answers: { 202: sweep },
    async work({ parity }, { body, by }) {
      const id = `parity-${new Date(parity.world.now()).toISOString().slice(0, 10)}-${randomUUID().slice(0, 6)}`;
      const started = await startSweep(parity, { ...body, id, by });
      return "refused" in started ? refusal(400, started.reason) : json(202, started);
    },
  }),
  question({
    path: "/api/parity",
    role: "viewer",
    summary: "The latest sweeps.",
    query: NO_QUERY,
    answers: { 200: z.object({ sweeps: z.array(report) }) },
    async work({ parity: { sweeps } }) {
      const ids = await sweeps.list(MOST_LISTED);
      const found = await Promise.all(ids.map((id) => sweeps.loadSweep(id)));
      return json(200, { sweeps: found.flatMap((one) => one ?? []).map(reportOf) });
    },
  }),
  question({
    path: "/api/parity/{sweep}",
    role: "viewer",
    summary: "A sweep: how far it is, the share of equal fields by kind, and the count bridge.",
    query: NO_QUERY,
    answers: { 200: report },
    async work({ parity: { sweeps } }, { params }) {
      const found = await sweeps.loadSweep(params["sweep"] ?? "");
      return found ? json(200, reportOf(found)) : refusal(404, UNKNOWN);
    },
  }),
  question({
    path: "/api/parity/{sweep}/findings",
    role: "viewer",
    summary: "What no named place explains, record by record, with both values; paged.",
    query: z.strictObject({
      kind: z.enum(FINDING_KINDS).exactOptional(),
      of: z.string().exactOptional(),
      after: z.string().exactOptional(),
    }),
    answers: { 200: z.object({ items: z.array(finding), next }) },
    async work({ parity: { sweeps } }, { params, query: { kind, ...query } }) {
      const found = await sweeps.loadSweep(params["sweep"] ?? "");
      if (!found) return refusal(404, UNKNOWN);
      const isMeant = (one: { kind: string }) => kind === undefined || one.kind === kind;
      return json(200, await pageOfFindings(sweeps, found, { ...query, isMeant }));
    },
  }),
  question({
    path: "/api/parity/{sweep}/outsiders",
    role: "viewer",
    summary:
      "The records behind the count bridge: who is counted on one side alone, and why; paged.",
    query: z.strictObject({
      of: z.string().exactOptional(),
      system: system.exactOptional(),
      bucket: z.enum(BUCKETS).exactOptional(),
      after: z.string().exactOptional(),
    }),
    answers: { 200: z.object({ items: z.array(outsider), next }) },
    async work({ parity: { sweeps } }, { params, query: { bucket, system: side, ...query } }) {
      const found = await sweeps.loadSweep(params["sweep"] ?? "");
      if (!found) return refusal(404, UNKNOWN);
      const isMeant = (one: Outsider) =>
        (bucket === undefined || one.bucket === bucket) &&
        (side === undefined || one.ref.system === side);
      return json(200, await pageOfOutsiders(sweeps, found, { ...query, isMeant }));
    },
  }),
] as const;
