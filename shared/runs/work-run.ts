import type { Kind } from "../core/reconcile/system.ts";
import { chunksOf } from "../sync/in-parallel.ts";
import { applyItems } from "./apply-run.ts";
import { clear } from "./clear-items.ts";
import { isToWrite } from "./item-of.ts";
import { tooOldToWork } from "./kept-until.ts";
import type { Plan } from "./plan.ts";
import { type ItemPage, type ItemsOf, PARTS, type RunMessage, type RunWorld } from "./ports.ts";
import { releaseItems } from "./release-items.ts";
import {
  addCounts,
  type ItemState,
  type KeptItem,
  NO_COUNTS,
  type Place,
  type Run,
  type RunCounts,
} from "./run.ts";
import { undoItems } from "./undo-run.ts";

type WorkMessage = Extract<RunMessage, { step: Run["what"] }>;

/** One batch of both CRMs' calls, and one checkpoint. */
const PAGE = 100;

/** Items that other workers are at are asked for again this often; a claim of a dead one lasts 90 seconds. */
const MOST_ATTEMPTS = 60;
const AGAIN_SECONDS = 2;

/** A chain of messages is worth its calls from about so many items on. */
const A_CHAIN = 1000;

/** The parts of a run's items, as they are worked off side by side: few for few items. */
export function chainsOf(items: number): readonly string[] {
  const chains = Math.min(PARTS.length, Math.max(1, Math.ceil(items / A_CHAIN)));
  return chunksOf(PARTS, Math.ceil(PARTS.length / chains)).map((parts) => parts.join(""));
}

/** Messages in which so many items of one kind are worked off, of a run of so many in all. */
export function batchesOf(items: number, ofKind: number): number {
  const chains = Math.min(chainsOf(items).length, Math.ceil(ofKind));
  return chains === 0 ? 0 : chains * Math.ceil(ofKind / chains / PAGE);
}

/** The piece of a run that works off a chain of parts, of the kind of a stage. */
export function pieceOf(stage: number, chain: string): string {
  return `${stage} ${chain}`;
}

/** Kinds in the order in which a run takes them: an undo the other way round. */
export function stagesOf({ what, kinds }: Pick<Run, "what" | "kinds">): readonly Kind[] {
  return what === "undo" ? kinds.toReversed() : kinds;
}

/** Works one page of items off, says how far it is, and sends for the next. */
export async function workPage(at: RunWorld, message: WorkMessage): Promise<void> {
  const { runs, queue } = at;
  const run = await runs.loadRun(message.run);
  if (run?.state !== "running" || run.epoch !== message.epoch) return;
  at.holdTo?.(run.budget);
  const kind = stagesOf(run)[message.stage];
  if (kind === undefined) return;
  const plan = await runs.loadPlan(run.plan);
  if (!plan) throw new Error(`run ${run.id} has lost its plan`);
  const reason = tooOldToWork(plan, run.what, at.world.now());
  if (reason !== undefined) {
    await runs.changeRun(run.id, { state: "stopped", reason }, ["running"]);
    return;
  }
  const page = await pageOf(at, { plan: run.plan, kind }, message);
  const cleared = await clear(at, run, {
    piece: pieceOf(message.stage, message.chain),
    from: `${message.parts} ${message.after ?? ""}`,
    items: page.items,
    isOpen: isOpenIn(run),
  });
  const { items, later } = await carryOut(at, { run, plan }, cleared.items);
  await runs.keepItems(plan, items);
  await runs.countCalls({ job: "run", id: run.id }, at.callsSinceLast());
  const againSeconds = await cleared.conclude(later);
  if (later.length > 0 && message.attempt < MOST_ATTEMPTS) {
    await queue.send([{ ...message, attempt: message.attempt + 1 }], AGAIN_SECONDS);
    return;
  }
  const given = later.map((item): KeptItem => ({ ...item, state: "failed", reason: BUSY }));
  await runs.keepItems(plan, given);
  const counts = addCounts(message.counts, countsOf(page, [...items, ...given]));
  const isOver = cleared.reason === undefined && againSeconds === undefined;
  const place = isOver ? { ...page.next, parts: page.parts, counts } : placeOf(message);
  await runs.countItems(run.id, pieceOf(message.stage, message.chain), counts, place);
  if (cleared.reason !== undefined)
    await runs.changeRun(run.id, { state: "stopped", reason: cleared.reason }, ["running"]);
  else if (againSeconds !== undefined) await queue.send([{ ...message, attempt: 0 }], againSeconds);
  else if (page.parts.length > 0) await queue.send([messageAt(message, place)], 0);
  else await closeChain(at, run, message);
}

