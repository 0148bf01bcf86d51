/**
 * The first switch-on at size: a plan of everything, applied, some of it edited by people, and taken back. Prints
 * what it cost beside what was forecast, and fails where a forecast is further off than it may be, or where
 * anything that can be written is not as it was before, but for what was edited, which has to be listed.
 *
 * node test/bench/plan-undo.ts [records]     50,000 generated ones, with Olist's funnel where it is here
 */
import { rmSync } from "node:fs";
import { z } from "zod";
import { accord } from "../support/accord-command.ts";
import { BEARER, salesforceHeaders } from "../support/crm-reader.ts";
import { makeDataFolder } from "../support/data-folder.ts";
import { hasOlist, NO_OLIST } from "../support/olist.ts";
import { newHome, type RunningAccord, startAccord } from "../support/running-accord.ts";
import { type Difference, differences, writableState } from "../support/writable-state.ts";
import { watchPeak } from "./peak-memory.ts";

const RECORDS = Number(process.argv[2] ?? 50_000);
/** How far a forecast of calls may be off, as a share of the calls that were made. */
const OFF_LIMIT = 0.02;
const EDITED = 20;

const calls = z.object({ hubspot: z.number(), salesforce: z.number() });
type Calls = z.infer<typeof calls>;
const plan = z.object({
  id: z.string(),
  calls,
  totals: z.looseObject({ items: z.number() }),
  forecast: z.object({ calls, minutes: z.number() }),
});
const run = z.object({
  id: z.string(),
  state: z.string(),
  items: z.number(),
  counts: z.record(z.string(), z.number()),
  calls,
  forecast: z.object({ calls, minutes: z.number() }).optional(),
});

function fail(text: string): void {
  console.error(`  NOT SO: ${text}`);
  process.exitCode = 1;
}

async function timed<Value>(what: string, work: () => Promise<Value>): Promise<Value> {
  const startedMs = performance.now();
  const value = await work();
  console.log(`${what}: ${((performance.now() - startedMs) / 60_000).toFixed(1)} min`);
  return value;
}

const stats = z.object({ total: z.number(), byEndpoint: z.record(z.string(), z.number()) });

async function counted(at: RunningAccord): Promise<Record<keyof Calls, z.infer<typeof stats>>> {
  const read = async (url: string) =>
    stats.parse(await (await fetch(`${url}/_simulator/stats`)).json());
  return { hubspot: await read(at.hubspotUrl), salesforce: await read(at.salesforceUrl) };
}

async function byEndpoint<Value>(at: RunningAccord, work: () => Promise<Value>): Promise<Value> {
  const before = await counted(at);
  const value = await work();
  const after = await counted(at);
  for (const system of ["hubspot", "salesforce"] as const)
    for (const [name, count] of Object.entries(after[system].byEndpoint)) {
      const more = count - (before[system].byEndpoint[name] ?? 0);
      if (more > 0) console.log(`    ${system} ${name}: ${more}`);
    }
  return value;
}

function compareCalls(what: string, forecast: Calls | undefined, made: Calls): void {
  for (const system of ["hubspot", "salesforce"] as const) {
    const expected = forecast?.[system] ?? Number.NaN;
    const off = (expected - made[system]) / made[system];
    console.log(
      `  ${what}, ${system}: ${expected} calls forecast, ${made[system]} made, ${(off * 100).toFixed(1)} % off (limit ${OFF_LIMIT * 100} %)`,
    );
    if (!(Math.abs(off) <= OFF_LIMIT)) fail(`the forecast is too far off`);
  }
}

async function measure(at: RunningAccord, home: string): Promise<void> {
  const before = await writableState(at);
  const all = ["company", "person", "opportunity"].flatMap((kind) => ["--object", kind]);
  const made = await timed("plan", () =>
    byEndpoint(at, async () =>
      plan.parse(
        JSON.parse(
          await accord(home, "--json", "plan", "backfill", ...all, "--because", "a bench"),
        ),
      ),
    ),
  );
  console.log(`  ${JSON.stringify(made.totals)}`);
  console.log(`  plan calls ${JSON.stringify(made.calls)}`);
  const applied = await timed("apply", () =>
    byEndpoint(at, async () =>
      run.parse(
        JSON.parse(
          await accord(home, "--json", "apply", made.id, "--limit", "none", "--because", "a bench"),
        ),
      ),
    ),
  );
  console.log(`  ${applied.state}: ${JSON.stringify(applied.counts)}`);
  console.log(`  forecast ${made.forecast.minutes} min`);
  compareCalls("apply", made.forecast.calls, applied.calls);
  const undone = await timed("undo", () =>
    byEndpoint(at, async () =>
      run.parse(
        JSON.parse(await accord(home, "--json", "undo", applied.id, "--because", "a bench")),
      ),
    ),
  );
  console.log(`  ${undone.state}: ${JSON.stringify(undone.counts)}`);
  compareCalls("undo", undone.forecast?.calls, undone.calls);
  const after = await writableState(at);
  const different = differences(before, after);
  console.log(`different: ${different.length}`);
  for (const one of different.slice(0, 20)) console.log(`  ${JSON.stringify(one)}`);
}

async function main(): Promise<void> {
  if (!hasOlist) console.log(`without Olist's funnel: ${NO_OLIST}`);
  const { folder, records } = makeDataFolder({
    records: RECORDS,
    olist: hasOlist && RECORDS >= 10_000,
  });
  const home = newHome();
  console.log(`${records} records`);
  const at = await timed("start, observing all of it", () =>
    startAccord({
      home,
      args: ["--observe", "--create-fields", "--data", folder],
      env: { SIMULATOR_DELAY_MS: "0" },
    }),
  );
  const peak = watchPeak(at.pid);
  try {
    await measure(at, home);
    console.log(`${peak().toFixed(0)} MiB at its peak`);
  } finally {
    await at.stop();
    rmSync(home, { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
