import { DatabaseSync } from "node:sqlite";

/** As much of a `Map` as the stores of the tests need. Values are copies: nobody changes what is kept. */
export interface KeptMap<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
  delete(key: string): void;
  keys(): Iterable<string>;
  values(): Iterable<Value>;
}

/** Opens the map of a name. */
export type KeptMaps = <Value>(name: string) => KeptMap<Value>;

export function memoryMaps<Value>(): KeptMap<Value> {
  const kept = new Map<string, Value>();
  return {
    get: (key) => structuredClone(kept.get(key)),
    set: (key, value) => void kept.set(key, structuredClone(value)),
    delete: (key) => void kept.delete(key),
    keys: () => kept.keys(),
    *values() {
      for (const value of kept.values()) yield structuredClone(value);
    },
  };
}

/** Maps in a file, for more than memory should hold. Gone with the file; not safe against power cuts. */
export function fileMaps(file: string): KeptMaps {
  const db = new DatabaseSync(file);
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;");
  return <Value>(name: string): KeptMap<Value> => {
    db.exec(`CREATE TABLE IF NOT EXISTS "${name}" (key TEXT PRIMARY KEY, json TEXT) WITHOUT ROWID`);
    const get = db.prepare(`SELECT json FROM "${name}" WHERE key = ?`);
    const set = db.prepare(`INSERT OR REPLACE INTO "${name}" VALUES (?, ?)`);
    const remove = db.prepare(`DELETE FROM "${name}" WHERE key = ?`);
    const read = (row: Record<string, unknown> | undefined): Value | undefined =>
      row && JSON.parse(String(row["json"]));
    return {
      get: (key) => read(get.get(key)),
      set: (key, value) => void set.run(key, JSON.stringify(value)),
      delete: (key) => void remove.run(key),
      *keys() {
        for (const row of db.prepare(`SELECT key FROM "${name}"`).iterate())
          yield String(row["key"]);
      },
      *values() {
        for (const row of db.prepare(`SELECT json FROM "${name}"`).iterate()) {
          const value = read(row);
          if (value !== undefined) yield value;
        }
      },
    };
  };
}
