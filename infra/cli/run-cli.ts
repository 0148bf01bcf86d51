import { Command, CommanderError } from "commander";
import { addApply } from "./commands/apply.ts";
import { addAudit } from "./commands/audit.ts";
import { addCohorts } from "./commands/cohorts.ts";
import { addCompletion } from "./commands/completion.ts";
import { addConflicts } from "./commands/conflicts.ts";
import { addCosts } from "./commands/costs.ts";
import { addDeadLetters } from "./commands/dead-letters.ts";
import { addEvidence } from "./commands/evidence.ts";
import { addExplain } from "./commands/explain.ts";
import { addExport } from "./commands/export.ts";
import { addHistory } from "./commands/history.ts";
import { addLedger } from "./commands/ledger.ts";
import { addOpenApi } from "./commands/open-api.ts";
import { addParity } from "./commands/parity.ts";
import { addParked } from "./commands/parked.ts";
import { addPeriods } from "./commands/periods.ts";
import { addPlan } from "./commands/plan.ts";
import { addReattribute } from "./commands/reattribute.ts";
import { addReports } from "./commands/reports.ts";
import { addRevenue } from "./commands/revenue.ts";
import { addRevenueExport } from "./commands/revenue-export.ts";
import { addRuns } from "./commands/runs.ts";
import { addStatus } from "./commands/status.ts";
import { addTies } from "./commands/ties.ts";
import { addToken } from "./commands/token.ts";
import { addWriteBack } from "./commands/write-back.ts";
import { EXIT, Failure } from "./failure.ts";
import { examples, openShell, type Terminal } from "./shell.ts";

/** Each adds its commands; they are listed by the help in this order. */
const GROUPS = [
  addStatus,
  addExplain,
  addHistory,
  addConflicts,
  addParked,
  addDeadLetters,
  addTies,
  addPlan,
  addApply,
  addRuns,
  addParity,
  addReports,
  addRevenue,
  addPeriods,
  addEvidence,
  addRevenueExport,
  addReattribute,
  addCosts,
  addCohorts,
  addWriteBack,
  addLedger,
  addExport,
  addAudit,
  addToken,
  addOpenApi,
  addCompletion,
];

const EXIT_CODES = `
Exit codes: 0 done, 1 the API refused or failed, 2 wrong usage, 3 not reachable or not allowed.

Where the API is: --url and --token, else ACCORD_API_URL and ACCORD_API_TOKEN, else the Accord that
'npm start' runs on this machine (ACCORD_HOME, .accord unless set).
`;

/** Runs one command line, and returns its exit code. Whatever goes wrong is one line on `err`. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await openProgram(terminal).parseAsync([...args], { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
    const reason = error instanceof Error ? error.message : String(error);
    terminal.err(`accord: ${reason}\n`);
    return error instanceof Failure ? error.exitCode : EXIT.refused;
  }
}

function openProgram(terminal: Terminal): Command {
  const program = new Command("accord")
    .description("Asks Accord why things are as they are, and decides what waits for a person.")
    .exitOverride()
    .configureOutput({
      writeOut: terminal.out,
      writeErr: terminal.err,
      outputError: (text, write) => write(`accord: ${text.replace(/^error: /, "")}`),
      getOutHelpWidth: () => terminal.columns ?? 100,
      getErrHelpWidth: () => terminal.columns ?? 100,
    })
    .configureHelp({ showGlobalOptions: true })
    .option("--url <address>", "of the API")
    .option("--token <jwt>", "that opens it")
    .option("--json", "prints the API's answer as it is")
    .addHelpText("after", examples("status", "explain ann@example.com", "conflicts list"))
    .addHelpText("after", EXIT_CODES);
  const shell = openShell(terminal);
  for (const add of GROUPS) add(program, shell);
  return program;
}
