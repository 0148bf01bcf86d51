/**
 * 500 silent faults of many kinds among 100,000 clean pairs: what one sweep finds of them, whether it cries
 * wolf, whether the count bridge adds up, what it costs in calls, time and memory, and whether repairing
 * ends with nothing to find. People edit all the while, and Accord is told of those edits. Then the same
 * beside a connector that loses things, where Accord only looks on.
 *
 * Use cases, adapters and HubSpot's limits are the real ones, and the simulators run in a process of their
 * own. DynamoDB is a file of SQLite here that has passed the contracts of both stores.
 *
 * node test/bench/parity.ts [--pairs N] [--faults N] [--beside N]
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CUSTOM_FIELDS } from "../../shared/config/custom-fields.ts";
import { mapping } from "../../shared/config/mapping.ts";
import { PARTS } from "../../shared/parity/ports.ts";
import { prepareCrms } from "../../shared/sync/prepare-crms.ts";
import { reconcileHints } from "../../shared/sync/reconcile-hints.ts";
import { callerOf, hubspotUser } from "../support/crm-people.ts";
import { workThrough } from "../support/work-through.ts";
import { type Accord, openAccord } from "./parity-accord.ts";
import { sweepBeside } from "./parity-beside.ts";
import {
  cleanPairs,
  OWNER_ROWS,
  personPair,
  roleRows,
  type Sizes,
  sizesOf,
} from "./parity-data.ts";
import { plantFaults } from "./parity-faults.ts";
import { tell, tellBridge, tellCost, tellFound } from "./parity-judge.ts";
import { watchPeak } from "./peak-memory.ts";
import { type CrmUrls, openCrms, runCrms, seedRecords } from "./running-crms.ts";

const { values: options } = parseArgs({
  options: {
    pairs: { type: "string", default: "100000" },
    faults: { type: "string", default: "500" },
    beside: { type: "string", default: "20000" },
    part: { type: "string" },
  },
});
const PAIRS = Number(options.pairs);
const FAULTS = Number(options.faults);
const BESIDE = Number(options.beside);
/** What the function that works sweeps off has. */
const PEAK_LIMIT_MIB = 1024;
const HOUR_MS = 3_600_000;
const SEEDED_AT_ONCE = 5000;
/** Edits that people make, and Accord hears of, while it sweeps. */
const EDITS = 100;

async function makeRecords(file: string): Promise<void> {
  const script = join(import.meta.dirname, "parity-records.ts");
  const child = spawn(process.execPath, [script, file, String(PAIRS)], { stdio: "inherit" });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error("the records could not be made");
}

async function seedCrms(urls: CrmUrls, sizes: Sizes): Promise<void> {
  for (const { hubspot, salesforce } of OWNER_ROWS) {
    await seedRecords(urls.hubspot, "owners", [hubspot]);
    await seedRecords(urls.salesforce, "User", [salesforce]);
  }
  for (const system of ["hubspot", "salesforce"] as const) {
    const objects = new Map<string, unknown[]>();
    for (const pair of cleanPairs(sizes)) {
      const { ref, row } = pair[system];
      const rows = objects.get(ref.object) ?? [];
      objects.set(ref.object, rows);
      rows.push(row);
      if (rows.length === SEEDED_AT_ONCE)
        await seedRecords(urls[system], ref.object, rows.splice(0));
    }
    for (const [object, rows] of objects) await seedRecords(urls[system], object, rows);
  }
  await seedRecords(urls.salesforce, "OpportunityContactRole", roleRows(sizes));
}

/** People edit contacts in HubSpot, evenly over the sweep's pieces; Accord hears of each, and works. */
function editing(urls: CrmUrls, sizes: Sizes, { live }: Accord) {
  const inHubspot = hubspotUser(callerOf(urls.hubspot));
  const every = Math.max(1, Math.floor(PAIRS / 150 / EDITS));
  let pieces = 0;
  let edits = 0;
  return async () => {
    pieces += 1;
    if (pieces % every > 0 || edits === EDITS) return;
    // Contacts come after leads, and no fault is planted on them.
    const { hubspot } = personPair(sizes, sizes.leads + sizes.contacts - 1 - edits);
    edits += 1;
    await inHubspot.edit(hubspot.ref, { jobtitle: `Moved ${edits}`, phone: "+49 30 7654321" });
    await reconcileHints(live, [{ ref: hubspot.ref }]);
  };
}

/** Parts of three kinds, two looks at each, and calls of one look at a hundred groups. */
const LOOKS = PARTS.length * 3 * 2;
const CALLS_A_LOOK = 10;

/** Reading by pages, twelve calls for the relations of a thousand deals, and what differs. */
function callsLimit(sizes: Sizes): number {
  const { opportunities } = sizes;
  const pages = Math.ceil(PAIRS / 200) + Math.ceil((PAIRS + opportunities) / 2000);
  return pages + Math.ceil(opportunities / 1000) * 12 + LOOKS * CALLS_A_LOOK;
}

async function sweepAmongFaults(): Promise<void> {
  const sizes = sizesOf(PAIRS);
  const running = await runCrms();
  const { urls, dir } = running;
  try {
    const startedMs = performance.now();
    const wanted = CUSTOM_FIELDS;
    const { refused } = await prepareCrms(openCrms(urls), { mapping, wanted, apply: true });
    if (refused.length > 0) throw new Error(JSON.stringify(refused));
    await Promise.all([makeRecords(join(dir, "records.db")), seedCrms(urls, sizes)]);
    const faults = await plantFaults(urls, sizes, FAULTS);
    const took = ((performance.now() - startedMs) / 1000).toFixed(0);
    console.log(`${PAIRS} pairs, and ${FAULTS} faults among them, made in ${took} s`);
    const accord = openAccord(urls, dir, "sync");
    await accord.forward(HOUR_MS);
    const first = await accord.sweep(editing(urls, sizes, accord));
    tellFound(faults, first.findings);
    tellBridge(first);
    tellCost(first, callsLimit(sizes));
    await workThrough(accord.live, accord);
    await accord.forward(HOUR_MS);
    const second = await accord.sweep();
    const left = second.findings.length;
    tell("findings once it has repaired", left, "= 0", left === 0);
    tellBridge(second);
    tellCost(second, callsLimit(sizes));
  } finally {
    await running.stop();
  }
}

/** Each part in a process of its own: what one worker needs is not what is left of another. */
async function runPart(part: string): Promise<void> {
  const args = [import.meta.filename, "--part", part, ...process.argv.slice(2)];
  const child = spawn(process.execPath, args, { stdio: "inherit" });
  const [code] = await once(child, "close");
  if (code !== 0) process.exitCode = 1;
}

async function measured(work: () => Promise<void>): Promise<void> {
  const peakMiB = watchPeak(process.pid);
  await work();
  const peak = peakMiB();
  const limit = `<= ${PEAK_LIMIT_MIB}`;
  tell("the worker's peak memory, MiB", peak.toFixed(0), limit, peak <= PEAK_LIMIT_MIB);
}

if (options.part === "among") await measured(sweepAmongFaults);
else if (options.part === "beside") await measured(() => sweepBeside(BESIDE));
else {
  await runPart("among");
  console.log(`\nbeside another's connector, ${BESIDE} contacts:`);
  await runPart("beside");
}
