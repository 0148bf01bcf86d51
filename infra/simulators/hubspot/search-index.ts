import { z } from "zod";
import type { ChangeListener } from "./durable-map.ts";
import { type IndexEntry, newSortedIndex, type SortedIndex } from "./sorted-index.ts";
import type { StoredRecord } from "./stored-record.ts";

/** What searches see of one object: its records as they were some moments ago, none archived. */
export interface SearchIndex {
  get(id: string): StoredRecord | undefined;
  readonly byId: SortedIndex;
  readonly byModified: SortedIndex;
  readonly onChange: ChangeListener<StoredRecord>;
  /** Takes in every change that has become searchable by now. */
  refresh(): void;
  /** What the rows alone do not tell: which changes wait, and what is shown meanwhile. */
  waiting(): WaitingState;
  restore(state: WaitingState): void;
}

/** Records as this program has written them itself: no second parser. */
export const waitingState = z.object({
  shown: z.array(z.object({ id: z.string(), record: z.custom<StoredRecord>().optional() })),
  queue: z.array(
    z.object({ id: z.string(), atMs: z.number(), after: z.custom<StoredRecord>().optional() }),
  ),
});
type WaitingState = z.output<typeof waitingState>;

export interface SearchIndexOptions {
  readonly now: () => number;
  /** When a change of now becomes searchable; undefined for at once. */
  readonly searchableAtMs: () => number | undefined;
}

interface WaitingChange {
  readonly id: string;
  readonly atMs: number;
  readonly after: StoredRecord | undefined;
  /** Undone, or overtaken by a later change of the same record. */
  isVoid: boolean;
}

/** A change waits its time here; a later one of the same record may overtake it, never the reverse. */
export function newSearchIndex({ now, searchableAtMs }: SearchIndexOptions): SearchIndex {
  const records = new Map<string, StoredRecord>();
  const liveCount = () => records.size;
  const byId = newSortedIndex(({ id }) => records.has(id), liveCount);
  const byModified = newSortedIndex(
    ({ id, key }) => records.get(id)?.updatedAtMs === key,
    liveCount,
  );
  const line = newWaitingLine();
  /** The highest stamp each record has been placed by: what is not above it may have a place already. */
  const placedByMs = new Map<string, number>();
  const place = (id: string, stampMs: number, isAbsent: boolean) => {
    const placedMs = placedByMs.get(id);
    const isNew = placedMs === undefined || stampMs > placedMs;
    if (isAbsent && (placedMs === undefined || !holds(byId, { key: Number(id), id })))
      byId.add({ key: Number(id), id });
    if (isNew || !holds(byModified, { key: stampMs, id })) byModified.add({ key: stampMs, id });
    if (isNew) placedByMs.set(id, stampMs);
  };
  const apply = (id: string, after: StoredRecord | undefined) => {
    const before = records.get(id);
    if (!after || after.archivedAtMs !== undefined) {
      records.delete(id);
      return;
    }
    records.set(id, after);
    if (before?.updatedAtMs !== after.updatedAtMs) place(id, after.updatedAtMs, !before);
  };
  return {
    get: (id) => records.get(id),
    byId,
    byModified,
    onChange({ id, after, undoing }) {
      if (undoing && line.takeBack(id)) return;
      const atMs = undoing ? undefined : searchableAtMs();
      if (atMs === undefined) apply(id, after);
      else line.add({ id, atMs, after });
    },
    refresh() {
      for (const { id, after } of line.takeDue(now())) apply(id, after);
    },
    waiting: () => ({
      shown: line.ids().map((id) => ({ id, record: records.get(id) })),
      queue: line.all(),
    }),
    restore(state) {
      for (const { id, record } of state.shown) apply(id, record);
      for (const { id, atMs, after } of state.queue) line.add({ id, atMs, after });
    },
  };
}

/** A record that comes back, from the recycle bin or from a dump, may still have its place. */
function holds(index: SortedIndex, { key, id }: IndexEntry): boolean {
  const entries = index.entries();
  for (let at = index.lowerBound(key); entries[at]?.key === key; at += 1)
    if (entries[at]?.id === id) return true;
  return false;
}

/** Changes in the order in which they become searchable. */
function newWaitingLine() {
  const queue: WaitingChange[] = [];
  const byRecord = new Map<string, WaitingChange[]>();
  /** Of a change that is shown, and of all before it of the same record, none will be any more. */
  const settle = (change: WaitingChange) => {
    const waiting = byRecord.get(change.id) ?? [];
    for (const each of waiting.splice(0, waiting.indexOf(change) + 1)) each.isVoid = true;
    if (waiting.length === 0) byRecord.delete(change.id);
  };
  return {
    ids: () => [...byRecord.keys()],
    /** Record by record, in the order in which the changes were made. */
    all: () => [...byRecord.values()].flat().map(({ id, atMs, after }) => ({ id, atMs, after })),
    add(given: Omit<WaitingChange, "isVoid">) {
      const change = { ...given, isVoid: false };
      let at = queue.length;
      while (at > 0 && (queue[at - 1]?.atMs ?? 0) > change.atMs) at -= 1;
      queue.splice(at, 0, change);
      const waiting = byRecord.get(change.id);
      if (waiting) waiting.push(change);
      else byRecord.set(change.id, [change]);
    },
    /** Forgets the latest change of a record; false where none waits. */
    takeBack(id: string): boolean {
      const waiting = byRecord.get(id);
      const last = waiting?.pop();
      if (!last) return false;
      last.isVoid = true;
      if (waiting?.length === 0) byRecord.delete(id);
      return true;
    },
    takeDue(nowMs: number): WaitingChange[] {
      const end = queue.findIndex(({ atMs }) => atMs > nowMs);
      const due: WaitingChange[] = [];
      for (const change of queue.splice(0, end === -1 ? queue.length : end)) {
        if (change.isVoid) continue;
        settle(change);
        due.push(change);
      }
      return due;
    },
  };
}
