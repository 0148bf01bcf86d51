import * as z from "zod";
import { SETTLED_AFTER_MS } from "../revenue/close-period.ts";
import { inParallel } from "../sync/in-parallel.ts";
import { manifestKey, partKey, type WarehouseTable } from "../tabular/warehouse-layout.ts";
import { encodeParts } from "./encode-parts.ts";
import type { FileStore, Stretch, WarehouseSource, WarehouseWorld } from "./ports.ts";

const manifest = z.object({
  /** Every row that was added up to this moment is in the files. */
  upTo: z.string(),
  /** The month, or the version, is over: nothing is added any more. */
  final: z.boolean(),
  parts: z.array(z.object({ key: z.string(), rows: z.int(), sha256: z.string() })),
});

type Manifest = z.infer<typeof manifest>;

/** What a run did, by table. */
export interface WrittenTable {
  readonly table: string;
  /** Months that were looked at, since they were not over when they were last; each version has its own. */
  readonly months: number;
  readonly rows: number;
  /** Files that are new, or others than before. */
  readonly written: number;
}

/** A month is begun only with this much time left: what is written then is written to its end. */
const LEAST_LEFT_MS = 120_000;

/**
 * Writes what was posted into the files of the warehouse, month by month. A month that is over is written
 * once more, and from then on left alone. Stopping anywhere is harmless: the same rows are the same bytes
 * under the same key, and a manifest is written behind its files.
 */
export async function writeWarehouse(
  world: WarehouseWorld,
  remainingMs: () => number,
): Promise<readonly WrittenTable[]> {
  const settled = new Date(world.now() - SETTLED_AFTER_MS).toISOString();
  const done: WrittenTable[] = [];
  for (const source of world.sources) {
    const counts = { table: source.table.name, months: 0, rows: 0, written: 0 };
    for (const stale of await staleIn(world.files, source, settled)) {
      if (remainingMs() < LEAST_LEFT_MS) break;
      const told = await writeStretch(world, source.table, stale);
      counts.months += 1;
      counts.rows += told.rows;
      counts.written += told.written;
    }
    done.push(counts);
  }
  return done;
}

interface Stale {
  readonly stretch: Stretch;
  readonly before: Manifest | undefined;
}

/** Of which more can be read than is written; those first that were written the longest ago, or never. */
async function staleIn(
  files: FileStore,
  { table, stretches }: WarehouseSource,
  settled: string,
): Promise<Stale[]> {
  const all = await inParallel(await stretches(settled), async (stretch): Promise<Stale> => {
    const text = await files.readText(manifestKey(table, stretch.values));
    return { stretch, before: readManifest(text) };
  });
  const upTo = ({ before }: Stale) => before?.upTo ?? "";
  return all
    .filter((one) => upTo(one) < one.stretch.upTo)
    .sort((one, other) => (upTo(one) < upTo(other) ? -1 : Number(upTo(one) > upTo(other))));
}

async function writeStretch(
  { files, digest }: WarehouseWorld,
  table: WarehouseTable,
  { stretch: { values, upTo, end, rows: pages }, before }: Stale,
): Promise<{ readonly rows: number; readonly written: number }> {
  const parts: Manifest["parts"] = [];
  let written = 0;
  for await (const { content, rows } of encodeParts(table.columns, pages())) {
    const key = partKey(table, values, parts.length);
    const sha256 = digest(content);
    if (before?.parts[parts.length]?.sha256 !== sha256) {
      await files.write(key, content, "application/vnd.apache.parquet");
      written += 1;
    }
    parts.push({ key, rows, sha256 });
  }
  // Of a month that is over, the manifest too is the same whenever it is written.
  const told: Manifest = { upTo, final: upTo === end, parts };
  const text = new TextEncoder().encode(`${JSON.stringify(told, undefined, 2)}\n`);
  await files.write(manifestKey(table, values), text, "application/json");
  return { rows: parts.reduce((sum, part) => sum + part.rows, 0), written };
}

/** One that cannot be read is as good as none: the files are written anew. */
function readManifest(text: string | undefined): Manifest | undefined {
  if (text === undefined) return undefined;
  try {
    return manifest.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
