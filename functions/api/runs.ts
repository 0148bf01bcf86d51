import * as z from "zod";
import { type Move, moveRun, startRelease, startUndo } from "../../shared/runs/control.ts";
import { json, refusal } from "../../shared/runtime/http-handler.ts";
import { action, because, NO_QUERY, question } from "./route.ts";
import { answerOfRun, createsPerMinute, limits, run, shownRun } from "./run-answers.ts";

/** Runs that a list shows: the latest ones. */
const MOST_LISTED = 20;

function moving(move: Move, summary: string) {
  return action({
    path: `/api/runs/{run}/${move}`,
    role: "admin",
    summary,
    body: z.strictObject({
      because,
      limits: limits.exactOptional(),
      /** The share of the CRMs' limits that it may take from now on. */
      budget: z.number().gt(0).max(1).exactOptional(),
      /** Null: as fast as it goes. */
      createsPerMinute: createsPerMinute.nullable().exactOptional(),
    }),
    answers: { 202: run },
    async work({ desk }, { params, body: { because: _, ...wanted } }) {
      return answerOfRun(await moveRun(desk, { run: params["run"] ?? "", move, ...wanted }));
    },
  });
}

export const runRoutes = [
  question({
    path: "/api/runs",
    role: "viewer",
    summary: "The latest runs.",
    query: NO_QUERY,
    answers: { 200: z.object({ runs: z.array(run) }) },
    async work({ desk: { runs } }) {
      const ids = await runs.list("run", MOST_LISTED);
      const found = await Promise.all(ids.map((id) => runs.loadRun(id)));
      return json(200, { runs: found.flatMap((one) => (one ? shownRun(one) : [])) });
    },
  }),
  question({
    path: "/api/runs/{run}",
    role: "viewer",
    summary: "A run: how far it is, what it used of its limits, and the calls it made.",
    query: NO_QUERY,
    answers: { 200: run },
    async work({ desk: { runs } }, { params }) {
      const found = await runs.loadRun(params["run"] ?? "");
      return found ? json(200, shownRun(found)) : refusal(404, "there is no such run");
    },
  }),
  moving("pause", "Pauses a run, between two pages of its items."),
  moving(
    "resume",
    "Goes on with a run that was paused or stopped, with other limits, another budget and another pace if given.",
  ),
  moving("cancel", "Ends a run for good; what it has done stays, and can be taken back."),
  action({
    path: "/api/runs/{run}/undo",
    role: "admin",
    summary: "Starts to take back what a run did, but for what people changed since.",
    body: z.strictObject({ because, limits: limits.default({}) }),
    answers: { 202: run },
    async work({ desk }, { params, body, by }) {
      return answerOfRun(await startUndo(desk, { ...body, by, run: params["run"] ?? "" }));
    },
  }),
  action({
    path: "/api/runs/{run}/release",
    role: "admin",
    summary: "Lets the live sync have the records of an undo again; until then it leaves them.",
    body: z.strictObject({ because }),
    answers: { 202: run },
    async work({ desk }, { params, body, by }) {
      return answerOfRun(await startRelease(desk, { ...body, by, run: params["run"] ?? "" }));
    },
  }),
] as const;
