import type { Meter } from "../core/quota/meter.ts";
import type { MeterName } from "../core/quota/meters.ts";
import type { Kind } from "../core/reconcile/system.ts";
import { nowText } from "../sync/subject.ts";
import { forecastOf, type Pace, undoForecastOf } from "./forecast.ts";
import { tooOldToUndo, tooOldToWork } from "./kept-until.ts";
import type { Plan, PlanRequest } from "./plan.ts";
import type { RunWorld } from "./ports.ts";
import { readingOf } from "./read-plan.ts";
import { countsOfAll, type Limits, type Run, type RunState } from "./run.ts";
import { SEALINGS } from "./seal-plan.ts";
import { beginnings, chainsOf, pieceOf, sendStage, stagesOf } from "./work-run.ts";

/** What is needed to start, stop and resume: no CRM is spoken to. */
export type Desk = Pick<RunWorld, "runs" | "queue"> & {
  readonly world: Pick<RunWorld["world"], "mapping" | "now">;
  /** What is known of a CRM's limit now. */
  readonly meterOf: (name: MeterName) => Promise<Meter>;
  /** A short text that nothing else has. */
  readonly newId: () => string;
};

/** Who asks, and why. */
export interface Asked {
  readonly by: string;
  readonly because: string;
}

export type Answer<Value> =
  | Value
  | { readonly refused: "unknown" | "impossible" | "bad"; readonly reason: string };

const ORDER = ["company", "person", "opportunity"];

/**
 * Starts to make a plan; it is ready some time later, and nothing else is done.
 *
 * @param offer - Of a plan that a change of the mapping asks for: the id that it was given.
 */
export async function startPlan(
  desk: Omit<Desk, "meterOf">,
  asked: PlanRequest & Asked,
  offer?: { readonly id: string; readonly offered: true },
): Promise<Answer<Plan>> {
  const { by, because, ...given } = asked;
  const request = { ...given, kinds: inOrder(given.kinds) };
  const wrong = problemOf(desk, request);
  if (wrong !== undefined) return { refused: "bad", reason: wrong };
  const objects = desk.world.mapping.kinds
    .filter(({ kind }) => request.kinds.includes(kind))
    .flatMap(({ kind, objects }) =>
      objects.map(({ system, object }) => ({ kind, system, object })),
    );
  const plan: Plan = {
    id: `plan-${nowText(desk.world).slice(0, 10)}-${desk.newId()}`,
    request,
    by,
    because,
    createdAt: nowText(desk.world),
    mappingVersion: desk.world.mapping.version,
    state: "reading",
    lacks: [],
    readings: {},
    calls: { hubspot: 0, salesforce: 0 },
    ...offer,
  };
  // One that is owed may have been begun by whoever died before it was sent for.
  const isKept = offer !== undefined && (await desk.runs.loadPlan(offer.id)) !== undefined;
  if (!isKept) await desk.runs.addPlan(plan, [...objects.map(readingOf), ...SEALINGS]);
  const since = request.since === undefined ? undefined : Date.parse(request.since);
  await desk.queue.send(
    objects.map(({ kind, system, object }) => ({
      step: "read",
      plan: plan.id,
      system,
      object,
      ...(since === undefined ? {} : { cursor: { modifiedAtMs: since, id: "" } }),
      reading: { kind, rows: 0 },
      attempt: 0,
    })),
    0,
  );
  return plan;
}

/** Kinds that others point at come first. */
function inOrder(kinds: readonly Kind[]): Kind[] {
  return [...new Set(kinds)].sort((one, other) => rank(one) - rank(other));
}

function rank(kind: Kind): number {
  const index = ORDER.indexOf(kind);
  return index < 0 ? ORDER.length : index;
}

/** What is wrong with a request, in one line that says what is possible. */
function problemOf(
  { world }: Pick<Desk, "world">,
  { kinds, since, where, fields = [] }: PlanRequest,
) {
  const { mapping, now } = world;
  const known = mapping.kinds.map(({ kind }) => kind);
  if (kinds.length === 0) return `name at least one object: ${known.join(", ")}`;
  const stranger = kinds.find((kind) => !known.includes(kind));
  if (stranger !== undefined)
    return `there is no object ${stranger}; there are ${known.join(", ")}`;
  if (since !== undefined && !(Date.parse(since) <= now()))
    return `--since is ${since}; expected a date that is not in the future`;
  const all = mapping.kinds
    .filter(({ kind }) => kinds.includes(kind))
    .flatMap((kind) => kind.fields.map(({ name }) => name));
  const unknown = [...where.map(({ field }) => field), ...fields].find(
    (field) => !all.includes(field),
  );
  if (unknown !== undefined)
    return `there is no field ${unknown} of ${kinds.join(", ")}; there are ${[...new Set(all)].sort().join(", ")}`;
  return undefined;
}

