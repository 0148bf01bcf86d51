import type { Command } from "commander";
import {
  budgetOf,
  limitOption,
  limitsOf,
  paceOf,
  paceOption,
  pathOf,
  rest,
} from "../run-options.ts";
import { run } from "../run-schemas.ts";
import { becauseOption, examples, type Shell } from "../shell.ts";

interface Wanted {
  readonly because: string;
  readonly wait: boolean;
  readonly hash?: string;
  readonly limit?: string;
  readonly budget?: string;
  readonly createsPerMinute?: string;
}

export function addApply(program: Command, shell: Shell): void {
  starting(program.command("apply"), "plan")
    .description("does exactly what a plan says; what moved since is refused and listed")
    .option("--hash <hash>", "only if the plan still has it")
    .addOption(limitOption())
    .option("--budget <share>", "at most this share of the CRMs' limits, such as 30%")
    .addOption(paceOption())
    .addHelpText(
      "after",
      examples(
        "apply plan-2026-11-22-1a2b3c --because 'the first hundred'",
        "apply plan-2026-11-22-1a2b3c --budget 30% --because 'in office hours'",
        "apply plan-2026-11-22-1a2b3c --limit none --because 'looked over with sales'",
        "apply plan-2026-11-22-1a2b3c --limit none --creates-per-minute 30 --because 'the welcome mails'",
      ),
    )
    .action(async (id: string, wanted: Wanted, command: Command) => {
      const { hash, because } = wanted;
      const body = {
        because,
        ...(hash === undefined ? {} : { hash }),
        ...limitsOf(wanted),
        ...budgetOf(wanted),
        ...paceOf(wanted),
      };
      await begin(shell, command, {
        path: `/api/plans/${encodeURIComponent(id)}/apply`,
        body,
        wanted,
      });
    });
  starting(program.command("undo"), "run")
    .description("takes back what a run did, but for what people changed since")
    .addOption(limitOption())
    .addHelpText("after", examples("undo run-2026-11-22-4d5e6f --because 'the wrong list'"))
    .action(async (id: string, wanted: Wanted, command: Command) => {
      const body = { because: wanted.because, ...limitsOf(wanted) };
      await begin(shell, command, { path: `${pathOf(id)}/undo`, body, wanted });
    });
  starting(program.command("release"), "run")
    .description("lets the live sync have the records of an undo again")
    .addHelpText(
      "after",
      examples("release run-2026-11-22-7a8b9c --because 'the list is right now'"),
    )
    .action(async (id: string, wanted: Wanted, command: Command) => {
      const body = { because: wanted.because };
      await begin(shell, command, { path: `${pathOf(id)}/release`, body, wanted });
    });
}

function starting(command: Command, what: string): Command {
  return command
    .argument(`<${what}>`, "its name")
    .option("--no-wait", "prints the run's name, and does not wait for it")
    .addOption(becauseOption());
}

async function begin(
  shell: Shell,
  command: Command,
  { path, body, wanted }: { readonly path: string; readonly body: object; readonly wanted: Wanted },
): Promise<void> {
  const answer = await shell.api(command).post(path, body);
  const { id, forecast } = run.parse(answer.json);
  if (!wanted.wait)
    return shell.show(command, answer, { schema: run, render: () => shell.line(id) });
  if (forecast)
    shell.terminal.err(
      `about ${forecast.calls.hubspot} calls to HubSpot and ${forecast.calls.salesforce} to Salesforce, ${forecast.minutes} min\n`,
    );
  shell.terminal.err(
    `${id} is under way; Ctrl-C leaves it running, 'accord runs pause ${id}' stops it\n`,
  );
  await rest(shell, command, id);
}
