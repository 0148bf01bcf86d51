/**
 * The whole of Olist's funnel, from two CRMs that never met to one state, and once more: what it brought
 * together, what it cost in calls, time and memory. Fails where a count or a cent is not the source's.
 */
import { rmSync } from "node:fs";
import { FUNNEL, hasOlist, NO_OLIST, OLIST } from "../support/olist.ts";
import { NO_WRITES, summaryIn } from "../support/run-summary.ts";
import { newHome, startCommand } from "../support/running-accord.ts";
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
  const again = await run(home);
  expectEqual("writes of a second run", again.summary.writes, NO_WRITES);
  rmSync(home, { recursive: true, force: true });
}

if (hasOlist) await measure();
else console.log(NO_OLIST);
