import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mapping } from "../../shared/config/mapping.ts";
import { wireShapes } from "../../shared/core/mapping/wire-shape.ts";
import { hubspotCrm } from "../../shared/hubspot/hubspot-crm.ts";
import { salesforceCrm } from "../../shared/salesforce/salesforce-crm.ts";
import type { Crms } from "../../shared/sync/ports.ts";
import type { Pace } from "../../shared/sync/quota.ts";
import { lineLike, startCommand } from "../support/running-accord.ts";
import { watchPeak } from "./peak-memory.ts";

const SEED_AT_A_TIME = 5000;

export interface CrmUrls {
  readonly hubspot: string;
  readonly salesforce: string;
}

/** Both simulators in a process of their own, at the real limits, with a folder that is gone with them. */
export async function runCrms() {
  const dir = mkdtempSync(join(tmpdir(), "accord-bench-"));
  const simulators = startCommand("infra/simulators/start.ts", { home: dir });
  const peakMiB = watchPeak(simulators.child.pid);
  await lineLike(simulators, /services.oauth2/);
  const [hubspot = "", salesforce = ""] = simulators.lines.flatMap(
    (line) => /^ {2}(?:HubSpot|Salesforce) +(\S+)/.exec(line)?.[1] ?? [],
  );
  return {
    dir,
    urls: { hubspot, salesforce },
    peakMiB,
    async stop() {
      simulators.child.kill("SIGTERM");
      await simulators.ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Puts records in as the API would return them; nobody is told. */
export async function seedRecords(
  url: string,
  object: string,
  rows: Iterable<unknown>,
): Promise<void> {
  let lines: string[] = [];
  const send = async () => {
    const body = lines.join("\n");
    lines = [];
    const response = await fetch(`${url}/_simulator/seed/${object}`, { method: "POST", body });
    if (!response.ok) throw new Error(`seeding ${object}: ${await response.text()}`);
  };
  for (const row of rows) {
    lines.push(JSON.stringify(row));
    if (lines.length === SEED_AT_A_TIME) await send();
  }
  if (lines.length > 0) await send();
}

/** The adapters that the functions run, on both simulators. */
export function openCrms(
  urls: CrmUrls,
  { now = Date.now, pace }: { readonly now?: () => number; readonly pace?: Pace } = {},
): Crms {
  const more = { now, ...(pace ? { pace } : {}) };
  return {
    hubspot: hubspotCrm({
      baseUrl: urls.hubspot,
      credentials: async () => ({ accessToken: "any" }),
      shapes: wireShapes(mapping, "hubspot"),
      ...more,
    }),
    salesforce: salesforceCrm({
      loginUrl: urls.salesforce,
      credentials: async () => ({ clientId: "any", clientSecret: "any" }),
      shapes: wireShapes(mapping, "salesforce"),
      ...more,
    }),
  };
}
