import { type Crm, type Hint, type Ref, refKey } from "../../shared/sync/ports.ts";
import type { World } from "../../shared/sync/subject.ts";
import type { TwoCrms } from "./two-crms.ts";
import { type Office, workThrough } from "./work-through.ts";

/** What a worker did, call by call. */
export interface Watch {
  calls: number;
  writes: number;
  isDead: boolean;
  readonly touched: Map<string, Ref>;
  /** What happens just before a call, such as what another worker does meanwhile. */
  before?: (call: number) => Promise<void>;
}

export function newWatch(): Watch {
  return { calls: 0, writes: 0, isDead: false, touched: new Map() };
}

class Died extends Error {}

type Method = (...given: never[]) => unknown;

/**
 * A port of a worker under watch. The worker dies at the end of its call number `diesAt`: what the call
 * did is done, its answer is lost, and nothing is called any more.
 */
export function watchedPort(watch: Watch, diesAt = Number.POSITIVE_INFINITY) {
  return <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get(target, name, receiver) {
        const method: unknown = Reflect.get(target, name, receiver);
        if (typeof method !== "function" || /allsMade$/.test(String(name))) return method;
        return async (...given: unknown[]) => {
          if (watch.isDead) throw new Died();
          watch.calls += 1;
          const number = watch.calls;
          await watch.before?.(number);
          const answer: unknown = await (method as Method).apply(target, given as never[]);
          if (number === diesAt) watch.isDead = true;
          if (watch.isDead) throw new Died();
          return answer;
        };
      },
    });
}

/** A worker under watch, which dies at the end of its call number `diesAt`. */
export function watched(world: World, watch: Watch, diesAt = Number.POSITIVE_INFINITY): World {
  const watchAll = watchedPort(watch, diesAt);
  const watchCrm = (crm: Crm): Crm => ({
    ...crm,
    async write(writes) {
      const results = await crm.write(writes);
      watch.writes += writes.length;
      for (const [index, { object, id }] of writes.entries())
        note(watch, { system: crm.system, object, id: id ?? results[index]?.id ?? "" });
      return results;
    },
    async relate(writes) {
      const object = crm.system === "hubspot" ? "deals" : "Opportunity";
      watch.writes += writes.length;
      for (const { opportunityId: id } of writes) note(watch, { system: crm.system, object, id });
      return crm.relate(writes);
    },
    async archive(refs) {
      const results = await crm.archive(refs);
      watch.writes += refs.length;
      for (const ref of refs) note(watch, ref);
      return results;
    },
  });
  const { hubspot, salesforce } = world.crms;
  return {
    ...world,
    crms: { hubspot: watchAll(watchCrm(hubspot)), salesforce: watchAll(watchCrm(salesforce)) },
    store: watchAll(world.store),
    queue: watchAll(world.queue),
  };
}

function note(watch: Watch, ref: Ref): void {
  watch.touched.set(refKey(ref), ref);
}

export async function sendHints(office: Office, hints: readonly Hint[]): Promise<void> {
  if (hints.length > 0)
    await office.queue.send(hints, { lane: "live", delaySeconds: 0, attempt: 0 });
}

/** Hints as webhooks and change events give them: with what the record looks like now. */
export async function toldOf(two: TwoCrms, refs: readonly Ref[]): Promise<Hint[]> {
  const hints: Hint[] = [];
  for (const system of ["hubspot", "salesforce"] as const) {
    const ours = refs.filter((ref) => ref.system === system);
    if (ours.length === 0) continue;
    for (const { ref, properties, gone } of (await two.crms[system].observe(ours)).values())
      hints.push(gone ? { ref } : { ref, evidence: properties });
  }
  return hints;
}

/** Lets the echoes of all that was written come in, until nothing more is written. */
export async function hearEchoes(office: Office, two: TwoCrms, watch: Watch): Promise<void> {
  for (let round = 0; watch.touched.size > 0; round += 1) {
    if (round === 5) throw new Error("echoes never end");
    const refs = [...watch.touched.values()];
    watch.touched.clear();
    await sendHints(office, await toldOf(two, refs));
    const world = watched(office, watch);
    await workThrough(office, two, { worlds: () => world });
  }
}
