import type { DurableRows } from "../kit/durable-rows.ts";
import type { Journal } from "./journal.ts";

/** Told of each change. `undoing` is true where a refused request is being taken back. */
export type ChangeListener<Value> = (change: {
  readonly id: string;
  readonly before: Value | undefined;
  readonly after: Value | undefined;
  readonly undoing: boolean;
}) => void;

/** A map in memory whose changes are written through the journal. */
export interface DurableMap<Value> {
  readonly size: number;
  get(id: string): Value | undefined;
  has(id: string): boolean;
  values(): IterableIterator<Value>;
  set(id: string, value: Value): void;
  delete(id: string): void;
}

/** What was stored by an earlier process, by table. */
export type StoredRows = ReadonlyMap<string, readonly { id: string; json: string }[]>;

export function readStoredRows(rows: DurableRows): StoredRows {
  const byTable = new Map<string, { id: string; json: string }[]>();
  for (const { table, id, json } of rows.all()) {
    const stored = byTable.get(table);
    if (stored) stored.push({ id, json });
    else byTable.set(table, [{ id, json }]);
  }
  return byTable;
}

export interface DurableMapOptions<Value> {
  readonly journal: Journal;
  readonly stored: StoredRows;
  readonly table: string;
  readonly onChange?: ChangeListener<Value>;
}

export function openDurableMap<Value>(options: DurableMapOptions<Value>): DurableMap<Value> {
  const { journal, table, onChange } = options;
  const entries = new Map<string, Value>();
  const apply = (id: string, after: Value | undefined, undoing: boolean) => {
    const before = entries.get(id);
    if (after === undefined) entries.delete(id);
    else entries.set(id, after);
    onChange?.({ id, before, after, undoing });
    return before;
  };
  const change = (id: string, value: Value | undefined) => {
    const before = apply(id, value, false);
    journal.note({ table, id, value, undo: () => apply(id, before, true) });
  };
  for (const { id, json } of options.stored.get(table) ?? []) {
    // Rows are this program's own writing, of this same type: no second parser.
    const value: Value = JSON.parse(json);
    apply(id, value, false);
  }
  return {
    get size() {
      return entries.size;
    },
    get: (id) => entries.get(id),
    has: (id) => entries.has(id),
    values: () => entries.values(),
    set: (id, value) => change(id, value),
    delete: (id) => change(id, undefined),
  };
}
