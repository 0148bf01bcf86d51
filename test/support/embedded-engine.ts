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