/** A first apply touches no more records than a person can look over; whoever has looked lifts it. */
export const SMALL_BLAST: Limits = { creates: 100, updates: 500 };

/** A plan of last week is no longer what an operator has in mind. */
const STALE_MS = 7 * 24 * 3_600_000;

/** How fast a run may go. */
type Speed = Pick<Run, "budget" | "createsPerMinute">;

interface ToApply extends Speed, Pick<Run, "limits"> {
  readonly plan: string;
  readonly hash?: string;
}

/** Starts to do what a plan says: once. */
export async function startApply(
  desk: Desk,
  { plan: id, hash, limits, ...asked }: Asked & ToApply,
): Promise<Answer<Run>> {
  const plan = await desk.runs.loadPlan(id);
  if (!plan) return unknown(`there is no plan ${id}`);
  if (plan.state !== "ready") return impossible(`${id} is not ready: it is ${plan.state}`);
  if (hash !== undefined && hash !== plan.hash)
    return impossible(
      `${id} has another hash (${plan.hash}): it is not the plan that was looked at`,
    );
  if (plan.lacks.length > 0)
    return impossible(
      `${plan.lacks.join(", ")} is missing, and nothing can be kept in agreement without it: create Accord's fields ('npm start -- --create-fields', or accord-prepare-crms), and plan again`,
    );
  if (plan.mappingVersion !== desk.world.mapping.version)
    return impossible(`${id} was made with another mapping; plan again`);
  if (desk.world.now() - Date.parse(plan.createdAt) > STALE_MS)
    return impossible(`${id} is older than seven days; plan again`);
  const forecast = forecastOf(plan, await paceOf(desk, asked));
  const run = newRun(desk, { plan, what: "apply", limits, forecast, ...asked });
  if (!(await desk.runs.giveRun(id, run.id)))
    return impossible(`${id} is applied already, by ${(await desk.runs.loadPlan(id))?.run}`);
  return await begin(desk, run);
}

/** Starts to take back what a run has done. */
export async function startUndo(
  desk: Desk,
  { run: id, limits, ...asked }: Asked & { run: string; limits: Limits },
): Promise<Answer<Run>> {
  const run = await desk.runs.loadRun(id);
  if (!run) return unknown(`there is no run ${id}`);
  if (run.what !== "apply")
    return impossible(`${id} takes back ${run.of}; to do that again, plan and apply it anew`);
  if (run.state === "running") return impossible(`${id} is under way; pause or cancel it first`);
  const plan = await desk.runs.loadPlan(run.plan);
  if (!plan) return unknown(`there is no plan ${run.plan}`);
  const tooOld = tooOldToUndo(plan, desk.world.now());
  if (tooOld !== undefined) return impossible(tooOld);
  const forecast = undoForecastOf(plan, run, await paceOf(desk, {}));
  const undo = { ...newRun(desk, { plan, what: "undo", limits, forecast, ...asked }), of: id };
  if (!(await desk.runs.giveUndo(id, undo.id)))
    return impossible(`${id} is taken back already, by ${(await desk.runs.loadRun(id))?.undoneBy}`);
  return await begin(desk, undo);
}

/** Starts to let the live sync have the records of an undo again, which were held. */
export async function startRelease(
  desk: Desk,
  { run: id, ...asked }: Asked & { run: string },
): Promise<Answer<Run>> {
  const run = await desk.runs.loadRun(id);
  if (!run) return unknown(`there is no run ${id}`);
  if (run.what !== "undo") return impossible(`${id} is no undo: it holds no records`);
  if (run.state === "running") return impossible(`${id} is under way; wait for its end`);
  const plan = await desk.runs.loadPlan(run.plan);
  if (!plan) return unknown(`there is no plan ${run.plan}`);
  const tooOld = tooOldToWork(plan, "release", desk.world.now());
  if (tooOld !== undefined) return impossible(tooOld);
  const given = newRun(desk, { plan, what: "release", limits: {}, ...asked });
  return await begin(desk, { ...given, of: id });
}

