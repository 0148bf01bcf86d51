import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";

/** Its engine comes as a binary for each platform: where there is none, these tests say so and are skipped. */
const loaded = await import("@duckdb/node-api").catch(() => undefined);

export const NO_ENGINE = loaded ? false : "DuckDB has no binary for this machine";

/** An SQL engine in this process, which reads the files of exports and of the warehouse by itself. */
export async function openEngine() {
  if (!loaded) throw new Error(String(NO_ENGINE));
  const instance = await loaded.DuckDBInstance.create(":memory:", { threads: "1" });
  const connection: DuckDBConnection = await instance.connect();
  return {
    /** Rows, every cell as text. */
    async ask(sql: string): Promise<string[][]> {
      return (await connection.runAndReadAll(sql)).getRowsJson().map((row) => row.map(String));
    },
    stop() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/**
 * What the engine answers of a table of the warehouse, whose files are laid out below `work` as they are in the bucket.
 *
 * @param table - Its name in `sql`, and which files it is made of, as a pattern.
 */
export async function askOfFiles(
  files: ReadonlyMap<string, Uint8Array>,
  { work, table, sql }: { readonly work: string; readonly table: Table; readonly sql: string },
): Promise<string[][]> {
  const folder = mkdtempSync(join(work, "files-"));
  for (const [key, content] of files) {
    mkdirSync(dirname(join(folder, key)), { recursive: true });
    writeFileSync(join(folder, key), content);
  }
  const engine = await openEngine();
  const rows = `read_parquet('${folder}/${table.files}', hive_partitioning = true)`;
  const answer = await engine.ask(sql.replaceAll(table.name, rows));
  engine.stop();
  return answer;
}

interface Table {
  readonly name: string;
  readonly files: string;
}
