/**
 * The whole of Olist's funnel, from two CRMs that never met to one state, and once more: what it brought
 * together, what it cost in calls, time and memory. Fails where a count or a cent is not the source's.
 */
import { rmSync } from "node:fs";
import { ANSWER_TIMEOUT } from "../../infra/constructs/timeouts.ts";
import { attribution } from "../../shared/config/attribution.ts";
import { dynamoCreditWorld } from "../../shared/dynamodb/credit-world.ts";
import {
  type CreditMessage,
  reattribute,
  workOffCredits,
} from "../../shared/revenue/reattribute.ts";
import { revenueBy } from "../../shared/revenue/revenue-report.ts";
import { openKeptTables } from "../support/kept-tables.ts";
import { FUNNEL, hasOlist, NO_OLIST, OLIST } from "../support/olist.ts";
import { NO_WRITES, summaryIn } from "../support/run-summary.ts";
import { newHome, startCommand, stateOf } from "../support/running-accord.ts";
import { watchPeak } from "./peak-memory.ts";

const CALLS_A_PERSON_LIMIT = 0.1;

async function run(home: string) {
  const startedMs = performance.now();
  const { child, ended } = startCommand("infra/local/start.ts", {
    home,
    args: ["--data", OLIST, "--once", "--json"],
  });
  const peak = watchPeak(child.pid);
  const { code, stdout } = await ended;
  if (code !== 0) throw new Error(`it ended with ${code}`);
  const seconds = (performance.now() - startedMs) / 1000;
  return { summary: summaryIn({ stdout }), seconds, peakMiB: peak() };
}

function expectEqual(what: string, is: unknown, wanted: unknown): void {
  console.log(`${what}: ${JSON.stringify(is)}`);
  if (JSON.stringify(is) === JSON.stringify(wanted)) return;
  console.error(`  expected ${JSON.stringify(wanted)}`);
  process.exitCode = 1;
}

/** Every model ties to the source, and a report is there well before its function is timed out. */
async function measureModels(stateDir: string): Promise<void> {
  const tables = await openKeptTables(stateDir);
  const world = dynamoCreditWorld(tables.db, tables);
  const queue: CreditMessage[] = [];
  const making = {
    ...world,
    queue: { send: async (some: readonly CreditMessage[]) => void queue.push(...some) },
  };
  const limitMs = ANSWER_TIMEOUT.toMilliseconds();
  for (const { name: model } of attribution.models) {
    if (/^(markov|shapley)/.test(model)) {
      await reattribute(making, { model, run: model, by: "bench", because: "it learns" });
      for (let next = queue.shift(); next; next = queue.shift()) await workOffCredits(making, next);
    }
    const startedMs = performance.now();
    const report = await revenueBy(world, { model, by: "source" });
    const ms = performance.now() - startedMs;
    if ("refused" in report) throw new Error(report.reason);
    const cents = report.lines.map(({ revenue }) => BigInt(revenue.replace(".", "")));
    const credited = cents.reduce((sum, one) => sum + one, 0n);
    expectEqual(`${model}, in centavos`, String(credited), FUNNEL.revenue.replace(".", ""));
    console.log(`  ${ms.toFixed(0)} ms (limit ${limitMs})`);
    if (ms > limitMs) process.exitCode = 1;
  }
  await tables.stop();
}

async function measure(): Promise<void> {
  const home = newHome();
  const { summary, seconds, peakMiB } = await run(home);
  const { persons, companies, opportunities, revenue, calls, callsPerPerson } = summary;
  const { won, currency, revenue: total } = FUNNEL;
  expectEqual("persons", persons, FUNNEL.persons);
  expectEqual("companies", companies, won);
  expectEqual("opportunities", opportunities, won);
  expectEqual("revenue", revenue.totals, [{ currency, revenue: total, opportunities: won }]);
  console.log(`calls: ${calls.hubspot} to HubSpot, ${calls.salesforce} to Salesforce`);
  console.log(`calls a person: ${callsPerPerson.toFixed(3)} (limit ${CALLS_A_PERSON_LIMIT})`);
  if (callsPerPerson > CALLS_A_PERSON_LIMIT) process.exitCode = 1;
  console.log(`${seconds.toFixed(0)} s, ${peakMiB.toFixed(0)} MiB at its peak`);
  await measureModels(stateOf(home));
  const again = await run(home);
  expectEqual("writes of a second run", again.summary.writes, NO_WRITES);
  rmSync(home, { recursive: true, force: true });
}

if (hasOlist) await measure();
else console.log(NO_OLIST);
