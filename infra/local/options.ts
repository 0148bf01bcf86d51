import { parseArgs } from "node:util";
import { parseDelay } from "../simulators/kit/serve.ts";

/** What the person at the terminal asked for. */
export interface StartOptions {
  readonly data: string | undefined;
  readonly once: boolean;
  readonly observe: boolean;
  readonly json: boolean;
  readonly reset: boolean;
  readonly createFields: boolean;
  readonly idle: boolean;
  readonly help: boolean;
}

export const HELP = `Accord on one machine: both CRMs, the queues, the tables and every function.

  npm start                      a generated company, both CRMs simulated
  npm start -- --data DIR        records from <system>.<Object>.ndjson[.gz] files
  npm start -- --once            ends when everything is settled (exit 0)
  npm start -- --observe         decides and reports; writes nothing to a CRM
  npm start -- --json            prints the summary as one JSON object, on the last line
  npm start -- --reset           forgets this data set's earlier state first
  npm start -- --create-fields   lets Accord create its custom fields in a real CRM, or while observing
  npm start -- --idle            reads nothing by itself: for what is asked, such as plans and runs

Environment (each has a default):
  ACCORD_PORT=4000  HUBSPOT_SIMULATOR_PORT=4010  SALESFORCE_SIMULATOR_PORT=4020
  SIMULATOR_DELAY_MS=150-400     how long the simulators take to answer; 0
  ACCORD_HOME=.accord            where state is kept
  ACCORD_THREADS=2               how often each function runs at once; more for a large backfill

Real CRMs instead of simulators:
  HUBSPOT_ACCESS_TOKEN  HUBSPOT_CLIENT_SECRET (webhook signatures)  HUBSPOT_BASE_URL
  SALESFORCE_LOGIN_URL  SALESFORCE_CLIENT_ID  with  SALESFORCE_CLIENT_SECRET
                        or  SALESFORCE_USERNAME and SALESFORCE_PRIVATE_KEY (a PEM)
  SALESFORCE_MESSAGE_TOKEN (outbound messages; 16 characters or more)
`;

/** What the person asked for cannot be done as it was said. The message is all they need. */
export class UsageError extends Error {}

export function parseOptions(args: readonly string[]): StartOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      allowPositionals: false,
      options: {
        data: { type: "string" },
        once: { type: "boolean", default: false },
        observe: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        reset: { type: "boolean", default: false },
        "create-fields": { type: "boolean", default: false },
        idle: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    const { "create-fields": createFields, data, ...rest } = values;
    return { ...rest, createFields, data };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split(". ")[0] : String(error);
    throw new UsageError(`${reason}. 'npm start -- --help' lists the options.`);
  }
}

export interface Ports {
  readonly app: number;
  readonly hubspot: number;
  readonly salesforce: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

export function parsePorts(env: Environment): Ports {
  return {
    app: port(env, "ACCORD_PORT", 4000),
    hubspot: port(env, "HUBSPOT_SIMULATOR_PORT", 4010),
    salesforce: port(env, "SALESFORCE_SIMULATOR_PORT", 4020),
  };
}

/** Threads of each function. One of them is left to live changes, so that it takes two at least. */
export function parseThreads({ ACCORD_THREADS: text }: Environment): number | undefined {
  if (text === undefined || text === "") return undefined;
  const number = Number(text);
  if (Number.isInteger(number) && number >= 2 && number <= 32) return number;
  throw new UsageError(`ACCORD_THREADS is '${text}'; expected a number from 2 to 32`);
}

function port(env: Environment, name: string, fallback: number): number {
  const text = env[name];
  if (text === undefined || text === "") return fallback;
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0 && number < 65_536) return number;
  throw new UsageError(`${name} is '${text}'; expected a port from 0 to 65535`);
}

/** The text of `SIMULATOR_DELAY_MS`, which is known to be readable from here on. */
export function checkDelay({ SIMULATOR_DELAY_MS: text }: Environment): string | undefined {
  try {
    parseDelay(text);
  } catch (cause) {
    throw usageErrorOf(cause);
  }
  return text;
}

/** What `cause` says, as something that the person who started the command can mend. */
export function usageErrorOf(cause: unknown): UsageError {
  return new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
}
