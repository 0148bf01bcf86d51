import type { Command } from "commander";
import * as z from "zod";
import { becauseOption, examples, type Shell } from "../shell.ts";

const lists = z.object({
  queues: z.array(
    z.object({
      queue: z.string(),
      holds: z.string(),
      again: z.string(),
      count: z.number(),
      messages: z.array(
        z.object({
          sentAt: z.string(),
          refs: z.array(z.object({ system: z.string(), object: z.string(), id: z.string() })),
          work: z.string().optional(),
        }),
      ),
    }),
  ),
});

const retried = z.object({ retried: z.number(), left: z.number() });

/** A bulk message names a hundred records; the table shows the first few. */
const MOST_REFS = 3;

export function addDeadLetters(program: Command, shell: Shell): void {
  const group = program
    .command("dead-letters")
    .description("messages that could not be worked off");
  group
    .command("list")
    .description("of every queue: how many, how old, and which records they name")
    .addHelpText("after", examples("dead-letters list"))
    .action(async (_options, command: Command) => {
      const answer = await shell.api(command).get("/api/dead-letters");
      shell.show(command, answer, { schema: lists, render: (read) => list(shell, read) });
    });
  group
    .command("retry")
    .description("tries them again; the list says how")
    .option("--queue <name>", "of this queue alone")
    .addOption(becauseOption())
    .addHelpText("after", examples("dead-letters retry --queue live --because 'HubSpot is back'"))
    .action(async ({ queue, because }: { queue?: string; because: string }, command: Command) => {
      const answer = await shell.api(command).post("/api/dead-letters/retry", { queue, because });
      shell.show(command, answer, {
        schema: retried,
        render: (read) =>
          shell.line(
            `${read.retried} messages are on their way again; about ${read.left} are left.`,
          ),
      });
    });
}

function list(shell: Shell, { queues }: z.infer<typeof lists>): void {
  const rows = queues.flatMap(({ queue, messages }) =>
    messages.map(({ sentAt, refs, work }) => {
      const names = refs.slice(0, MOST_REFS).map((ref) => `${ref.object} ${ref.id}`);
      const rest = refs.length > MOST_REFS ? [`and ${refs.length - MOST_REFS} more`] : [];
      return [queue, sentAt, [...names, ...rest].join(", ") || (work ?? "")];
    }),
  );
  shell.table(["queue", "sent at", "records, or work"], rows, "There are no dead letters.");
  const shown = rows.length;
  const all = queues.reduce((sum, { count }) => sum + count, 0);
  if (all > shown) shell.line(`\nIn all about ${all}.`);
  const told = queues.filter(({ count }) => count > 0);
  if (told.length > 0) shell.line("");
  for (const { queue, holds, again } of told)
    shell.line(`${queue}: ${holds}; tried again, ${again}`);
}
