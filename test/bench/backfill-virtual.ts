/**
 * The whole system in virtual time, where no processor is ever busy: what the engine makes of HubSpot's
 * limits when its workers have all the power they ask for, as Lambda gives it. The simulation's office, with
 * meters; calls take 150 to 400 ms. Time has to be virtual before this is loaded (engine.ts).
 */
import type { System } from "../../shared/core/reconcile/system.ts";
import { History } from "../simulation/system/history.ts";
import { memoryQuotaStore } from "../support/memory-quota-store.ts";
import { callsOf, type Look } from "./backfill-calls.ts";
import { type Edits, openEditors } from "./backfill-edits.ts";
import { PAIRS, pairs, people } from "./backfill-people.ts";

export interface VirtualBackfill {
  readonly idle: Edits;
  readonly busy: Edits;
  readonly workedCalls: number;
  readonly workedSeconds: number;
  readonly hubspotCalls: number;
  readonly searches: number;
  readonly salesforceCalls: number;
  readonly refused: number;
}

const STORY = {
  seed: 1,
  mode: "sync",
  happenings: [],
  faults: [],
  skewMs: { hubspot: 0, salesforce: 0 },
  tells: { hubspot: true, salesforce: true },
  polls: true,
} as const;

/** Until then the pairs, which are read first, are tied together. */
const TIED_MS = 14_000;
const LOOK_EVERY_MS = 500;
/** As infra/constructs/reconciler.ts has them. */
const WORKERS = 9;
/** Polls bring more each minute, as long as there is more: two minutes without any are the end. */
const REST_MS = 60_000;
const RESTS = 2;

export async function backfillVirtually(
  contacts: number,
  idleMs: number,
): Promise<VirtualBackfill> {
  const history = await History.open(STORY, undefined, {
    quota: memoryQuotaStore(),
    oneWayMs: { min: 75, max: 200 },
    fullBatches: true,
  });
  const { scheduler, sides } = history;
  const call = async (system: System, path: string, init: RequestInit = {}) => {
    const headers = {
      authorization: `Bearer ${system === "hubspot" ? "person" : await sides.token()}`,
      "content-type": "application/json",
      "X-Simulator-Source": "CRM_UI",
    };
    return sides.crms[system].request(path, { ...init, headers });
  };
  for (const part of [...pairs(), ...people(contacts)]) {
    const body = part.records.map((record) => JSON.stringify(record)).join("\n");
    await call(part.system, `/_simulator/seed/${part.object}`, { method: "POST", body });
  }
  const callsNow = () => callsOf((system) => call(system, "/_simulator/stats"));
  const before = await callsNow();
  const looks: QueueLook[] = [];
  const over = { yet: false };
  const look = async () => {
    const isBusy = history.office.queues.waiting("bulk") >= WORKERS;
    looks.push({ isBusy, atMs: scheduler.now(), calls: (await callsNow()).hubspot });
    if (!over.yet) scheduler.after(LOOK_EVERY_MS, () => void look());
  };
  void look();
  const editors = openEditors((system, path, init) => call(system, path, init), PAIRS);
  const untilDone = async (work: Promise<Edits>): Promise<Edits> => {
    let isDone = false;
    void work.finally(() => {
      isDone = true;
    });
    await scheduler.runTo(Number.POSITIVE_INFINITY, () => isDone);
    return work;
  };
  let editing: ReturnType<typeof editors.start> | undefined;
  scheduler.after(TIED_MS, () => {
    editing = editors.start();
  });
  let rested = 0;
  while (rested < RESTS) {
    await history.goOn(REST_MS);
    rested = history.office.queues.waiting("bulk") === 0 ? rested + 1 : 0;
  }
  over.yet = true;
  const after = await callsNow();
  if (!editing) throw new Error("the backfill was over before anybody edited");
  const worked = workedOf(looks);
  const busy = await untilDone(editing.stop({ ignoreMs: 0, untilMs: worked.untilMs }));
  const idling = editors.start();
  await history.goOn(idleMs);
  const idle = await untilDone(idling.stop({ ignoreMs: 0 }));
  return {
    idle,
    busy,
    workedCalls: worked.calls,
    workedSeconds: worked.ms / 1000,
    hubspotCalls: after.hubspot - before.hubspot,
    searches: after.searches - before.searches,
    salesforceCalls: after.salesforce - before.salesforce,
    refused: after.refused - before.refused,
  };
}

interface QueueLook extends Look {
  /** There was work for each of the bulk queue's workers. */
  readonly isBusy: boolean;
}

/** What was called, and for how long, between looks at a queue that kept all its workers busy. */
function workedOf(looks: readonly QueueLook[]) {
  const steps = looks.flatMap((to, index) => {
    const from = looks[index - 1];
    return from?.isBusy && to.isBusy ? [{ from, to }] : [];
  });
  const last = steps.at(-1)?.to;
  if (!last) throw new Error("the workers were never all busy: give it more contacts");
  return {
    calls: steps.reduce((sum, { from, to }) => sum + to.calls - from.calls, 0),
    ms: steps.reduce((sum, { from, to }) => sum + to.atMs - from.atMs, 0),
    untilMs: last.atMs,
  };
}
