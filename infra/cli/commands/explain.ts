import type { Command } from "commander";
import * as z from "zod";
import { examples, type Shell } from "../shell.ts";

const why = z.array(z.string());

const explanations = z.object({
  explanations: z.array(
    z.object({
      kind: z.string(),
      id: z.string(),
      status: z.string(),
      why,
      fields: z.array(z.object({ name: z.string(), value: z.string().nullable(), why })),
      lately: why,
    }),
  ),
});

/** The table shows this much of what was done lately; `accord history` has all of it. */
const MOST_LATELY = 10;

export function addExplain(program: Command, shell: Shell): void {
  program
    .command("explain")
    .description("why a record is as it is, in words")
    .argument("<q>", "a record's id, a HubSpot or Salesforce id, an e-mail address or a domain")
    .option("--field <name>", "explains this field alone")
    .addHelpText(
      "after",
      examples("explain ann@example.com", "explain 00Q000000000001EAA --field phone"),
    )
    .action(async (q: string, { field }: { field?: string }, command: Command) => {
      const answer = await shell.api(command).get("/api/explain", { q, field });
      shell.show(command, answer, {
        schema: explanations,
        render: (read) => {
          for (const one of read.explanations) render(shell, one);
        },
      });
    });
}

function render(shell: Shell, one: z.infer<typeof explanations>["explanations"][number]): void {
  shell.line(`${one.kind} ${one.id}: ${one.status}`);
  for (const reason of one.why) shell.line(`  ${reason}`);
  shell.line("");
  shell.table(
    ["field", "value", "why"],
    one.fields.map(({ name, value, why: reasons }) => [name, value, reasons.join("; ")]),
    "It has no fields.",
  );
  if (one.lately.length > 0) shell.line("\nLately:");
  for (const event of one.lately.slice(0, MOST_LATELY)) shell.line(`  ${event}`);
  shell.line("");
}
