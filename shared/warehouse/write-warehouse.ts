import * as z from "zod";
import { monthAfter, monthOf } from "../core/ledger/calendar.ts";
import { SETTLED_AFTER_MS } from "../revenue/close-period.ts";
import { manifestKey, partKey } from "../tabular/warehouse-layout.ts";
import { encodeParts } from "./encode-parts.ts";
import type { WarehouseSource, WarehouseWorld } from "./ports.ts";

const manifest = z.object({
  /** Every row that was added up to this moment is in the files. */
  upTo: z.string(),
  /** The month is over: its files are never others again. */
  final: z.boolean(),
  parts: z.array(z.object({ key: z.string(), rows: z.int(), sha256: z.string() })),
});

type Manifest = z.infer<typeof manifest>;

/** What a run did, by table. */
export interface WrittenTable {
  readonly table: string;
  /** Months that were looked at, since they were not over when they were last. */
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
  const upTo = new Date(world.now() - SETTLED_AFTER_MS).toISOString();
  const done: WrittenTable[] = [];
  for (const source of world.sources) {
    const counts = { table: source.table.name, months: 0, rows: 0, written: 0 };
    for (let month = source.firstMonth; month <= monthOf(upTo); month = monthAfter(month)) {
      if (remainingMs() < LEAST_LEFT_MS) break;
      const told = await writeMonth(world, source, { month, upTo });
      if (!told) continue;
      counts.months += 1;
      counts.rows += told.rows;
      counts.written += told.written;
    }
    done.push(counts);
  }
  return done;
}

async function writeMonth(
  { files, digest }: WarehouseWorld,
  source: WarehouseSource,
  { month, upTo }: { readonly month: string; readonly upTo: string },
): Promise<{ readonly rows: number; readonly written: number } | undefined> {
  const { name, columns } = source.table;
  const before = await readManifest(await files.readText(manifestKey(name, month)));
  if (before?.final) return undefined;
  const parts: Manifest["parts"] = [];
  let written = 0;
  for await (const { content, rows } of encodeParts(columns, source.rows(month, upTo))) {
    const key = partKey(name, month, parts.length);
    const sha256 = digest(content);
    if (before?.parts[parts.length]?.sha256 !== sha256) {
      await files.write(key, content, "application/vnd.apache.parquet");
      written += 1;
    }
    parts.push({ key, rows, sha256 });
  }
  const end = `${monthAfter(month)}-01T00:00:00.000Z`;
  const final = upTo >= end;
  // Of a month that is over, the manifest too is the same whenever it is written.
  const told: Manifest = { upTo: final ? end : upTo, final, parts };
  const text = new TextEncoder().encode(`${JSON.stringify(told, undefined, 2)}\n`);
  await files.write(manifestKey(name, month), text, "application/json");
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
