import { randomUUID } from "node:crypto";
import { addsUp } from "../../shared/parity/bridge.ts";
import type { SweepMessage, SweepWorld } from "../../shared/parity/ports.ts";
import { startSweep } from "../../shared/parity/start-sweep.ts";
import type { CountedSweep } from "../../shared/parity/sweep.ts";
import { workOffSweep } from "../../shared/parity/work-off.ts";
import { memorySweepStore } from "./memory-sweep-store.ts";
import type { Office } from "./work-through.ts";

interface Wanted {
  readonly repair?: boolean;
  readonly kinds?: readonly string[];
  /** What others do while a piece of the sweep waits. */
  readonly whileWaiting?: () => Promise<unknown>;
  /** What others do after each piece. */
  readonly meanwhile?: () => Promise<unknown>;
}

interface Around {
  /** Lets time pass. */
  readonly forward: (ms: number) => void | Promise<void>;
  readonly sweeps?: ReturnType<typeof memorySweepStore>;
}

/** Sweeps beside an office: what their queue holds is worked off when asked, and waits as it is told to. */
export function openParityOffice(office: Office, { forward, sweeps = memorySweepStore() }: Around) {
  const messages: { readonly message: SweepMessage; readonly dueMs: number }[] = [];
  let read = { hubspot: 0, salesforce: 0 };
  const at: SweepWorld = {
    world: office,
    sweeps,
    queue: {
      async send(more, delaySeconds) {
        const dueMs = office.now() + delaySeconds * 1000;
        messages.push(...more.map((message) => ({ message, dueMs })));
      },
    },
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
  async function work({ whileWaiting, meanwhile }: Wanted): Promise<void> {
    for (;;) {
      messages.sort((one, other) => one.dueMs - other.dueMs);
      const next = messages.shift();
      if (!next) return;
      if (next.dueMs > office.now()) {
        await whileWaiting?.();
        await forward(Math.max(0, next.dueMs - office.now()));
      }
      await workOffSweep(at, next.message);
      await meanwhile?.();
    }
  }
  return {
    at,
    sweeps,
    messages,
    /** Sweeps both CRMs, to the end. */
    async sweep(wanted: Wanted = {}) {
      const { repair = true, kinds } = wanted;
      const id = `parity-${randomUUID().slice(0, 6)}`;
      at.callsSinceLast();
      await startSweep(at, {
        id,
        repair,
        by: "ann",
        because: "to see",
        ...(kinds ? { kinds } : {}),
      });
      await work(wanted);
      const swept = await sweeps.loadSweep(id);
      if (!swept) throw new Error("there is no such sweep");
      return { ...swept, findings: sweeps.findings(id) };
    },
  };
}

/** Kinds whose bridge does not add up. */
export function unbalanced({ tallies }: CountedSweep): string[] {
  return Object.entries(tallies).flatMap(([kind, tally]) => (addsUp(tally) ? [] : [kind]));
}
