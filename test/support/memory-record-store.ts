import { byDate, type Touch } from "../../shared/core/touches/touch.ts";
import { type Ref, refKey } from "../../shared/sync/ports.ts";
import type { AccordRecord } from "../../shared/sync/record.ts";
import {
  type HistoryEntry,
  type Holding,
  matchKeyText,
  type RecordStore,
  type Waiter,
  withoutValues,
} from "../../shared/sync/record-store.ts";
import { type KeptMaps, memoryMaps } from "./kept-map.ts";

export interface MemoryRecordStore extends RecordStore {
  records(): AccordRecord[];
  /** One at a time, for more records than memory should hold. */
  eachRecord(): Iterable<AccordRecord>;
  history(): HistoryEntry[];
  /** Identifying values and CRM records that somebody holds, as texts. */
  held(): string[];
  /** What sweeps found, by the CRM record that they found it of (`refKey`). */
  readonly findings: Map<string, unknown>;
  /** What was planned, likewise. */
  readonly planned: Map<string, unknown>;
}

const nameOf = (holding: Holding) =>
  "ref" in holding ? refKey(holding.ref) : matchKeyText(holding.key);

/** A record store in memory, or wherever `open` keeps its maps. It hands out copies. */
export function memoryRecordStore(open: KeptMaps = memoryMaps): MemoryRecordStore {
  const records = open<AccordRecord>("records");
  const holders = open<string>("holders");
  const history = open<HistoryEntry>("history");
  const waiters = new Map<string, Waiter>();
  const touches = new Map<string, Map<string, Touch>>();
  const findings = new Map<string, unknown>();
  const planned = new Map<string, unknown>();
  const waiterKey = ({ awaited, waiter }: Waiter) => `${refKey(awaited)} ${refKey(waiter)}`;
  return {
    records: () => [...records.values()],
    eachRecord: () => records.values(),
    history: () => [...history.values()],
    held: () => [...holders.keys()].sort(),
    findings,
    planned,
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
          return record ? [[id, record]] : [];
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
      records.set(key, { ...next, version: next.version + 1 });
      return "saved";
    },
    async log(entries) {
      for (const entry of entries)
        history.set(`${entry.kind} ${entry.recordId} ${entry.at} ${entry.version}`, entry);
    },
    async forgetHistory(kind, recordId, fields) {
      for (const key of [...history.keys()]) {
        const entry = history.get(key);
        if (entry?.kind === kind && entry.recordId === recordId)
          history.set(key, { ...entry, events: withoutValues(entry.events, fields) });
      }
    },
    async forgetFindings(refs) {
      for (const ref of refs) findings.delete(refKey(ref));
    },
    async forgetPlanned(refs) {
      for (const ref of refs) planned.delete(refKey(ref));
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
