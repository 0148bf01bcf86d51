import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { readApiFile } from "../../infra/local/api-file.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** No setting of the person who runs the tests gets through to the command. */
const INHERITED = ["PATH", "HOME", "TMPDIR", "SYSTEMROOT", "NODE_COMPILE_CACHE"] as const;

export interface CommandOptions {
  /** `ACCORD_HOME`. */
  readonly home: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A command that ended by itself. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Command {
  readonly child: ChildProcess;
  /** Lines of both streams, in the order in which they came. */
  readonly lines: string[];
  readonly ended: Promise<Ended>;
}

export function newHome(): string {
  return mkdtempSync(join(tmpdir(), "accord-e2e-"));
}

/** Where the only data set of `home` is kept. */
export function stateOf(home: string): string {
  const [state, ...others] = readdirSync(join(home, "state"));
  if (state === undefined || others.length > 0)
    throw new Error(`${home} holds ${others.length + 1} states; this is for one`);
  return join(home, "state", state);
}

/** Starts the command that a person starts, every port free unless `env` says otherwise. */
export function startCommand(script: string, options: CommandOptions): Command {
  const inherited = INHERITED.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  const child = spawn(process.execPath, [script, ...(options.args ?? [])], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...Object.fromEntries(inherited),
      ACCORD_HOME: options.home,
      ACCORD_PORT: "0",
      HUBSPOT_SIMULATOR_PORT: "0",
      SALESFORCE_SIMULATOR_PORT: "0",
      ...options.env,
    },
  });
  const lines: string[] = [];
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    createInterface({ input: child[name] }).on("line", (line) => {
      said[name] += `${line}\n`;
      lines.push(line);
    });
  }
  const ended = once(child, "close").then(([code]) => ({
    code: z.number().nullable().parse(code),
    ...said,
  }));
  return { child, lines, ended };
}

/** Runs `npm start` to its end. */
export function runAccord(options: CommandOptions): Promise<Ended> {
  return startCommand("infra/local/start.ts", options).ended;
}

export interface RunningAccord {
  /** Of Accord's own API. */
  readonly url: string;
  /** Who may do what an administrator may. */
  readonly token: string;
  readonly hubspotUrl: string;
  readonly salesforceUrl: string;
  readonly lines: readonly string[];
  readonly pid: number | undefined;
  /** As Ctrl-C does. */
  stop(): Promise<Ended>;
  /** Without a warning, and waits until it is gone. */
  kill(): Promise<Ended>;
}

/** Runs `npm start` until it says that it is running. */
export async function startAccord(options: CommandOptions): Promise<RunningAccord> {
  const command = startCommand("infra/local/start.ts", options);
  await lineLike(command, /Ctrl-C stops/);
  const url = addressIn(command.lines, /Accord is running at (\S+)[.] /);
  const simulators = command.lines.flatMap(
    (line) => /a simulated CRM: (\S+)/.exec(line)?.[1] ?? [],
  );
  const [hubspotUrl = "", salesforceUrl = ""] = simulators;
  return running(command, options.home, { url, hubspotUrl, salesforceUrl });
}

/** Runs `npm start` until it can be asked, which is long before it says that it is running. */
export async function startAccordAt(
  options: CommandOptions,
  ports: { readonly hubspot: number; readonly salesforce: number },
): Promise<RunningAccord> {
  rmSync(join(options.home, "api.json"), { force: true });
  const env = {
    ...options.env,
    HUBSPOT_SIMULATOR_PORT: String(ports.hubspot),
    SALESFORCE_SIMULATOR_PORT: String(ports.salesforce),
  };
  const command = startCommand("infra/local/start.ts", { ...options, env });
  for (let url: string | undefined; ; await new Promise((resolve) => setTimeout(resolve, 20))) {
    url = readApiFile(options.home)?.url;
    if (url !== undefined)
      return running(command, options.home, {
        url,
        hubspotUrl: `http://127.0.0.1:${ports.hubspot}`,
        salesforceUrl: `http://127.0.0.1:${ports.salesforce}`,
      });
    if (command.child.exitCode !== null)
      throw new Error(`It ended before it could be asked:\n${command.lines.join("\n")}`);
  }
}

function running(
  { child, lines, ended }: Command,
  home: string,
  urls: Pick<RunningAccord, "url" | "hubspotUrl" | "salesforceUrl">,
): RunningAccord {
  const endBy = (signal: "SIGINT" | "SIGKILL") => {
    child.kill(signal);
    return ended;
  };
  return {
    ...urls,
    token: readApiFile(home)?.tokens.admin ?? "",
    lines,
    pid: child.pid,
    stop: () => endBy("SIGINT"),
    kill: () => endBy("SIGKILL"),
  };
}

/** Runs `npm start` until a line like `moment` comes, and kills it there without a warning. */
export async function killAccordAt(moment: RegExp, options: CommandOptions): Promise<string[]> {
  const command = startCommand("infra/local/start.ts", options);
  await lineLike(command, moment);
  command.child.kill("SIGKILL");
  await command.ended;
  return command.lines;
}

/** Waits for a line, and fails with all that was said when the command ends without it. */
export async function lineLike({ child, lines, ended }: Command, like: RegExp): Promise<void> {
  const over = { yet: false };
  void ended.then(() => {
    over.yet = true;
  });
  while (!lines.some((line) => like.test(line))) {
    if (over.yet) throw new Error(`It ended before '${like.source}':\n${lines.join("\n")}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  if (child.exitCode !== null) throw new Error(`It has ended:\n${lines.join("\n")}`);
}

function addressIn(lines: readonly string[], like: RegExp): string {
  const found = lines.map((line) => like.exec(line)?.[1]).find((one) => one !== undefined);
  if (found === undefined) throw new Error(`No line is like '${like.source}'`);
  return found;
}
