import { createHash } from "node:crypto";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { join, resolve } from "node:path";
import type { DataRecords } from "../simulators/kit/data-records.ts";
import { readDataFolder } from "../simulators/kit/read-data-folder.ts";
import { accordHome, removeApiFile, writeApiFile } from "./api-file.ts";
import { checkFree } from "./check-free.ts";
import { type CrmSettings, parseCrmSettings } from "./crm-settings.ts";
import { generateCompany } from "./data/generate-company.ts";
import { type Host, startHost } from "./host/host.ts";
import { synthesize } from "./host/synthesize.ts";
import { LOCAL_CONTEXT, openLocalIssuer } from "./local-issuer.ts";
import {
  checkDelay,
  HELP,
  type Ports,
  parseOptions,
  parsePorts,
  parseThreads,
  type StartOptions,
  UsageError,
  usageErrorOf,
} from "./options.ts";
import { prepareCrms } from "./prepare.ts";
import { startProgress } from "./progress.ts";
import { deadLetters, settle } from "./settle.ts";
import {
  loadSimulatedCrm,
  relaySalesforceEvents,
  type SimulatedCrm,
  startSimulatedCrm,
  subscribeToHubspot,
} from "./simulated-crm.ts";
import {
  fetchProgress,
  fetchRevenue,
  fetchStatus,
  type LocalApi,
  type PollProgress,
} from "./status.ts";
import { renderSummary, summarize } from "./summary.ts";

/** Opens the simulators' doors; nothing real is behind them. */
const SIMULATOR_SECRETS = {
  hubspot: { accessToken: "simulator", clientSecret: "hubspot-simulator-secret" },
  salesforce: {
    clientId: "simulator",
    clientSecret: "simulator",
    messageToken: "salesforce-simulator-token",
  },
} as const;

/** The generated company is the same on every machine and day. */
const COMPANY = { seed: 20_261_121, todayIso: "2026-11-20" };

interface Setting {
  readonly options: StartOptions;
  readonly ports: Ports;
  readonly threads: number | undefined;
  readonly crms: CrmSettings;
  readonly delayMs: string | undefined;
  readonly home: string;
  readonly stateDir: string;
  readonly say: (line: string) => void;
}

async function main(): Promise<number> {
  const { directory } = enableCompileCache();
  // So that the threads of the simulators and services have it too.
  if (directory !== undefined) process.env["NODE_COMPILE_CACHE"] ??= directory;
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const setting = settingOf(options);
  if (options.reset) rmSync(setting.stateDir, { recursive: true, force: true });
  mkdirSync(setting.stateDir, { recursive: true });
  const startedMs = Date.now();
  const running = await startAll(setting);
  const stop = () => stopAll(setting, running);
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => void stop().finally(() => process.exit(0)));
  try {
    const code = await begin(setting, running, startedMs);
    if (options.once || code !== 0) {
      await stop();
      return code;
    }
    if (!options.idle) running.host.startSchedules();
    sayWhere(setting, running);
    return await new Promise<number>(() => undefined);
  } catch (error) {
    await stop();
    throw error;
  }
}

function settingOf(options: StartOptions): Setting {
  const { env } = process;
  const out = options.json ? process.stderr : process.stdout;
  const crms = parseCrmSettings(env);
  const home = accordHome(env);
  if (options.data !== undefined && crms.hubspot && crms.salesforce)
    throw new UsageError("--data loads simulators, and both CRMs are real; leave one of them out");
  return {
    options,
    ports: parsePorts(env),
    threads: parseThreads(env),
    crms,
    delayMs: checkDelay(env),
    home,
    stateDir: stateDir(home, options, crms),
    say: (line) => void out.write(`${line}\n`),
  };
}

/** Each data set, and each pair of CRMs, has a state of its own: they never mix. */
function stateDir(home: string, { data }: StartOptions, crms: CrmSettings): string {
  const parts = [
    data === undefined ? "generated" : resolve(data),
    crms.hubspot?.url,
    crms.salesforce?.url,
  ];
  const digest = createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 12);
  const isPlain = data === undefined && !crms.hubspot && !crms.salesforce;
  return resolve(home, "state", isPlain ? "generated" : digest);
}

interface Running {
  readonly host: Host;
  readonly api: LocalApi;
  readonly simulators: readonly SimulatedCrm[];
}

