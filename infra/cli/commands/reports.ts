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
