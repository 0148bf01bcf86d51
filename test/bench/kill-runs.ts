/**
 * Kills the whole of Accord on this machine, both simulated CRMs with it, with SIGKILL at random moments while a plan
 * is applied and while that is taken back, and starts it again each time. The same is done once undisturbed. Fails
 * where the ends differ: an item that was left out, a record that is there twice, a value that was written twice.
 *
 * node test/bench/kill-runs.ts [kills] [records] [seed]     25 kills of each, 3,000 generated records
 */
import { cpSync, rmSync } from "node:fs";
import { z } from "zod";
import { seededRandom } from "../../infra/local/data/seeded-random.ts";
import { accord, accordJson } from "../support/accord-command.ts";
import { countedWrites } from "../support/crm-reader.ts";
import { makeDataFolder } from "../support/data-folder.ts";
import {
  type CommandOptions,
  newHome,
  type RunningAccord,
  startAccord,
  startAccordAt,
} from "../support/running-accord.ts";
import { type Deeds, deedsOf } from "../support/simulator-deeds.ts";
import { differences, type WritableState, writableState } from "../support/writable-state.ts";

const KILLS = Number(process.argv[2] ?? 25);
const RECORDS = Number(process.argv[3] ?? 3000);
const SEED = Number(process.argv[4] ?? 1);

/** From when it answers to the kill: before a worker has begun, to several pages on. */
const LONGEST_LIFE_MS = 6000;
const ALL = ["company", "person", "opportunity"].flatMap((kind) => ["--object", kind]);
const BECAUSE = ["--because", "to see it die"];
/** Of the simulators, which are where they were after each start. */
const PORTS = {
  hubspot: 20_000 + (process.pid % 10_000),
  salesforce: 30_000 + (process.pid % 10_000),
};
const DELAY = { SIMULATOR_DELAY_MS: "20-120" };

const named = z.object({ id: z.string() });
const run = named.extend({
  plan: z.string(),
  state: z.string(),
  counts: z.record(z.string(), z.number()),
});
type Run = z.infer<typeof run>;
type Writes = Record<string, number>;

function check(what: string, isSo: boolean): void {
  console.log(`  ${isSo ? "yes" : "NO "}  ${what}`);
  if (!isSo) process.exitCode = 1;
}

async function writesOf(at: RunningAccord): Promise<Writes> {
  const [hubspot, salesforce] = [
    await countedWrites(at.hubspotUrl),
    await countedWrites(at.salesforceUrl),
  ];
  const all = [
    ...Object.entries(hubspot).map(([name, count]) => [`hubspot ${name}`, count] as const),
    ...Object.entries(salesforce).map(([name, count]) => [`salesforce ${name}`, count] as const),
  ];
  return Object.fromEntries(all);
}

function added(one: Writes, other: Writes): Writes {
  return Object.fromEntries(
    Object.keys({ ...one, ...other }).map((name) => [name, (one[name] ?? 0) + (other[name] ?? 0)]),
  );
}

async function runOf({ url, token }: RunningAccord, id: string): Promise<Run> {
  const headers = { authorization: `Bearer ${token}` };
  return run.parse(await (await fetch(`${url}/api/runs/${id}`, { headers })).json());
}

/** A message that was given out this often is a dead letter: nobody works on its page any more. */
const DEAD_AFTER_KILLS = 5;
const STANDS_STILL_MS = 45_000;

/** What an operator does about a run that stands still: takes it up again. */
function operator(home: string, id: string) {
  let seen = "";
  let looks = 0;
  let sinceMs = Date.now();
  return async ({ counts }: Run): Promise<void> => {
    const now = JSON.stringify(counts);
    if (now !== seen) {
      seen = now;
      looks = 0;
      sinceMs = Date.now();
      return;
    }
    looks += 1;
    if (looks < DEAD_AFTER_KILLS || Date.now() - sinceMs < STANDS_STILL_MS) return;
    console.log(`  ${id} stands still at ${seen}: accord runs resume`);
    await accordJson(home, "runs", "resume", id, ...BECAUSE);
    looks = 0;
    sinceMs = Date.now();
  };
}

