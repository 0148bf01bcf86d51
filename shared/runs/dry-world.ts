import { type Ref, refKey } from "../sync/ports.ts";
import type { AccordRecord } from "../sync/record.ts";
import {
  type Holding,
  type MatchKey,
  matchKeyText,
  type RecordStore,
} from "../sync/record-store.ts";
import type { World } from "../sync/subject.ts";

/**
 * A world to decide in, and to do nothing: CRMs and records are read, whatever is kept stays in memory, and
 * is gone with it.
 */
export function dryWorld(world: World): World {
  return {
    ...world,
    mode: "observe",
    store: overlay(world.store),
    queue: { send: async () => undefined },
    crms: { hubspot: readOnly(world.crms.hubspot), salesforce: readOnly(world.crms.salesforce) },
    warn: () => undefined,
  };
}

/** Nothing asks for a write here; if anything ever does, it is a bug, and not a write. */
function readOnly(crm: World["crms"]["hubspot"]): World["crms"]["hubspot"] {
  const refuse = async (): Promise<never> => {
    throw new Error("a plan writes to no CRM");
  };
  return { ...crm, write: refuse, relate: refuse, archive: refuse, createFields: refuse };
}

function overlay(store: RecordStore): RecordStore {
  const saved = new Map<string, AccordRecord>();
  const holders = new Map<string, string>();
  /** What the store was asked already; "": nobody holds it. */
  const asked = new Map<string, string>();
  const nameOf = (holding: Holding) =>
    "ref" in holding ? refKey(holding.ref) : matchKeyText(holding.key);
  const ask = async (refs: readonly Ref[], keys: readonly MatchKey[]) => {
    const known = await store.holders(refs, keys);
    for (const name of [...refs.map(refKey), ...keys.map(matchKeyText)])
      asked.set(name, known.get(name) ?? "");
    return known;
  };
  const holderOf = async (holding: Holding) => {
    const name = nameOf(holding);
    if (!holders.has(name) && !asked.has(name))
      await ("ref" in holding ? ask([holding.ref], []) : ask([], [holding.key]));
    return (holders.get(name) ?? asked.get(name)) || undefined;
  };
  return {
    touchesOf: (ids) => store.touchesOf(ids),
    keepTouches: async () => undefined,
    async holders(refs, keys) {
      const known = new Map(await ask(refs, keys));
      const names = [...refs.map(refKey), ...keys.map(matchKeyText)];
      for (const name of names) {
        const holder = holders.get(name);
        if (holder === "") known.delete(name);
        else if (holder !== undefined) known.set(name, holder);
      }
      return known;
    },
    async load(ids) {
      const known = new Map(await store.load(ids));
      for (const { id } of ids) {
        const record = saved.get(id);
        if (record) known.set(id, record);
      }
      return known;
    },
    async hold(holding, recordId) {
      const holder = (await holderOf(holding)) ?? recordId;
      holders.set(nameOf(holding), holder);
      return holder;
    },
    async letGo(holding, recordId) {
      if ((await holderOf(holding)) === recordId) holders.set(nameOf(holding), "");
    },
    async save(next) {
      saved.set(next.id, { ...next, version: next.version + 1 });
      return "saved";
    },
    log: async () => undefined,
    forgetHistory: async () => undefined,
    forgetFindings: async () => undefined,
    forgetPlanned: async () => undefined,
    await: async () => undefined,
    waitersFor: async (_awaited: readonly Ref[]) => [],
    forgetWaiters: async () => undefined,
  };
}
