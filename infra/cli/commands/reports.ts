import type { Command } from "commander";
import * as z from "zod";
import { afterOption, examples, type Shell } from "../shell.ts";

const lifecycle = z.object({
  stages: z
    .array(
      z.object({
        stage: z.string(),
        ours: z.number(),
        hubspot: z.number(),
        salesforce: z.number(),
      }),
    )
    .optional(),
  differing: z.array(
    z.object({
      id: z.string(),
      stage: z.string(),
      system: z.string(),
      ours: z.string().nullable(),
      theirs: z.string().nullable(),
      because: z.string(),
    }),
  ),
  next: z.string().optional(),
});

const revenue = z.object({
  lines: z.array(
    z.object({
      label: z.string(),
      currency: z.string(),
      revenue: z.string(),
      opportunities: z.number(),
    }),
  ),
  totals: z.array(
    z.object({ currency: z.string(), revenue: z.string(), opportunities: z.number() }),
  ),
  withoutAmount: z.number(),
});

export function addReports(program: Command, shell: Shell): void {
  program
    .command("lifecycle")
    .description("who entered each stage, by each system's account and by ours")
    .requiredOption("--from <day>", "such as 2026-01-01, in UTC")
    .requiredOption("--to <day>", "the first day that does not count")
    .addOption(afterOption())
    .addHelpText("after", examples("lifecycle --from 2026-01-01 --to 2026-04-01"))
    .action(
      async (
        { from, to, after }: { from: string; to: string; after?: string },
        command: Command,
      ) => {
        const answer = await shell.api(command).get("/api/lifecycle", { from, to, after });
        shell.show(command, answer, {
          schema: lifecycle,
          render: (read) => stages(shell, read),
        });
      },
    );
  program
    .command("revenue")
    .description("closed-won revenue by source")
    .option("--model <name>", "who is credited", "first-touch")
    .option("--by <what>", "what it is broken down by", "source")
    .addHelpText("after", examples("revenue", "revenue --model first-touch --by source --json"))
    .action(async ({ model, by }: { model: string; by: string }, command: Command) => {
      const answer = await shell.api(command).get("/api/revenue", { model, by });
      shell.show(command, answer, { schema: revenue, render: (read) => lines(shell, read) });
    });
}

function stages(shell: Shell, read: z.infer<typeof lifecycle>): void {
  if (read.stages) {
    shell.table(
      ["stage", "accord", "hubspot", "salesforce"],
      read.stages.map((one) => [one.stage, one.ours, one.hubspot, one.salesforce]),
      "There are no stages.",
    );
    shell.line("");
  }
  shell.table(
    ["record", "stage", "system", "accord", "theirs", "because"],
    read.differing.map((one) => [one.id, one.stage, one.system, one.ours, one.theirs, one.because]),
    "They differ over nobody.",
  );
  shell.more(read.next);
}

function lines(shell: Shell, read: z.infer<typeof revenue>): void {
  shell.table(
    ["source", "revenue", "currency", "won"],
    [...read.lines, ...read.totals.map((total) => ({ label: "total", ...total }))]
      .sort((one, other) => (one.currency < other.currency ? -1 : 1))
      .map((one) => [one.label, one.revenue, one.currency, one.opportunities]),
    "Nothing was won yet.",
  );
  if (read.withoutAmount > 0) shell.line(`\n${read.withoutAmount} won without an amount.`);
}
