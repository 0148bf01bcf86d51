/**
 * The first switch-on at size: a plan of everything, applied, some of it edited by people meanwhile, and taken back.
 * Prints what each of them cost beside what was forecast. Fails where a forecast is further off than it may be, where
 * anything that can be written is not as it was before, other than what was edited, and where an edit is not listed.
 *
 * node test/bench/plan-undo.ts [records] [--without-olist]     50,000 generated ones, and Olist's where they are here
 */
import { rmSync } from "node:fs";
import { parseArgs } from "node:util";
import { z } from "zod";
import { accord, accordJson } from "../support/accord-command.ts";
import { makeDataFolder } from "../support/data-folder.ts";
import { hasOlist, NO_OLIST } from "../support/olist.ts";
import { editAsPeople, type PersonsEdit } from "../support/people-edit.ts";
import { newHome, type RunningAccord, startAccord } from "../support/running-accord.ts";
import { type Difference, differences, writableState } from "../support/writable-state.ts";
import { watchPeak } from "./peak-memory.ts";

/** How far a forecast of calls may be off, as a share of the calls made; two calls are as near as it gets. */
const OFF_LIMIT = 0.02;
const OFF_CALLS = 2;

const calls = z.object({ hubspot: z.number(), salesforce: z.number() });
const forecast = z.object({ calls, minutes: z.number() });
const totals = z.looseObject({ items: z.number() });
const plan = z.object({ id: z.string(), calls, totals, forecast });
const run = z.object({
  id: z.string(),
  state: z.string(),
  counts: z.record(z.string(), z.number()),
  calls,
  forecast,
});
type Run = z.infer<typeof run>;

function check(what: string, isSo: boolean): void {
  console.log(`  ${isSo ? "yes" : "NO "}  ${what}`);
  if (!isSo) process.exitCode = 1;
}

async function timed<Value>(what: string, work: () => Promise<Value>): Promise<Value> {
  const startedMs = performance.now();
  const value = await work();
  console.log(`${what}: ${((performance.now() - startedMs) / 60_000).toFixed(1)} min`);
  return value;
}

function compare({ forecast: expected, calls: made, counts, state }: Run): void {
  const nonZero = Object.entries(counts).filter(([, count]) => count > 0);
  console.log(`  ${nonZero.map(([name, count]) => `${count} ${name}`).join(", ")}`);
  check(`it is done (${state})`, state === "done");
  console.log(`  forecast: ${expected.minutes} min`);
  for (const system of ["hubspot", "salesforce"] as const) {
    const off = Math.abs(expected.calls[system] - made[system]);
    const share = ((100 * off) / made[system]).toFixed(1);
    const limit = Math.max(OFF_LIMIT * made[system], OFF_CALLS);
    check(
      `${system}: ${expected.calls[system]} calls forecast, ${made[system]} made: ${share} % off (limit ${OFF_LIMIT * 100} %, or ${OFF_CALLS} calls)`,
      off <= limit,
    );
  }
}

const ALL = ["company", "person", "opportunity"].flatMap((kind) => ["--object", kind]);
const BECAUSE = ["--because", "a bench"];

async function ranTo(home: string, ...args: readonly string[]): Promise<Run> {
  return run.parse(await accordJson(home, ...args, ...BECAUSE));
}

const left = z.object({
  left: z.array(
    z.object({ system: z.string(), object: z.string(), id: z.string(), property: z.string() }),
  ),
});

/** What the undo lists, as `hubspot contacts 1 phone`. */
async function listedLeft(home: string, id: string): Promise<ReadonlySet<string>> {
  const lines = (await accord(home, "plan", "items", id, "--state", "left")).split("\n");
  const items = lines.filter(Boolean).map((line) => left.parse(JSON.parse(line)));
  const all = items.flatMap((item) => item.left);
  return new Set(all.map((one) => `${one.system} ${one.object} ${one.id} ${one.property}`));
}

async function measure(at: RunningAccord, home: string): Promise<void> {
  const before = await timed("reading both simulators", () => writableState(at));
  const made = await timed("plan", async () =>
    plan.parse(await accordJson(home, "plan", "backfill", ...ALL, ...BECAUSE)),
  );
  console.log(`  ${JSON.stringify(made.totals)}`);
  console.log(`  calls: ${JSON.stringify(made.calls)}`);
  const applied = await timed("apply", () => ranTo(home, "apply", made.id, "--limit", "none"));
  compare(applied);
  const edits = await editAsPeople(at, before, await writableState(at));
  const undone = await timed("undo", () => ranTo(home, "undo", applied.id));
  compare(undone);
  const listed = await listedLeft(home, made.id);
  const different = differences(before, await writableState(at));
  judge(edits, { listed, different });
}

interface Undone {
  readonly listed: ReadonlySet<string>;
  readonly different: readonly Difference[];
}

const idOf = (record: string) => record.split(" ").at(-1) ?? "";

/** Of a record that was created, an edit keeps all of it, whom it is associated with too. */
function judge(edits: readonly PersonsEdit[], { listed, different }: Undone): void {
  const kept = new Set(edits.filter(({ created }) => created).map(({ record }) => record));
  const keptIds = new Set([...kept].map(idOf));
  const edited = new Set(edits.map(({ record, property }) => `${record} ${property}`));
  const isForeseen = ({ record, property }: Difference) =>
    kept.has(record) ||
    edited.has(`${record} ${property}`) ||
    (record.startsWith("hubspot associations ") &&
      idOf(record)
        .split(/[:>]/)
        .some((id) => keptIds.has(id)));
  const unforeseen = different.filter((one) => !isForeseen(one));
  for (const one of unforeseen.slice(0, 10)) console.log(`    ${JSON.stringify(one)}`);
  check(
    `both simulators are as before, but for the ${edits.length} edits (${unforeseen.length} differences)`,
    unforeseen.length === 0,
  );
  const isThere = ({ record, property, value }: PersonsEdit) =>
    different.some(
      (one) => one.record === record && one.property === property && one.after === value,
    );
  check("every edit is there still", edits.every(isThere));
  check(
    "every edit is listed as left",
    edits.every(({ record, property }) => listed.has(`${record} ${property}`)),
  );
  check(`nothing else is listed (${listed.size})`, listed.size === edits.length);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { "without-olist": { type: "boolean", default: false } },
  });
  const olist = hasOlist && !values["without-olist"];
  if (!hasOlist) console.log(`without Olist's funnel: ${NO_OLIST}`);
  const { folder, records } = makeDataFolder({ records: Number(positionals[0] ?? 50_000), olist });
  const home = newHome();
  console.log(`${records} records`);
  const at = await timed("start", () =>
    startAccord({
      home,
      args: ["--observe", "--create-fields", "--idle", "--data", folder],
      env: { SIMULATOR_DELAY_MS: "0" },
    }),
  );
  const peak = watchPeak(at.pid);
  try {
    await measure(at, home);
    console.log(
      `${peak().toFixed(0)} MiB at the peak, both simulators, tables and queues included`,
    );
  } finally {
    await at.stop();
    for (const dir of [home, folder]) rmSync(dir, { recursive: true, force: true });
  }
}

await main();
