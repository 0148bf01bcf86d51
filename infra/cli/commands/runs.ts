import type { Command } from "commander";
import * as z from "zod";
import {
  budgetOf,
  limitOption,
  limitsOf,
  paceOf,
  paceOption,
  pathOf,
  rest,
} from "../run-options.ts";
import { type Run, run } from "../run-schemas.ts";
import { renderRun } from "../run-table.ts";
import { becauseOption, examples, type Shell } from "../shell.ts";

interface Wanted {
  readonly because: string;
  readonly limit?: string;
  readonly budget?: string;
  readonly createsPerMinute?: string;
}

export function addRuns(program: Command, shell: Shell): void {
  const group = program
    .command("runs")
    .description("what plans and undos are under way, and how far");
  group
    .command("list")
    .description("the latest runs")
    .addHelpText("after", examples("runs list"))
    .action(async (_options, command: Command) => {
      const answer = await shell.api(command).get("/api/runs");
      const schema = z.object({ runs: run.array() });
      shell.show(command, answer, { schema, render: (read) => list(shell, read.runs) });
    });
  group
    .command("show")
    .description("one run, in numbers")
    .argument("<run>", "its name")
    .addHelpText("after", examples("runs show run-2026-11-22-4d5e6f"))
    .action(async (id: string, _options, command: Command) => {
      const answer = await shell.api(command).get(pathOf(id));
      shell.show(command, answer, { schema: run, render: (read) => renderRun(shell, read) });
    });
  group
    .command("watch")
    .description("waits until a run is at rest, and shows it")
    .argument("<run>", "its name")
    .addHelpText("after", examples("runs watch run-2026-11-22-4d5e6f"))
    .action(async (id: string, _options, command: Command) => rest(shell, command, id));
  for (const [move, what] of [
    ["pause", "pauses a run, between two pages of its items"],
    ["resume", "goes on with a run that was paused or stopped, or that nobody works on any more"],
    ["cancel", "ends a run for good; what it has done stays"],
  ] as const)
    group
      .command(move)
      .description(what)
      .argument("<run>", "its name")
      .addOption(limitOption())
      .option(
        "--budget <share>",
        "of a run that is resumed: at most this share of the CRMs' limits",
      )
      .addOption(paceOption())
      .addOption(becauseOption())
      .addHelpText("after", examples(`runs ${move} run-2026-11-22-4d5e6f --because '…'`))
      .action(async (id: string, wanted: Wanted, command: Command) => {
        const speed = { ...budgetOf(wanted), ...paceOf(wanted) };
        const body = { because: wanted.because, ...limitsOf(wanted), ...speed };
        const answer = await shell.api(command).post(`${pathOf(id)}/${move}`, body);
        const render = (read: Run) => shell.line(`${read.id} is ${read.state}.`);
        shell.show(command, answer, { schema: run, render });
      });
}

function list(shell: Shell, all: readonly Run[]): void {
  shell.table(
    ["run", "what", "state", "done", "refused", "failed", "by", "because"],
    all.map(({ id, what, of, plan, state, counts, by, because }) => [
      id,
      what === "apply" ? plan : `${what} ${of}`,
      state,
      (counts["done"] ?? 0) + (counts["undone"] ?? 0),
      (counts["refused"] ?? 0) + (counts["left"] ?? 0),
      counts["failed"] ?? 0,
      by,
      because,
    ]),
    "There are no runs yet: accord apply --help",
  );
}
