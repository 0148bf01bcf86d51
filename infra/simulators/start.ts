import { createHash } from "node:crypto";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { startHubspotSimulator } from "./hubspot/start-hubspot.ts";
import { readDataFolder } from "./kit/read-data-folder.ts";
import { startSalesforceSimulator } from "./salesforce/start-salesforce.ts";
import { HELP, parseSimulatorsOptions, type SimulatorsOptions } from "./start-options.ts";

/** What both simulators offer to whoever starts them. */
interface Simulator {
  readonly url: string;
  seed(object: string, records: Iterable<unknown>): void;
  stop(): Promise<void>;
}

interface Both {
  readonly hubspot: Simulator;
  readonly salesforce: Simulator;
}

async function main(): Promise<void> {
  const options = parseSimulatorsOptions(process.argv.slice(2), process.env);
  if (options.help) {
    process.stdout.write(HELP);
    return;
  }
  const dir = stateDir(options);
  if (options.reset) rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  const both = await startBoth(dir, options);
  const stop = () => Promise.all([both.hubspot.stop(), both.salesforce.stop()]);
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => void stop().finally(() => process.exit(0)));
  if (options.data !== undefined) await loadOnce(join(dir, "loaded"), options.data, both);
  sayWhere(both);
}

/** Each data set has a state of its own: they never mix. */
function stateDir({ home, data }: SimulatorsOptions): string {
  const name =
    data === undefined
      ? "own"
      : createHash("sha256").update(resolve(data)).digest("hex").slice(0, 12);
  return resolve(home, "simulators", name);
}

async function startBoth(dir: string, options: SimulatorsOptions): Promise<Both> {
  const { hubspotPort, salesforcePort, delay } = options;
  const hubspot = await startHubspotSimulator({
    port: hubspotPort,
    file: join(dir, "hubspot.db"),
    ...(delay ? { delay } : {}),
  }).catch(tellTaken("HUBSPOT_SIMULATOR_PORT", hubspotPort));
  const salesforce = await startSalesforceSimulator({
    port: salesforcePort,
    file: join(dir, "salesforce.db"),
    delay,
  }).catch(tellTaken("SALESFORCE_SIMULATOR_PORT", salesforcePort));
  return { hubspot, salesforce };
}

function tellTaken(variable: string, port: number) {
  return (cause: unknown): never => {
    const isTaken = cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE";
    if (!isTaken) throw cause;
    throw new Error(`port ${port} is in use; set ${variable} to a free one`, { cause });
  };
}

/** A load that was cut short is done again, record by record the same. */
async function loadOnce(marker: string, folder: string, both: Both): Promise<void> {
  if (existsSync(marker)) return;
  let count = 0;
  for await (const { system, object, records } of readDataFolder(folder)) {
    both[system].seed(object, records);
    count += records.length;
  }
  writeFileSync(marker, new Date().toISOString());
  process.stdout.write(`Loaded ${count.toLocaleString("en-US")} records\n`);
}

function sayWhere({ hubspot, salesforce }: Both): void {
  const login = `curl -s ${salesforce.url}/services/oauth2/token -d grant_type=client_credentials -d client_id=any -d client_secret=any`;
  const lines = [
    "Both simulators are running. Ctrl-C stops them; what they were told is kept.",
    `  HubSpot      ${hubspot.url}`,
    `    curl -s -H 'Authorization: Bearer any' '${hubspot.url}/crm/v3/objects/contacts?limit=1'`,
    `  Salesforce   ${salesforce.url}`,
    `    ${login}`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

main().catch((error: unknown) => {
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`simulators: ${reason}\n`);
  process.exit(2);
});
