import type { Command } from "commander";
import * as z from "zod";
import { examples, type Shell } from "../shell.ts";

const standing = z.object({
  records: z.number(),
  openConflicts: z.number(),
  decidedConflicts: z.number(),
  parkedFields: z.number(),
});

const status = z.object({
  records: z.record(z.string(), z.record(z.string(), standing)),
  parkedByCause: z.record(z.string(), z.number()),
  polls: z.array(
    z.object({ name: z.string(), readUpTo: z.string().nullable(), caughtUp: z.boolean() }),
  ),
});

const deadLetters = z.object({ queues: z.array(z.object({ count: z.number() })) });

export function addStatus(program: Command, shell: Shell): void {
  program
    .command("status")
    .description("records by kind and status, how far the polls are, and what waits for a person")
    .addHelpText("after", examples("status", "status --json | jq .records.person"))
    .action(async (_options, command: Command) => {
      const api = shell.api(command);
      const answer = await api.get("/api/status");
      const dead = deadLetters.safeParse((await api.get("/api/dead-letters")).json).data?.queues;
      shell.show(command, answer, {
        schema: status,
        render: (read) =>
          render(
            shell,
            read,
            dead?.reduce((sum, { count }) => sum + count, 0),
          ),
      });
    });
}

function render(shell: Shell, { records, parkedByCause, polls }: z.infer<typeof status>, dead = 0) {
  const rows = Object.entries(records).flatMap(([kind, statuses]) =>
    Object.entries(statuses)
      .filter(([, { records: count }]) => count > 0)
      .map(([name, one]) => ({ kind, name, ...one })),
  );
  shell.table(
    ["kind", "status", "records", "open conflicts", "decided", "parked"],
    rows.map((one) => [
      one.kind,
      one.name,
      one.records,
      one.openConflicts,
      one.decidedConflicts,
      one.parkedFields,
    ]),
    "There are no records yet.",
  );
  shell.line("");
  shell.table(
    ["poll", "last change read", "first load"],
    polls
      .filter(({ readUpTo }) => readUpTo !== null)
      .map(({ name, readUpTo, caughtUp }) => [
        name.replaceAll("#", " "),
        readUpTo,
        caughtUp ? "done" : "under way",
      ])
      .sort(),
    "No poll has run yet.",
  );
  shell.line("");
  const causes = Object.entries(parkedByCause).map(([cause, count]) => `${count} ${cause}`);
  const open = rows.reduce((sum, { openConflicts }) => sum + openConflicts, 0);
  shell.line(`parked values   ${causes.length === 0 ? "none" : causes.join(", ")}`);
  shell.line(`open conflicts  ${open === 0 ? "none" : open}`);
  shell.line(`dead letters    ${dead === 0 ? "none" : dead}`);
}
