import { partOf } from "../../shared/runs/part-of.ts";
import type { Plan, Rehearsal } from "../../shared/runs/plan.ts";
import type { Job, RunStore, Seal } from "../../shared/runs/ports.ts";
import { PARTS } from "../../shared/runs/ports.ts";
import type { KeptItem, Place, Run, RunCounts } from "../../shared/runs/run.ts";
import { countsOfAll } from "../../shared/runs/run.ts";

/** Plans and runs in memory. */
export interface MemoryRunStore extends RunStore {
  items(plan: string): KeptItem[];
}

export function memoryRunStore(): MemoryRunStore {
  const plans = new Map<string, Plan>();
  const runs = new Map<string, Run>();
  const open = new Map<string, Set<string>>();
  const items = new Map<string, KeptItem>();
  const seals = new Map<string, Seal>();
  const rehearsals = new Map<string, Rehearsal>();
  const counts = new Map<string, Map<string, RunCounts>>();
  const places = new Map<string, Map<string, Place>>();
  const openOf = ({ job, id }: Job) => open.get(`${job} ${id}`) ?? new Set<string>();
  const countsOf = (id: string) => counts.get(id) ?? new Map<string, RunCounts>();
  return {
    items: (plan) =>
      [...items].flatMap(([key, item]) => (key.startsWith(`${plan} `) ? [item] : [])),
    async addPlan(plan, pieces) {
      plans.set(plan.id, plan);
      open.set(`plan ${plan.id}`, new Set(pieces));
    },
    loadPlan: async (id) => structuredClone(plans.get(id)),
    async changePlan(id, change) {
      const plan = plans.get(id);
      if (plan) plans.set(id, { ...plan, ...change });
    },
    async keepReading(id, piece, reading) {
      const plan = plans.get(id);
      if (plan) plans.set(id, { ...plan, readings: { ...plan.readings, [piece]: reading } });
    },
    async noteLack(id, lack) {
      const plan = plans.get(id);
      if (plan) plans.set(id, { ...plan, lacks: [...new Set([...plan.lacks, lack])].sort() });
    },
    async giveRun(id, run) {
      const plan = plans.get(id);
      if (!plan || (plan.run !== undefined && plan.run !== run)) return false;
      plans.set(id, { ...plan, run });
      return true;
    },
    async keepSeal(plan, part, seal) {
      seals.set(`${plan} ${part}`, seal);
    },
    sealsOf: async (plan) => PARTS.flatMap((part) => seals.get(`${plan} ${part}`) ?? []),
    async keepRehearsal(plan, piece, rehearsal) {
      rehearsals.set(`${plan} ${piece}`, rehearsal);
    },
    rehearsalsOf: async (plan) =>
      [...rehearsals].flatMap(([key, one]) => (key.startsWith(`${plan} `) ? [one] : [])),
    async addRun(run, pieces) {
      runs.set(run.id, run);
      open.set(`run ${run.id}`, new Set(pieces));
    },
    async loadRun(id) {
      const run = runs.get(id);
      return (
        run &&
        structuredClone({ ...run, counts: countsOfAll(run.items, [...countsOf(id).values()]) })
      );
    },
    async changeRun(id, change, from) {
      const run = runs.get(id);
      if (!run || !from.includes(run.state)) return false;
      runs.set(id, { ...run, ...change });
      return true;
    },
    async giveUndo(id, undo) {
      const run = runs.get(id);
      if (!run || (run.undoneBy !== undefined && run.undoneBy !== undo)) return false;
      runs.set(id, { ...run, undoneBy: undo });
      return true;
    },
    async use(id, turn, next) {
      const run = runs.get(id);
      if (run?.turn !== turn) return false;
      runs.set(id, { ...run, ...next, turn: turn + 1 });
      return true;
    },
    async countItems(id, piece, now, place) {
      counts.set(id, new Map([...countsOf(id), [piece, now]]));
      places.set(id, new Map([...(places.get(id) ?? []), [piece, place]]));
    },
    placesOf: async (id) => places.get(id) ?? new Map(),
    async countCalls({ job, id }, { hubspot, salesforce }) {
      const found = job === "plan" ? plans.get(id) : runs.get(id);
      if (!found) return;
      const calls = {
        hubspot: found.calls.hubspot + hubspot,
        salesforce: found.calls.salesforce + salesforce,
      };
      if ("request" in found) plans.set(id, { ...found, calls });
      else runs.set(id, { ...found, calls });
    },
    openOf: async (job) => [...openOf(job)],
    async close(job, piece) {
      openOf(job).delete(piece);
      return [...openOf(job)];
    },
    traceItems: async () => undefined,
    async keepItems({ id: plan }, kept) {
      for (const item of kept) items.set(`${plan} ${item.kind} ${item.key}`, structuredClone(item));
    },
    async itemsOf({ plan, kind, part }, after, most) {
      const all = [...items]
        .filter(([key]) => key.startsWith(`${plan} ${kind} `))
        .map(([, item]) => item)
        .filter((item) => partOf(item) === part && (after === undefined || item.key > after))
        .sort((one, other) => (one.key < other.key ? -1 : 1));
      const page = all.slice(0, most);
      return {
        items: structuredClone(page),
        next: all.length > most ? page.at(-1)?.key : undefined,
      };
    },
    async list(what, most) {
      return [...(what === "plan" ? plans : runs).keys()].toReversed().slice(0, most);
    },
  };
}
