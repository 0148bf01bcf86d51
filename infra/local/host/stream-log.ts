import { DatabaseSync } from "node:sqlite";
import * as z from "zod";

/** An item as DynamoDB's own JSON has it. */
export type Item = Readonly<Record<string, unknown>>;

/** A change of one item, in the order in which they happened. */
interface Change {
  readonly sequence: number;
  readonly atMs: number;
  readonly keys: Item;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

/** A write that is about to happen. It stays where the process dies before it is known what came of it. */
export interface Intent {
  readonly id: number;
  readonly table: string;
  readonly keys: Item;
  readonly before: Item | undefined;
}

/** The changes of tables, kept from run to run. */
export interface StreamLog {
  intend(intent: Omit<Intent, "id">): number;
  /** Ends an intent; `after` is left out where the item is gone. Unchanged items are no changes. */
  settle(intent: Intent, after: Item | undefined): void;
  intents(): readonly Intent[];
  /** The next changes that a reader of the table has not passed yet. */
  read(table: string, reader: string, most: number): readonly Change[];
  behind(table: string, reader: string): number;
  pass(table: string, reader: string, sequence: number): void;
  close(): void;
}

const TABLES = `
  CREATE TABLE IF NOT EXISTS intents (id INTEGER PRIMARY KEY, tbl TEXT, keys TEXT, before TEXT);
  CREATE TABLE IF NOT EXISTS changes
    (sequence INTEGER PRIMARY KEY AUTOINCREMENT, tbl TEXT, atMs INTEGER, keys TEXT, before TEXT, after TEXT);
  CREATE TABLE IF NOT EXISTS readers (tbl TEXT, reader TEXT, sequence INTEGER, PRIMARY KEY (tbl, reader));
`;

const item = z
  .string()
  .transform((text): unknown => JSON.parse(text))
  .pipe(z.record(z.string(), z.unknown()));
const maybe = item.nullable().transform((read) => read ?? undefined);

const intentRow = z
  .object({ id: z.number(), tbl: z.string(), keys: item, before: maybe })
  .transform(({ tbl: table, ...row }) => ({ table, ...row }));

const changeRow = z.object({
  sequence: z.number(),
  atMs: z.number(),
  keys: item,
  before: maybe,
  after: maybe,
});

const count = z.object({ count: z.number() });

/** In `file`, or in memory where that is undefined. */
export function openStreamLog(file: string | undefined): StreamLog {
  const db = new DatabaseSync(file ?? ":memory:");
  // A change that a crash of this machine takes back is one that DynamoDB's own files lose as well.
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
  db.exec(TABLES);
  const passed = "COALESCE((SELECT sequence FROM readers WHERE tbl = ? AND reader = ?), 0)";
  const insertIntent = db.prepare("INSERT INTO intents (tbl, keys, before) VALUES (?, ?, ?)");
  const insertChange = db.prepare(
    "INSERT INTO changes (tbl, atMs, keys, before, after) VALUES (?, ?, ?, ?, ?)",
  );
  const endIntent = db.prepare("DELETE FROM intents WHERE id = ?");
  const next = db.prepare(
    `SELECT sequence, atMs, keys, before, after FROM changes WHERE tbl = ? AND sequence > ${passed} ORDER BY sequence LIMIT ?`,
  );
  const left = db.prepare(
    `SELECT COUNT(*) AS count FROM changes WHERE tbl = ? AND sequence > ${passed}`,
  );
  const move = db.prepare("INSERT OR REPLACE INTO readers VALUES (?, ?, ?)");
  const drop = db.prepare(
    "DELETE FROM changes WHERE tbl = ? AND sequence <= (SELECT MIN(sequence) FROM readers WHERE tbl = ?)",
  );
  return {
    intend: ({ table, keys, before }) =>
      Number(insertIntent.run(table, JSON.stringify(keys), textOf(before)).lastInsertRowid),
    settle({ id, table, keys, before }, after) {
      if (textOf(before) !== textOf(after))
        insertChange.run(table, Date.now(), JSON.stringify(keys), textOf(before), textOf(after));
      endIntent.run(id);
    },
    intents: () => intentRow.array().parse(db.prepare("SELECT * FROM intents ORDER BY id").all()),
    read: (table, reader, most) => changeRow.array().parse(next.all(table, table, reader, most)),
    behind: (table, reader) => count.parse(left.get(table, table, reader)).count,
    pass(table, reader, sequence) {
      move.run(table, reader, sequence);
      drop.run(table, table);
    },
    close: () => db.close(),
  };
}

function textOf(one: Item | undefined): string | null {
  return one === undefined ? null : JSON.stringify(one);
}
