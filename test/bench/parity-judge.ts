import type { Finding } from "../../shared/parity/finding.ts";
import { reportOf } from "../../shared/parity/report.ts";
import type { Swept } from "./parity-accord.ts";
import type { Expected, Fault } from "./parity-faults.ts";

const FOUND_LIMIT = 0.99;
const MOST_SHOWN = 10;

/** Prints a figure beside its limit; the bench ends with 1 where one does not hold. */
export function tell(what: string, figure: string | number, limit: string, holds: boolean): void {
  const words = [what.padEnd(44), String(figure).padStart(12), "  ", limit, holds ? "" : "NO"];
  console.log(words.join(" ").trimEnd());
  if (!holds) process.exitCode = 1;
}

function show(what: string, all: readonly unknown[]): void {
  for (const one of all.slice(0, MOST_SHOWN)) console.log(`  ${what}: ${JSON.stringify(one)}`);
}

const isMeant = (found: Finding, { kind, field }: Expected) =>
  found.kind === kind && (field === undefined || field === found.field);

/** Which faults were found, and which findings are of none: each finding is held against one fault. */
export function tellFound(faults: readonly Fault[], findings: readonly Finding[]): void {
  const byId = new Map(faults.flatMap((fault) => fault.ids.map((id) => [id, fault] as const)));
  const faultOf = ({ refs }: Finding) => refs.flatMap(({ id }) => byId.get(id) ?? []).at(0);
  const byFault = Map.groupBy(findings, faultOf);
  const missed = faults.filter((fault) => {
    const found = byFault.get(fault) ?? [];
    return !fault.expected.every((one) => found.some((finding) => isMeant(finding, one)));
  });
  const alarms = findings.filter((finding) => {
    const fault = faultOf(finding);
    return !fault?.expected.some((one) => isMeant(finding, one));
  });
  const found = faults.length - missed.length;
  const kinds = new Set(faults.map(({ name }) => name)).size;
  const limit = `>= ${FOUND_LIMIT * 100} %`;
  tell(
    `faults found, of ${kinds} kinds`,
    `${found} of ${faults.length}`,
    limit,
    found >= faults.length * FOUND_LIMIT,
  );
  tell("false alarms", alarms.length, "= 0", alarms.length === 0);
  show("missed", missed);
  show("false", alarms);
}

/** Whether the count bridge adds up, and what it says. */
export function tellBridge(swept: Swept): void {
  const { report } = reportOf(swept);
  const off = Object.values(report).filter(({ addsUp }) => !addsUp).length;
  tell("objects whose bridge does not add up", off, "= 0", off === 0);
  for (const [kind, { read, gone, share, ...sides }] of Object.entries(report)) {
    console.log(`  ${kind}: ${share.percent} of ${share.compared} fields equal`);
    for (const system of ["hubspot", "salesforce"] as const) {
      const buckets = Object.entries(sides[system]).map(([name, count]) => `${name} ${count}`);
      const left = gone[system] > 0 ? `, gone ${gone[system]}` : "";
      console.log(`    ${system}: read ${read[system]}: ${buckets.join(", ")}${left}`);
    }
  }
}

/** What a sweep cost; its calls against what may be asked for reading so many, and for so many that differ. */
export function tellCost(swept: Swept, limit: number): void {
  const { calls, seconds, waitedSeconds } = swept;
  const sum = calls.hubspot + calls.salesforce;
  tell("calls of one sweep", sum, `<= ${limit}`, sum <= limit);
  console.log(`  ${calls.hubspot} HubSpot, ${calls.salesforce} Salesforce`);
  console.log(`  ${seconds.toFixed(0)} s, and ${waitedSeconds.toFixed(0)} s before second looks`);
}
