import { type Command, Option } from "commander";
import * as z from "zod";
import { afterOption, becauseOption, examples, type Shell } from "../shell.ts";

const parked = z.object({
  counts: z.record(z.string(), z.number()).optional(),
  parked: z.array(
    z.object({
      kind: z.string(),
      id: z.string(),
      system: z.string(),
      field: z.string(),
      value: z.string().nullable(),
      cause: z.string(),
      remedy: z.string(),
    }),
  ),
  next: z.string().optional(),
});

const retried = z.object({ values: z.number(), records: z.number() });

interface Filter {
  readonly cause?: string;
  readonly field?: string;
  readonly system?: string;
}

export function addParked(program: Command, shell: Shell): void {
  const group = program.command("parked").description("values that a CRM refused");
  filtered(group.command("list"))
    .description("the values, with their cause and what to do")
    .addOption(afterOption())
    .addHelpText("after", examples("parked list", "parked list --cause value-not-in-picklist"))
    .action(async (filter: Filter & { after?: string }, command: Command) => {
      const { cause, field, system, after } = filter;
      const query = { cause, field, system, after };
      const answer = await shell.api(command).get("/api/parked", query);
      shell.show(command, answer, { schema: parked, render: (read) => list(shell, read) });
    });
  filtered(group.command("retry"))
    .description("tries the values that are meant again, and no others")
    .addOption(becauseOption())
    .addHelpText(
      "after",
      examples("parked retry --field industry --because 'the picklist has Fintech now'"),
    )
    .action(async (filter: Filter & { because: string }, command: Command) => {
      const { cause, field, system, because } = filter;
      const body = { cause, field, system, because };
      shell.show(command, await shell.api(command).post("/api/parked/retry", body), {
        schema: retried,
        render: ({ values, records }) =>
          shell.line(`${values} values of ${records} records are tried again within moments.`),
      });
    });
}

function filtered(command: Command): Command {
  return command
    .option("--cause <cause>", "such as value-not-in-picklist")
    .option("--field <name>", "of this field alone")
    .addOption(
      new Option("--system <side>", "that refused them").choices(["hubspot", "salesforce"]),
    );
}

function list(shell: Shell, { parked: rows, counts = {}, next }: z.infer<typeof parked>): void {
  shell.table(
    ["kind", "id", "system", "field", "value", "cause", "remedy"],
    rows.map((one) => [one.kind, one.id, one.system, one.field, one.value, one.cause, one.remedy]),
    "Nothing is parked.",
  );
  const causes = Object.entries(counts).map(([cause, count]) => `${count} ${cause}`);
  if (causes.length > 0) shell.line(`\nIn all: ${causes.join(", ")}`);
  shell.more(next);
}
