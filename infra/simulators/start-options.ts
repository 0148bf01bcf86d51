import { parseArgs } from "node:util";
import { type DelayRange, parseDelay } from "./kit/serve.ts";

/** What the person at the terminal asked for. */
export interface SimulatorsOptions {
  readonly data: string | undefined;
  readonly reset: boolean;
  readonly help: boolean;
  readonly hubspotPort: number;
  readonly salesforcePort: number;
  readonly delay: DelayRange | undefined;
  readonly home: string;
}

export const HELP = `Stand-ins of HubSpot and Salesforce on this machine, without Accord.

  npm run simulators                  both, as they were left
  npm run simulators -- --data DIR    records from <system>.<Object>.ndjson[.gz] files
  npm run simulators -- --reset       forgets this data set's earlier state first

infra/simulators/README.md says how to make them misbehave, set their clocks, dump and load them.

Environment (each has a default):
  HUBSPOT_SIMULATOR_PORT=4010  SALESFORCE_SIMULATOR_PORT=4020
  SIMULATOR_DELAY_MS=0           how long they take to answer, such as 150-400
  ACCORD_HOME=.accord            state is kept in its folder 'simulators'
`;

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws Error - one line that says what cannot be done as it was asked for. */
export function parseSimulatorsOptions(
  args: readonly string[],
  env: Environment,
): SimulatorsOptions {
  return {
    ...parseFlags(args),
    hubspotPort: port(env, "HUBSPOT_SIMULATOR_PORT", 4010),
    salesforcePort: port(env, "SALESFORCE_SIMULATOR_PORT", 4020),
    delay: parseDelay(env["SIMULATOR_DELAY_MS"]),
    home: env["ACCORD_HOME"] || ".accord",
  };
}

function parseFlags(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      allowPositionals: false,
      options: {
        data: { type: "string" },
        reset: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    return { ...values, data: values.data };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split(". ")[0] : String(cause);
    const message = `${reason}. 'npm run simulators -- --help' lists the options.`;
    throw new Error(message, { cause });
  }
}

function port(env: Environment, name: string, fallback: number): number {
  const text = env[name];
  if (text === undefined || text === "") return fallback;
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0 && number < 65_536) return number;
  throw new Error(`${name} is '${text}'; expected a port from 0 to 65535`);
}
