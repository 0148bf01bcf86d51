/**
 * The engine against HubSpot's real limits, in virtual time: see backfill-virtual.ts. What it prints depends
 * on no machine and on nothing else that runs on it.
 *
 * node test/bench/engine.ts [--contacts 20000] [--seconds 120]
 */
import { parseArgs } from "node:util";
import { makeVirtual } from "../simulation/system/virtual/hooks.ts";
import { percentile, type Row, report } from "./report.ts";

const { values } = parseArgs({
  options: {
    contacts: { type: "string", default: "20000" },
    seconds: { type: "string", default: "120" },
  },
});
const contacts = Number(values.contacts);
process.env["POWERTOOLS_LOG_LEVEL"] ??= "SILENT";
const startedMs = performance.now();
makeVirtual([]);
const { backfillVirtually } = await import("./backfill-virtual.ts");
const done = await backfillVirtually(contacts, Number(values.seconds) * 1000);

const rate = done.workedCalls / done.workedSeconds / 19;
const [idleP95, busyP95] = [done.idle, done.busy].map(({ lateMs }) => percentile(lateMs, 0.95));
const ratio = (busyP95 ?? Number.NaN) / (idleP95 ?? Number.NaN);
const lost = done.idle.lost + done.busy.lost;
const rows: Row[] = [
  ["HubSpot calls a second, of those allowed", rate.toFixed(3), "≥ 0.90", rate >= 0.9],
  ["calls that HubSpot refused (429)", String(done.refused), "= 0", done.refused === 0],
  ["edits' p95 beside it, of an idle system's", ratio.toFixed(2), "≤ 1.20", ratio <= 1.2],
  ["edits that never landed", String(lost), "= 0", lost === 0],
];
report(rows);
console.log(
  `${contacts} contacts: ${(contacts / done.workedSeconds).toFixed(0)} a second for ${done.workedSeconds.toFixed(0)} s; ${done.hubspotCalls} HubSpot calls, ${done.searches} searches, ${done.salesforceCalls} of Salesforce`,
);
console.log(
  `edits: ${done.idle.lateMs.length} alone, p50 ${percentile(done.idle.lateMs, 0.5)} p95 ${idleP95} ms; ${done.busy.lateMs.length} beside it, p50 ${percentile(done.busy.lateMs, 0.5)} p95 ${busyP95} ms`,
);
console.log(`lived through in ${((performance.now() - startedMs) / 1000).toFixed(0)} s`);
process.exit();