/** One step of a story, from the command that starts it to its end, with so many kills in between. */
async function carriedOut(
  options: CommandOptions,
  begin: readonly string[],
  { kills, random }: { readonly kills: number; readonly random: () => number },
): Promise<{ run: Run; writes: Writes; killed: number }> {
  let at = await startAccordAt(options, PORTS);
  const { id } = named.parse(await accordJson(options.home, ...begin, "--no-wait", ...BECAUSE));
  let writes: Writes = {};
  const watch = operator(options.home, id);
  let killed = 0;
  for (; killed < kills; killed += 1) {
    await new Promise((resolve) => setTimeout(resolve, random() * LONGEST_LIFE_MS));
    const now = await runOf(at, id);
    if (now.state !== "running") break;
    await watch(now);
    // Between the two, a write may land that is not counted; none is counted twice.
    writes = added(writes, await writesOf(at));
    await at.kill();
    at = await startAccordAt(options, PORTS);
  }
  let done = await runOf(at, id);
  for (; done.state === "running"; done = await runOf(at, id)) {
    await watch(done);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  writes = added(writes, await writesOf(at));
  await tellOdd(options.home, done.plan);
  await at.stop();
  return { run: done, writes, killed };
}

/** What a run says of items that it did not do. */
async function tellOdd(home: string, plan: string): Promise<void> {
  for (const state of ["refused", "failed", "left"]) {
    const lines = (await accord(home, "plan", "items", plan, "--state", state)).split("\n");
    for (const line of lines.filter(Boolean).slice(0, 3))
      console.log(`    ${state}: ${line.slice(0, 1500)}`);
  }
}

interface End {
  readonly applied: Deeds;
  readonly undone: Deeds;
  readonly state: WritableState;
  readonly writes: Writes;
  readonly runs: readonly Run[];
  readonly killed: number;
}

async function story(options: CommandOptions, plan: string, kills: number): Promise<End> {
  const random = seededRandom(SEED);
  const chance = () => random.whole(0, 1_000_000) / 1_000_000;
  const begin = ["apply", plan, "--limit", "none"];
  const apply = await carriedOut(options, begin, { kills, random: chance });
  const applied = await reading(options, deedsOf);
  const undo = await carriedOut(options, ["undo", apply.run.id], { kills, random: chance });
  const undone = await reading(options, deedsOf);
  return {
    applied,
    undone,
    state: await reading(options, writableState),
    writes: added(apply.writes, undo.writes),
    runs: [apply.run, undo.run],
    killed: apply.killed + undo.killed,
  };
}

async function reading<Value>(
  options: CommandOptions,
  read: (at: RunningAccord) => Promise<Value>,
): Promise<Value> {
  const at = await startAccord(options);
  const value = await read(at);
  await at.stop();
  return value;
}

async function main(): Promise<void> {
  const { folder } = makeDataFolder({ records: RECORDS, olist: false });
  const homes = { calm: newHome(), killed: newHome() };
  const optionsOf = (home: string): CommandOptions => ({
    home,
    args: ["--observe", "--create-fields", "--idle", "--data", folder],
    env: DELAY,
  });
  try {
    const at = await startAccord({ ...optionsOf(homes.calm), env: { SIMULATOR_DELAY_MS: "0" } });
    const before = await writableState(at);
    const planned = await accordJson(homes.calm, "plan", "backfill", ...ALL, ...BECAUSE);
    const { id } = named.parse(planned);
    await at.stop();
    cpSync(homes.calm, homes.killed, { recursive: true });
    const calm = await story(optionsOf(homes.calm), id, 0);
    console.log(`undisturbed: ${JSON.stringify(calm.runs.map(({ counts }) => counts))}`);
    const killed = await story(optionsOf(homes.killed), id, KILLS);
    console.log(`with ${killed.killed} kills (seed ${SEED})`);
    judge(calm, killed, before);
  } finally {
    for (const dir of [folder, ...Object.values(homes)])
      rmSync(dir, { recursive: true, force: true });
  }
}

function judge(calm: End, killed: End, before: WritableState): void {
  const [apply, undo] = [0, 1].map((index) => [calm.runs[index], killed.runs[index]] as const);
  for (const [name, pair] of Object.entries({ apply, undo })) {
    const [one, other] = (pair ?? []).map((each) => JSON.stringify(each?.counts));
    check(`${name}: no item is left out (${other})`, one === other);
  }
  for (const name of ["applied", "undone"] as const) {
    const unequal = Object.keys({ ...calm[name], ...killed[name] }).filter(
      (deed) => calm[name][deed] !== killed[name][deed],
    );
    for (const deed of unequal.slice(0, 10))
      console.log(`    ${deed}: ${calm[name][deed]} undisturbed, ${killed[name][deed]} killed`);
    check(`${name}: every record and every version of a value is there once`, unequal.length === 0);
  }
  for (const [name, count] of Object.entries(calm.writes)) {
    const counted = killed.writes[name] ?? 0;
    check(`${name}: ${count} undisturbed, ${counted} killed`, counted <= count);
  }
  const different = differences(before, killed.state);
  for (const one of different.slice(0, 10)) console.log(`    ${JSON.stringify(one)}`);
  check("both simulators are as they were before the plan", different.length === 0);
}

await main();