function placeOf({ parts, after, counts }: WorkMessage): Place {
  return { parts, ...(after === undefined ? {} : { after }), counts };
}

/** The message of the same chain that goes on there. */
function messageAt({ after: _, ...message }: WorkMessage, place: Place): WorkMessage {
  return { ...message, ...place, attempt: 0 };
}

/** A full batch of items, of as many parts as that takes, and where the next one begins. */
export async function pageOf(
  { runs }: Pick<RunWorld, "runs">,
  of: Pick<ItemsOf, "plan" | "kind">,
  { parts, after }: Pick<WorkMessage, "parts" | "after">,
) {
  const items: KeptItem[] = [];
  const left = [...parts];
  let key = after;
  while (left[0] !== undefined && items.length < PAGE) {
    const page = await runs.itemsOf({ ...of, part: left[0] }, key, PAGE - items.length);
    items.push(...page.items);
    key = page.next;
    if (key === undefined) left.shift();
  }
  return { items, parts: left.join(""), next: key === undefined ? {} : { after: key } };
}

const BUSY = "other workers were at it all the time";

function isOpenIn({ what }: Run): (item: KeptItem) => boolean {
  const isTaken = ({ state }: KeptItem) => state === "undone" || state === "left";
  if (what === "release") return isTaken;
  if (what === "undo") return (item) => item.journal !== undefined && !isTaken(item);
  return ({ state }) => state === "planned" || state === "applying";
}

async function carryOut(
  at: RunWorld,
  { run, plan }: { readonly run: Run; readonly plan: Plan },
  items: readonly KeptItem[],
) {
  if (items.length === 0) return { items, later: [] };
  if (run.what === "undo") return { items: await undoItems(at, run.id, items), later: [] };
  if (run.what === "release") {
    await releaseItems(at, run.of ?? "", items);
    return { items, later: [] };
  }
  const changed = items.filter(isToWrite);
  // What is only listed is nothing to do.
  const listed = items
    .filter((item) => !changed.includes(item))
    .map(
      (item): KeptItem => ({ ...item, state: "done", reason: "nothing was planned to be written" }),
    );
  const applied = await applyItems(at, plan, changed);
  return { items: [...listed, ...applied.items], later: applied.later };
}

function countsOf({ items }: Pick<ItemPage, "items">, changed: readonly KeptItem[]): RunCounts {
  const now = new Map([...items, ...changed].map(({ key, state }) => [key, state]));
  const counts: Record<ItemState, number> = { ...NO_COUNTS };
  for (const state of now.values()) counts[state] += 1;
  return counts;
}

/** With the last chain of a kind the next kind begins, since it may point at this one. */
async function closeChain(at: RunWorld, run: Run, { stage, chain }: WorkMessage): Promise<void> {
  const open = await at.runs.close({ job: "run", id: run.id }, pieceOf(stage, chain));
  if (open.some((piece) => piece.startsWith(`${stage} `))) return;
  if (open.length > 0) return await sendStage(at, run, stage + 1, beginnings(chainsOf(run.items)));
  const endedAt = new Date(at.world.now()).toISOString();
  await at.runs.changeRun(run.id, { state: "done", endedAt }, ["running"]);
}

/** Chains of a stage that nothing is done of yet. */
export function beginnings(chains: readonly string[]): ReadonlyMap<string, Place> {
  return new Map(chains.map((chain) => [chain, { parts: chain, counts: NO_COUNTS }]));
}

/** Sends for the chains of a stage, each where it goes on. */
export async function sendStage(
  { queue }: Pick<RunWorld, "queue">,
  { id, what, epoch }: Run,
  stage: number,
  chains: ReadonlyMap<string, Place>,
): Promise<void> {
  const step = what;
  await queue.send(
    [...chains].map(([chain, place]) => ({
      step,
      run: id,
      stage,
      chain,
      ...place,
      epoch,
      attempt: 0,
    })),
    0,
  );
}
