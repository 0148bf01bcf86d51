import type { System } from "../core/reconcile/system.ts";
import { reconcileHints } from "../sync/reconcile-hints.ts";
import { hintsOf } from "./apply-run.ts";
import { addCalls, type Calls, NO_CALLS } from "./calls.ts";
import { dryWorld } from "./dry-world.ts";
import { isToWrite } from "./item-of.ts";
import type { Plan, Rehearsal } from "./plan.ts";
import type { RunMessage, RunStore, RunWorld } from "./ports.ts";
import type { KeptItem } from "./run.ts";
import { batchesOf, chainsOf, pageOf } from "./work-run.ts";
import { callsToApply, callsToUndo } from "./write-calls.ts";

type RehearseMessage = Extract<RunMessage, { step: "rehearse" }>;

/** Pages of a kind that are looked at: all of a small plan, and of a large one as many as show what it is like. */
const MOST_LOOKS = 16;

/** The pieces in which a plan is rehearsed: as its run will be worked off. */
export function rehearsalsFor(plan: Plan): readonly RehearseMessage[] {
  const chains = chainsOf(plan.totals?.items ?? 0);
  return Object.keys(plan.totals?.kinds ?? {}).flatMap((kind) =>
    chains.map((chain) => ({ step: "rehearse", plan: plan.id, kind, chain, attempt: 0 }) as const),
  );
}

/**
 * Goes through a chain of a plan's items page by page, as a run will. What writing a page takes follows from what is
 * in it; what looking at it again takes is found by looking, at some of its pages, without doing anything. With the
 * last chain the plan is ready.
 */
export async function rehearseChain(at: RunWorld, message: RehearseMessage): Promise<void> {
  const { runs } = at;
  const { plan: id, kind, chain } = message;
  const plan = await runs.loadPlan(id);
  if (plan?.state !== "sealing" || !plan.totals) return;
  const { totals } = plan;
  const each = Math.ceil(batchesOf(totals.items, totals.kinds[kind] ?? 0) / MOST_LOOKS);
  // Another page in each chain, so that what stands at the end of them is seen, too.
  const first = chainsOf(totals.items).indexOf(chain);
  let rehearsal: Rehearsal = {
    kind,
    pages: 0,
    looks: 0,
    lookCalls: NO_CALLS,
    lookMs: 0,
    applyCalls: NO_CALLS,
    undoCalls: NO_CALLS,
  };
  for (let place: Place = { parts: chain }; place.parts.length > 0; ) {
    const page = await pageOf(at, { plan: id, kind }, place);
    const items = page.items.filter(isToWrite);
    if (items.length > 0) {
      if ((rehearsal.pages + first) % each === 0)
        rehearsal = withLook(rehearsal, await look(at, plan, items));
      rehearsal = withWrites(rehearsal, items);
    }
    place = { parts: page.parts, ...page.next };
  }
  await runs.countCalls({ job: "plan", id }, at.callsSinceLast());
  await runs.keepRehearsal(id, `${kind} ${chain}`, rehearsal);
  await closeRehearsal(runs, plan);
}

interface Place {
  readonly parts: string;
  readonly after?: string;
}

interface Look {
  readonly calls: Calls;
  readonly ms: number;
}

/** What a run asks the CRMs before it writes these items. */
async function look(at: RunWorld, plan: Plan, items: readonly KeptItem[]): Promise<Look> {
  const { now, crms } = at.world;
  const made = (): Calls => {
    const asked = (system: System) => crms[system].callsMade() - crms[system].setUpCallsMade();
    return { hubspot: asked("hubspot"), salesforce: asked("salesforce") };
  };
  const [before, startedMs] = [made(), now()];
  await reconcileHints(dryWorld(at.world), hintsOf(plan, items), { permit: async () => [] });
  const after = made();
  const calls = {
    hubspot: after.hubspot - before.hubspot,
    salesforce: after.salesforce - before.salesforce,
  };
  return { calls, ms: now() - startedMs };
}

function withLook(rehearsal: Rehearsal, { calls, ms }: Look): Rehearsal {
  return {
    ...rehearsal,
    looks: rehearsal.looks + 1,
    lookCalls: addCalls(rehearsal.lookCalls, calls),
    lookMs: rehearsal.lookMs + ms,
  };
}

function withWrites(rehearsal: Rehearsal, items: readonly KeptItem[]): Rehearsal {
  return {
    ...rehearsal,
    pages: rehearsal.pages + 1,
    applyCalls: addCalls(rehearsal.applyCalls, callsToApply(items)),
    undoCalls: addCalls(rehearsal.undoCalls, callsToUndo(items)),
  };
}

/** Once all chains are gone through, the plan is ready. */
async function closeRehearsal(runs: RunStore, plan: Plan): Promise<void> {
  const rehearsals = await runs.rehearsalsOf(plan.id);
  if (rehearsals.length < rehearsalsFor(plan).length) return;
  await runs.changePlan(plan.id, { state: "ready", rehearsals: sumRehearsals(rehearsals) });
}

function sumRehearsals(all: readonly Rehearsal[]): Rehearsal[] {
  const sum = (ours: readonly Rehearsal[], of: (one: Rehearsal) => number) =>
    ours.reduce((total, one) => total + of(one), 0);
  return [...Map.groupBy(all, ({ kind }) => kind)].map(([kind, ours]) => ({
    kind,
    pages: sum(ours, ({ pages }) => pages),
    looks: sum(ours, ({ looks }) => looks),
    lookMs: sum(ours, ({ lookMs }) => lookMs),
    lookCalls: addCalls(...ours.map(({ lookCalls }) => lookCalls)),
    applyCalls: addCalls(...ours.map(({ applyCalls }) => applyCalls)),
    undoCalls: addCalls(...ours.map(({ undoCalls }) => undoCalls)),
  }));
}