/** Tables and queues, then the CRMs, then the functions, and their one HTTP port at last. */
async function startAll(setting: Setting): Promise<Running> {
  const { crms, ports, options, say } = setting;
  await checkFree({
    ACCORD_PORT: ports.app,
    ...(crms.hubspot ? {} : { HUBSPOT_SIMULATOR_PORT: ports.hubspot }),
    ...(crms.salesforce ? {} : { SALESFORCE_SIMULATOR_PORT: ports.salesforce }),
  });
  const onBuild = () => say("Building the functions (once after each change of the code) ...");
  const assemblyDir = await synthesize({ context: LOCAL_CONTEXT, onBuild });
  const issuer = await openLocalIssuer(setting.stateDir);
  const simulated: { hubspot?: SimulatedCrm; salesforce?: SimulatedCrm } = {};
  const simulators = () => Object.values(simulated);
  const startCrms = async () => {
    if (!crms.hubspot) simulated.hubspot = await simulate(setting, "hubspot", ports.hubspot);
    if (!crms.salesforce)
      simulated.salesforce = await simulate(setting, "salesforce", ports.salesforce);
    const hubspot = simulated.hubspot?.url;
    const salesforce = simulated.salesforce?.url;
    await loadData(setting, { hubspot, salesforce });
    return {
      HUBSPOT_BASE_URL: crms.hubspot?.url ?? hubspot ?? "",
      SALESFORCE_LOGIN_URL: crms.salesforce?.url ?? salesforce ?? "",
    };
  };
  try {
    const host = await startHost({
      assemblyDir,
      stateDir: join(setting.stateDir, "aws"),
      port: ports.app,
      maxThreads: setting.threads,
      secrets: {
        "accord/hubspot": crms.hubspot?.secret ?? SIMULATOR_SECRETS.hubspot,
        "accord/salesforce": crms.salesforce?.secret ?? SIMULATOR_SECRETS.salesforce,
      },
      issuers: [issuer],
      environment: {
        ACCORD_MODE: options.observe ? "observe" : "sync",
        // An earlier process that was killed took its workers and its simulators with it. What it sent to a
        // real CRM may still land: there its claims are waited out.
        ...(crms.hubspot || crms.salesforce ? {} : { WORKERS_DEAD_BEFORE_MS: String(Date.now()) }),
      },
      beforeFunctions: startCrms,
      log: say,
    });
    if (simulated.hubspot) await subscribeToHubspot(simulated.hubspot.url, host.url);
    if (simulated.salesforce) await relaySalesforceEvents(simulated.salesforce.url, host.url);
    const { url } = host;
    writeApiFile(setting.home, { url, tokens: issuer.tokens });
    return { host, api: { url, token: issuer.tokens.viewer }, simulators: simulators() };
  } catch (error) {
    await Promise.all(simulators().map((simulator) => simulator.stop()));
    throw error;
  }
}

function simulate(setting: Setting, system: "hubspot" | "salesforce", port: number) {
  return startSimulatedCrm({
    system,
    port,
    file: join(setting.stateDir, `${system}.db`),
    delayMs: setting.delayMs,
    clientSecret: SIMULATOR_SECRETS.hubspot.clientSecret,
  });
}

/** Loads a data set once; a load that was cut short is done again, record by record the same. */
async function loadData(
  { stateDir: dir, options, say }: Setting,
  urls: Readonly<Record<"hubspot" | "salesforce", string | undefined>>,
): Promise<void> {
  const marker = join(dir, "loaded");
  if (existsSync(marker) || (!urls.hubspot && !urls.salesforce)) return;
  let records = 0;
  for await (const part of partsOf(options)) {
    const url = urls[part.system];
    if (!url) continue;
    await loadSimulatedCrm(url, part);
    records += part.records.length;
  }
  writeFileSync(marker, new Date().toISOString());
  say(`Loaded ${records.toLocaleString("en-US")} records into the simulated CRMs`);
}

async function* partsOf({ data }: StartOptions): AsyncGenerator<DataRecords> {
  if (data === undefined) return yield* generateCompany(COMPANY);
  try {
    yield* readDataFolder(data);
  } catch (cause) {
    throw usageErrorOf(cause);
  }
}

async function begin(setting: Setting, running: Running, startedMs: number): Promise<number> {
  const { options, crms, say } = setting;
  const { host, api } = running;
  const before = await fetchProgress(api);
  const isReady = await prepareCrms(host, { options, crms, say });
  if (!isReady) return 1;
  // What an earlier run left in the queues would meet CRMs without the fields, and be parked.
  host.startEventSources();
  return options.idle ? 0 : bringTogether(setting, running, { before, startedMs });
}

async function bringTogether(
  setting: Setting,
  { host, api }: Running,
  { before, startedMs }: { readonly before: PollProgress; readonly startedMs: number },
): Promise<number> {
  const { options, say } = setting;
  const mode = options.observe ? "observe" : "sync";
  const progress = startProgress(
    options.observe ? "observing" : "bringing together",
    process.stderr,
  );
  try {
    await settle(host, api, { mode, progress });
  } finally {
    progress.stop();
  }
  const dead = await deadLetters(host);
  const summary = summarize({
    before,
    after: await fetchStatus(api),
    revenue: await fetchRevenue(api),
    deadLetters: dead,
    seconds: (Date.now() - startedMs) / 1000,
  });
  say(renderSummary(summary, options.observe));
  if (options.json) process.stdout.write(`${JSON.stringify(summary)}\n`);
  if (dead > 0) say(`${dead} messages could not be worked off; see ${setting.stateDir}/aws/logs`);
  return dead > 0 && options.once ? 1 : 0;
}

function sayWhere({ say }: Setting, { host, simulators }: Running): void {
  say(`Accord is running at ${host.url}. In another terminal: npx accord status`);
  for (const { url } of simulators) say(`  a simulated CRM: ${url}`);
  say("Edit either side through its own API, and watch the other follow. Ctrl-C stops.");
}

async function stopAll({ home }: Setting, { host, simulators }: Running): Promise<void> {
  removeApiFile(home, host.url);
  await host.stop();
  await Promise.all(simulators.map((simulator) => simulator.stop()));
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    const trace =
      error instanceof UsageError ? "" : `\n${error instanceof Error ? error.stack : ""}`;
    process.stderr.write(`accord: ${reason}${process.env["ACCORD_DEBUG"] ? trace : ""}\n`);
    process.exit(error instanceof UsageError ? 2 : 1);
  },
);
