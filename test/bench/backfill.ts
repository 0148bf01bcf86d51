/**
 * A whole Accord against both simulators at their real limits and delays: first people edit records while
 * nothing else happens, then so many contacts of HubSpot are backfilled, half of whom are leads of Salesforce,
 * and people go on editing. How much of what HubSpot allows the backfill used, whether HubSpot ever refused,
 * how much later an edit landed on the other side, what it cost in calls, and whether memory stayed flat.
 *
 * An edit is late by the stamps that the CRMs themselves put on it: when it was made in one, and when the
 * other one had it. `--burst` sets HubSpot's limit of ten seconds, where the machine cannot keep 190 busy.
 *
 * node test/bench/backfill.ts [--contacts 100000] [--burst 190] [--seconds 60] [--threads 5]
 */
import { rmSync } from "node:fs";
import { parseArgs } from "node:util";
import { newHome } from "../support/running-accord.ts";
import { openBackfillScene } from "./backfill-scene.ts";
import { percentile, type Row, report } from "./report.ts";

const { values } = parseArgs({
  options: {
    contacts: { type: "string", default: "100000" },
    burst: { type: "string", default: "190" },
    seconds: { type: "string", default: "60" },
    threads: { type: "string", default: "5" },
  },
});
const contacts = Number(values.contacts);
const burst = Number(values.burst);
const idleSeconds = Number(values.seconds);
const MEMORY_LIMIT_MIB = 1024;

const home = newHome();
const scene = await openBackfillScene({ home, burst, threads: Number(values.threads) });
try {
  const idle = await scene.editsFor(idleSeconds * 1000);
  await scene.bringIn(contacts);
  const { edits: busy, ...load } = await scene.backfill();
  const allowed = burst / 10;
  const rate = load.workedCalls / load.workedSeconds / allowed;
  const [idleP95, busyP95] = [idle, busy].map(({ lateMs }) => percentile(lateMs, 0.95));
  const ratio = (busyP95 ?? Number.NaN) / (idleP95 ?? Number.NaN);
  const records = contacts * 1.5;
  const each = load.hubspotCalls / contacts;
  const rows: Row[] = [
    ["HubSpot calls a second, of those allowed", rate.toFixed(3), "≥ 0.90", rate >= 0.9],
    ["calls that HubSpot refused (429)", String(load.refused), "= 0", load.refused === 0],
    ["edits' p95 beside it, of an idle system's", ratio.toFixed(2), "≤ 1.20", ratio <= 1.2],
    ["edits that never landed", String(idle.lost + busy.lost), "= 0", idle.lost + busy.lost === 0],
    ["HubSpot calls a contact: list, read, write", each.toFixed(4), "≤ 0.0300", each <= 0.03],
    [
      "memory at its peak, MiB",
      load.peakMiB.toFixed(0),
      `≤ ${MEMORY_LIMIT_MIB}`,
      load.peakMiB <= MEMORY_LIMIT_MIB,
    ],
  ];
  console.log(
    `HubSpot allows ${burst} calls in ten seconds${burst === 190 ? "" : " (scaled: really 190)"}; ${contacts} contacts, ${contacts / 2} of them leads too`,
  );
  report(rows);
  console.log(
    `${load.workedCalls} HubSpot calls in ${load.workedSeconds.toFixed(0)} s of work; in all ${load.hubspotCalls} and ${load.searches} searches, ${load.salesforceCalls} of Salesforce, ${load.seconds.toFixed(0)} s, ${(records / load.seconds).toFixed(0)} records a second`,
  );
  console.log(
    `edits: ${idle.lateMs.length} alone, p50 ${percentile(idle.lateMs, 0.5)} p95 ${idleP95} ms; ${busy.lateMs.length} beside it, p50 ${percentile(busy.lateMs, 0.5)} p95 ${busyP95} ms`,
  );
  const perRecord = (seconds: number) => ((seconds * 1000) / records).toFixed(1);
  console.log(
    `processor time a record: ${perRecord(load.cpuSeconds)} ms of Accord with its tables and queues, ${perRecord(load.otherCpuSeconds)} ms of the simulators`,
  );
  console.log(`memory by quarter of the backfill, MiB: ${load.quartersMiB.join(", ")}`);
} finally {
  await scene.stop();
  rmSync(home, { recursive: true, force: true });
}
