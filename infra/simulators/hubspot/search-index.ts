import type { ChangeListener } from "./durable-map.ts";
import { newSortedIndex, type SortedIndex } from "./sorted-index.ts";
import type { StoredRecord } from "./stored-record.ts";

/** What searches see of one object: its records as they were some moments ago, none archived. */
export interface SearchIndex {
  get(id: string): StoredRecord | undefined;
  readonly byId: SortedIndex;
  readonly byModified: SortedIndex;
  readonly onChange: ChangeListener<StoredRecord>;
  /** Takes in every change that has become searchable by now. */
  refresh(): void;
}

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
  const queue: WaitingChange[] = [];
  const waitingById = new Map<string, WaitingChange[]>();

  const apply = (id: string, after: StoredRecord | undefined) => {
    const before = records.get(id);
    if (!after || after.archivedAtMs !== undefined) {
      records.delete(id);
      return;
    }
    records.set(id, after);
    if (!before) byId.add({ key: Number(id), id });
    if (before?.updatedAtMs !== after.updatedAtMs) byModified.add({ key: after.updatedAtMs, id });
  };
  const wait = (change: WaitingChange) => {
    let at = queue.length;
    while (at > 0 && (queue[at - 1]?.atMs ?? 0) > change.atMs) at -= 1;
    queue.splice(at, 0, change);
    const waiting = waitingById.get(change.id);
    if (waiting) waiting.push(change);
    else waitingById.set(change.id, [change]);
  };
  /** Forgets this change of its record, and all before it. */
  const settle = (change: WaitingChange) => {
    const waiting = waitingById.get(change.id) ?? [];
    for (const each of waiting.splice(0, waiting.indexOf(change) + 1)) each.isVoid = true;
    if (waiting.length === 0) waitingById.delete(change.id);
  };
  const undo = (id: string): boolean => {
    const waiting = waitingById.get(id);
    const last = waiting?.pop();
    if (!last) return false;
    last.isVoid = true;
    if (waiting?.length === 0) waitingById.delete(id);
    return true;
  };
  return {
    get: (id) => records.get(id),
    byId,
    byModified,
    onChange({ id, after, undoing }) {
      if (undoing && undo(id)) return;
      const atMs = undoing ? undefined : searchableAtMs();
      if (atMs === undefined) apply(id, after);
      else wait({ id, atMs, after, isVoid: false });
    },
    refresh() {
      const nowMs = now();
      let due = 0;
      for (const change of queue) {
        if (change.atMs > nowMs) break;
        due += 1;
        if (change.isVoid) continue;
        settle(change);
        apply(change.id, change.after);
      }
      queue.splice(0, due);
    },
  };
}
