import { byDate, type Touch } from "../../shared/core/touches/touch.ts";
import { type Ref, refKey } from "../../shared/sync/ports.ts";
import type { AccordRecord } from "../../shared/sync/record.ts";
import {
  type HistoryEntry,
  type Holding,
  matchKeyText,
  type RecordStore,
  type Waiter,
} from "../../shared/sync/record-store.ts";

export interface MemoryRecordStore extends RecordStore {
  records(): AccordRecord[];
  history(): HistoryEntry[];
  /** Identifying values and CRM records that somebody holds, as texts. */
  held(): string[];
}

const nameOf = (holding: Holding) =>
  "ref" in holding ? refKey(holding.ref) : matchKeyText(holding.key);

/** A record store in memory. It hands out copies, so that nobody changes what is stored. */
export function memoryRecordStore(): MemoryRecordStore {
  const records = new Map<string, AccordRecord>();
  const holders = new Map<string, string>();
  const history = new Map<string, HistoryEntry>();
  const waiters = new Map<string, Waiter>();
  const touches = new Map<string, Map<string, Touch>>();
  const waiterKey = ({ awaited, waiter }: Waiter) => `${refKey(awaited)} ${refKey(waiter)}`;
  return {
    records: () => structuredClone([...records.values()]),
    history: () => structuredClone([...history.values()]),
    held: () => [...holders.keys()].sort(),
    async touchesOf(personIds) {
      return new Map(
        personIds.flatMap((id): [string, Touch[]][] => {
          const kept = [...(touches.get(id)?.values() ?? [])].sort(byDate);
          return kept.length > 0 ? [[id, structuredClone(kept)]] : [];
        }),
      );
    },
    async keepTouches(personId, kept) {
      const ofPerson = touches.get(personId) ?? new Map<string, Touch>();
      touches.set(personId, ofPerson);
      for (const touch of kept) {
        const before = ofPerson.get(touch.id);
        if (!before || before.toldAtMs <= touch.toldAtMs)
          ofPerson.set(touch.id, structuredClone(touch));
      }
    },
    async holders(refs, keys) {
      const names = [...refs.map(refKey), ...keys.map(matchKeyText)];
      return new Map(
        names.flatMap((name): [string, string][] => {
          const holder = holders.get(name);
          return holder === undefined ? [] : [[name, holder]];
        }),
      );
    },
    async load(ids) {
      return new Map(
        ids.flatMap(({ kind, id }): [string, AccordRecord][] => {
          const record = records.get(`${kind} ${id}`);
          return record ? [[id, structuredClone(record)]] : [];
        }),
      );
    },
    async hold(holding, recordId) {
      const name = nameOf(holding);
      const holder = holders.get(name) ?? recordId;
      holders.set(name, holder);
      return holder;
    },
    async letGo(holding, recordId) {
      const name = nameOf(holding);
      if (holders.get(name) === recordId) holders.delete(name);
    },
    async save(next) {
      const key = `${next.kind} ${next.id}`;
      if ((records.get(key)?.version ?? 0) !== next.version) return "stale";
      records.set(key, structuredClone({ ...next, version: next.version + 1 }));
      return "saved";
    },
    async log(entries) {
      for (const entry of entries)
        history.set(
          `${entry.kind} ${entry.recordId} ${entry.at} ${entry.version}`,
          structuredClone(entry),
        );
    },
    async await(awaited: Ref, waiter: Ref) {
      waiters.set(waiterKey({ awaited, waiter }), { awaited, waiter });
    },
    async waitersFor(awaited) {
      const asked = new Set(awaited.map(refKey));
      return [...waiters.values()].filter((one) => asked.has(refKey(one.awaited)));
    },
    async forgetWaiters(done) {
      for (const waiter of done) waiters.delete(waiterKey(waiter));
    },
  };
}