/** What a run of such a speed will have of the limits, as they are known now. */
export async function paceOf({ meterOf }: Desk, speed: Speed): Promise<Pace> {
  return { ...speed, hubspot: await meterOf("hubspot calls") };
}

interface NewRun extends Speed, Pick<Run, "what" | "limits"> {
  readonly plan: Plan;
  readonly forecast?: Run["forecast"] | undefined;
}

function newRun(
  { world, newId }: Desk,
  { plan, what, limits, budget, createsPerMinute, forecast, by, because }: Asked & NewRun,
): Run {
  const now = nowText(world);
  return {
    id: `run-${now.slice(0, 10)}-${newId()}`,
    what,
    plan: plan.id,
    kinds: plan.request.kinds,
    by,
    because,
    startedAt: now,
    state: "running",
    limits,
    ...(budget === undefined ? {} : { budget }),
    ...(createsPerMinute ? { createsPerMinute } : {}),
    ...(forecast ? { forecast: { calls: forecast.calls, minutes: forecast.minutes } } : {}),
    used: { creates: 0, updates: 0, archives: 0 },
    pages: {},
    creations: [],
    turn: 0,
    epoch: 1,
    items: plan.totals?.items ?? 0,
    counts: countsOfAll(plan.totals?.items ?? 0, []),
    calls: { hubspot: 0, salesforce: 0 },
  };
}

async function begin(desk: Desk, run: Run): Promise<Run> {
  const chains = chainsOf(run.items);
  const pieces = stagesOf(run).flatMap((_, stage) => chains.map((chain) => pieceOf(stage, chain)));
  await desk.runs.addRun(run, pieces);
  await sendStage(desk, run, 0, beginnings(chains));
  return run;
}

/** What may become of a run in a state, and what it is then. */
const MOVES = {
  pause: { from: ["running"], to: "paused" },
  // One that is under way as well: where its messages are dead letters, nobody works on it any more.
  resume: { from: ["paused", "stopped", "running"], to: "running" },
  cancel: { from: ["running", "paused", "stopped"], to: "cancelled" },
} as const satisfies Record<string, { from: readonly RunState[]; to: RunState }>;

export type Move = keyof typeof MOVES;

/** Pauses, resumes or cancels a run, between two pages of its items. */
export async function moveRun(
  desk: Desk,
  { run: id, move, ...wanted }: Speed & { run: string; move: Move; limits?: Limits },
): Promise<Answer<Run>> {
  const run = await desk.runs.loadRun(id);
  if (!run) return unknown(`there is no run ${id}`);
  const { from, to } = MOVES[move];
  const isResumed = move === "resume";
  const change = {
    state: to,
    ...(isResumed ? { limits: run.limits, ...wanted, epoch: run.epoch + 1, reason: "" } : {}),
  };
  if (!(await desk.runs.changeRun(id, change, from)))
    return impossible(`${id} is ${run.state}: it cannot be ${PAST[move]}`);
  const next = { ...run, ...change };
  if (isResumed) await resume(desk, next);
  return next;
}

const PAST = { pause: "paused", resume: "resumed", cancel: "cancelled" } as const;

/** The first kind that is not done goes on, chain by chain, each where it stopped. */
async function resume(desk: Desk, run: Run): Promise<void> {
  const open = await desk.runs.openOf({ job: "run", id: run.id });
  const stage = stagesOf(run).findIndex((_, index) =>
    open.some((piece) => piece.startsWith(`${index} `)),
  );
  const places = await desk.runs.placesOf(run.id);
  const chains = [...beginnings(chainsOf(run.items))]
    .filter(([chain]) => open.includes(pieceOf(stage, chain)))
    .map(([chain, start]) => [chain, places.get(pieceOf(stage, chain)) ?? start] as const);
  if (stage >= 0) await sendStage(desk, run, stage, new Map(chains));
}

/** Nothing more is read for it, and it cannot be applied. */
export async function cancelPlan(desk: Desk, id: string): Promise<Answer<Plan>> {
  const plan = await desk.runs.loadPlan(id);
  if (!plan) return unknown(`there is no plan ${id}`);
  if (plan.run !== undefined) return impossible(`${id} is applied by ${plan.run}; cancel that`);
  await desk.runs.changePlan(id, { state: "cancelled" });
  return { ...plan, state: "cancelled" };
}

const unknown = (reason: string) => ({ refused: "unknown", reason }) as const;
const impossible = (reason: string) => ({ refused: "impossible", reason }) as const;
