import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** One stored row. `json` is null where the row is to be forgotten. */
export interface RowChange {
  readonly table: string;
  readonly id: string;
  readonly json: string | null;
}

export interface StoredRow extends RowChange {
  readonly json: string;
}

/** What a simulator has promised to remember. */
export interface DurableRows {
  /** Every row, in the order in which it was first written. */
  all(): readonly StoredRow[];
  /** All of `changes` or none of them, also when the process is killed in the middle. */
  commit(changes: readonly RowChange[]): void;
}

/** Where the rows are kept for good. */
export interface RowStore extends DurableRows {
  /** The rows of this moment, however long the reading takes and whatever is written meanwhile. */
  snapshot(): Iterable<StoredRow>;
  /** `rows` and nothing else from now on, or everything as it was. */
  replace(rows: Iterable<StoredRow>): void;
  close(): void;
}

/**
 * Opens the rows kept in `file`, or in memory alone where `file` is undefined.
 *
 * The write-ahead log without fsync survives `kill -9` of the process (not a power cut), which is
 * what a stand-in needs, at a few microseconds a row.
 */
export function openRowStore(file: string | undefined): RowStore {
  return file === undefined ? rowsInMemory([]) : rowsInFile(file);
}

/** A third of what an in-memory SQLite costs: 13 against 40 microseconds a row, on busy cores. */
export function rowsInMemory(initial: Iterable<StoredRow>): RowStore {
  const rows = new Map<string, StoredRow>();
  const put = (row: StoredRow) => rows.set(`${row.table}\n${row.id}`, row);
  for (const row of initial) put(row);
  const all = () => [...rows.values()];
  return {
    all,
    // Rows are replaced, never changed in place.
    snapshot: all,
    commit(changes) {
      for (const { table, id, json } of changes) {
        if (json === null) rows.delete(`${table}\n${id}`);
        else put({ table, id, json });
      }
    },
    replace(next) {
      rows.clear();
      for (const row of next) put(row);
    },
    close: () => rows.clear(),
  };
}

const READ = "SELECT tbl, id, json FROM rows ORDER BY seq";

function rowsInFile(file: string): RowStore {
  mkdirSync(dirname(file), { recursive: true });
  const db = new DatabaseSync(file);
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;");
  db.exec(
    "CREATE TABLE IF NOT EXISTS rows (seq INTEGER PRIMARY KEY, tbl TEXT, id TEXT, json TEXT, UNIQUE (tbl, id))",
  );
  const put = db.prepare(
    "INSERT INTO rows (tbl, id, json) VALUES (?, ?, ?) ON CONFLICT (tbl, id) DO UPDATE SET json = excluded.json",
  );
  const forget = db.prepare("DELETE FROM rows WHERE tbl = ? AND id = ?");
  const read = db.prepare(READ);
  const write = (changes: Iterable<RowChange>, first = "") => {
    db.exec(`BEGIN; ${first}`);
    try {
      for (const { table, id, json } of changes) {
        if (json === null) forget.run(table, id);
        else put.run(table, id, json);
      }
      db.exec("COMMIT");
    } catch (error) {
      db.exec("ROLLBACK");
      throw error;
    }
  };
  return {
    all: () => read.all().map(toRow),
    snapshot: () => snapshotOf(file),
    commit: write,
    replace: (rows) => write(rows, "DELETE FROM rows"),
    close: () => db.close(),
  };
}

/** A second connection reads on in the log as it is now. The read begins here, not at the first row. */
function snapshotOf(file: string): Iterable<StoredRow> {
  const reader = new DatabaseSync(file, { readOnly: true });
  reader.exec("BEGIN");
  reader.prepare("SELECT count(*) FROM rows").get();
  return (function* () {
    try {
      for (const row of reader.prepare(READ).iterate()) yield toRow(row);
    } finally {
      reader.close();
    }
  })();
}

function toRow(row: Readonly<Record<string, unknown>>): StoredRow {
  return { table: String(row["tbl"]), id: String(row["id"]), json: String(row["json"]) };
}

/** Rows under a state that may be replaced: once it is, it can write no more. */
export interface RowsOfState extends DurableRows {
  moveTo(store: DurableRows): void;
  retire(): void;
}

export function rowsOfState(first: DurableRows): RowsOfState {
  let store: DurableRows | undefined = first;
  const inUse = () => {
    if (store) return store;
    throw new Error("the state this request began with has been replaced by a load");
  };
  return {
    all: () => inUse().all(),
    commit: (changes) => inUse().commit(changes),
    moveTo(next) {
      store = next;
    },
    retire() {
      store = undefined;
    },
  };
}
