import type { Command } from "commander";
import * as z from "zod";
import { afterOption, examples, type Shell } from "../shell.ts";

const audit = z.object({
  actions: z.array(
    z.object({
      at: z.string(),
      actor: z.string(),
      because: z.string(),
      path: z.string(),
      status: z.number().nullable(),
    }),
  ),
  next: z.string().optional(),
});

interface Asked {
  readonly since?: string;
  readonly until?: string;
  readonly after?: string;
}

export function addAudit(program: Command, shell: Shell): void {
  program
    .command("audit")
    .description("what administrators did: who, when, why, and what came of it")
    .option("--since <moment>", "such as 2026-01-31 or 2026-01-31T08:00:00Z")
    .option("--until <moment>", "before this")
    .addOption(afterOption())
    .addHelpText("after", examples("audit", "audit --since 2026-11-01"))
    .action(async ({ since, until, after }: Asked, command: Command) => {
      const answer = await shell.api(command).get("/api/audit", { since, until, after });
      shell.show(command, answer, {
        schema: audit,
        render: ({ actions, next }) => {
          shell.table(
            ["at", "who", "what", "why", "outcome"],
            actions.map((one) => [
              one.at,
              one.actor,
              one.path.replace(/^\/api\//, ""),
              one.because,
              one.status ?? "unknown",
            ]),
            "Nobody did anything.",
          );
          shell.more(next);
        },
      });
    });
}
