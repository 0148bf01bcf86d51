import { type Command, Option } from "commander";
import * as z from "zod";
import { Failure } from "../failure.ts";
import { afterOption, becauseOption, examples, type Shell } from "../shell.ts";

const values = z.array(z.string().nullable());

const open = z.object({
  conflicts: z.array(
    z.object({
      kind: z.string(),
      id: z.string(),
      conflict: z.string(),
      fields: z.array(z.string()),
      hubspot: values,
      salesforce: values,
      at: z.string(),
    }),
  ),
  next: z.string().optional(),
});

const ruled = z.union([
  z.object({ done: z.literal(true), values: z.record(z.string(), z.string().nullable()) }),
  z.object({ done: z.literal(false), because: z.string() }),
]);

interface Said {
  readonly because: string;
  readonly pick?: string;
  readonly value?: string;
  readonly blank?: boolean;
  readonly conflict?: string;
  readonly system?: string;
}

export function addConflicts(program: Command, shell: Shell): void {
  const group = program
    .command("conflicts")
    .description("questions that wait for a person, and values that lost one");
  group
    .command("list")
    .description("open questions, with both values")
    .addOption(afterOption())
    .addHelpText("after", examples("conflicts list"))
    .action(async ({ after }: { after?: string }, command: Command) => {
      const answer = await shell.api(command).get("/api/conflicts", { open: "true", after });
      shell.show(command, answer, { schema: open, render: (read) => list(shell, read) });
    });
  onField(group.command("resolve"))
    .description("decides an open question: one side's value, or another one")
    .addOption(new Option("--pick <side>", "whose value").choices(["hubspot", "salesforce"]))
    .addOption(new Option("--value <text>", "another value, for both sides"))
    .addOption(new Option("--blank", "no value, on both sides"))
    .addOption(becauseOption())
    .addHelpText(
      "after",
      examples(
        "conflicts resolve person ID phone --pick hubspot --because 'she told us'",
        "conflicts resolve person ID phone --value '+44 20 7946 0002' --because 'from her card'",
      ),
    )
    .action(async (kind, id, field, said: Said, command: Command) => {
      const pick = oneOf(
        "--pick, --value or --blank",
        said.pick,
        ...valuesIn(said).map((value) => ({ value })),
      );
      const path = `${pathOf(kind, id)}/conflicts/${encodeURIComponent(field)}/resolve`;
      await decide(shell, command, { path, body: { pick, because: said.because } });
    });
  onField(group.command("restore"))
    .description("brings a value back to both sides: any, or the one that lost a conflict")
    .addOption(new Option("--value <text>", "the value"))
    .addOption(new Option("--blank", "no value"))
    .addOption(new Option("--conflict <name>", "the conflict whose loser comes back: field@time"))
    .addOption(
      new Option("--system <side>", "of the conflict, this side's value").choices([
        "hubspot",
        "salesforce",
      ]),
    )
    .addOption(becauseOption())
    .addHelpText(
      "after",
      examples("conflicts restore person ID jobTitle --value CEO --because 'it was right'"),
    )
    .action(async (kind, id, field, said: Said, command: Command) => {
      const { because, conflict, system } = said;
      const from = oneOf(
        "--value, --blank or --conflict",
        conflict === undefined ? undefined : { conflict, system },
        ...valuesIn(said).map((value) => ({ value })),
      );
      const path = `${pathOf(kind, id)}/fields/${encodeURIComponent(field)}/restore`;
      await decide(shell, command, { path, body: { ...Object(from), because } });
    });
}

function onField(command: Command): Command {
  return command
    .argument("<kind>", "person, company, opportunity, …")
    .argument("<id>", "the record's id")
    .argument("<field>", "one of its fields");
}

function pathOf(kind: string, id: string): string {
  return `/api/records/${encodeURIComponent(kind)}/${encodeURIComponent(id)}`;
}

function valuesIn({ value, blank }: Said): (string | null)[] {
  return [...(value === undefined ? [] : [value]), ...(blank ? [null] : [])];
}

function oneOf(names: string, ...choices: readonly (string | object | undefined)[]) {
  const [choice, ...others] = choices.filter((one) => one !== undefined);
  if (choice === undefined || others.length > 0)
    throw new Failure("usage", `give exactly one of ${names}`);
  return choice;
}

async function decide(
  shell: Shell,
  command: Command,
  { path, body }: { readonly path: string; readonly body: object },
): Promise<void> {
  const answer = await shell.api(command).post(path, body);
  shell.show(command, answer, {
    schema: ruled,
    render: (read) =>
      shell.line(
        read.done
          ? `Decided: ${Object.entries(read.values)
              .map(([name, value]) => `${name} is ${value ?? "blank"}`)
              .join(", ")}. Both sides have it within moments.`
          : `Nothing to do: ${read.because}.`,
      ),
  });
}

function list(shell: Shell, { conflicts, next }: z.infer<typeof open>): void {
  const shown = (side: readonly (string | null)[]) => side.map((one) => one ?? "blank").join(", ");
  shell.table(
    ["kind", "id", "field", "hubspot", "salesforce", "since"],
    conflicts.map((one) => [
      one.kind,
      one.id,
      one.fields.join("+"),
      shown(one.hubspot),
      shown(one.salesforce),
      one.at,
    ]),
    "No question is open.",
  );
  shell.more(next);
}
