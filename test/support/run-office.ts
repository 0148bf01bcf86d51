import { randomUUID } from "node:crypto";
import { METERS } from "../../shared/core/quota/meters.ts";
import type { Answer, Desk } from "../../shared/runs/control.ts";
import type { RunMessage, RunStore, RunWorld } from "../../shared/runs/ports.ts";
import { workOffRun } from "../../shared/runs/work-off.ts";
import type { World } from "../../shared/sync/subject.ts";
import { type MemoryRunStore, memoryRunStore } from "./memory-run-store.ts";

interface RunOffice<Store extends RunStore> {
  readonly at: RunWorld;
  readonly desk: Desk;
  readonly runs: Store;
  readonly messages: RunMessage[];
  /** Works until nothing is left to do, or so many messages are done. */
  work(most?: number): Promise<void>;
}

/** Plans and runs beside an office: what their queue holds is worked off when asked. */
export function openRunOffice<Store extends RunStore>(office: World, runs: Store): RunOffice<Store>;
export function openRunOffice(office: World): RunOffice<MemoryRunStore>;
export function openRunOffice(office: World, runs: RunStore = memoryRunStore()) {
  const messages: RunMessage[] = [];
  let read = { hubspot: 0, salesforce: 0 };
  const at: RunWorld = {
    world: office,
    runs,
    queue: { send: async (more) => void messages.push(...more) },
    callsSinceLast() {
      const { hubspot, salesforce } = office.crms;
      const made = { hubspot: hubspot.callsMade(), salesforce: salesforce.callsMade() };
      const since = {
        hubspot: made.hubspot - read.hubspot,
        salesforce: made.salesforce - read.salesforce,
      };
      read = made;
      return since;
    },
  };
  const desk: Desk = {
    ...at,
    newId: () => randomUUID().slice(0, 6),
    meterOf: async (name) => METERS[name],
  };
  return {
    at,
    desk,
    runs,
    messages,
    async work(most = Number.POSITIVE_INFINITY): Promise<void> {
      for (let done = 0; done < most; done += 1) {
        const message = messages.shift();
        if (!message) return;
        await workOffRun(at, message);
      }
    },
  };
}

/** What was answered, where nothing was refused. */
export function granted<Value extends object>(answer: Answer<Value>): Value {
  if ("refused" in answer) throw new Error(answer.reason);
  return answer;
}
