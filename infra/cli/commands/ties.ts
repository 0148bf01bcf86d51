import { Argument, type Command } from "commander";
import * as z from "zod";
import { becauseOption, examples, type Shell } from "../shell.ts";

const tied = z.object({ answer: z.enum(["done", "was-so"]) });

interface Word {
  readonly because: string;
}

export function addTies(program: Command, shell: Shell): void {
  onRecord(program.command("link"))
    .description("ties a record to a CRM record of the other side")
    .addArgument(new Argument("<system>", "where that is").choices(["hubspot", "salesforce"]))
    .argument("<object>", "its object, such as Lead or contacts")
    .argument("<crm-id>", "its id there")
    .addOption(becauseOption())
    .addHelpText(
      "after",
      examples("link person ID salesforce Lead 00Q000000000001EAA --because 'the same Ann'"),
    )
    .action(async (kind, recordId, system, object, id, { because }: Word, command: Command) => {
      const body = { ref: { system, object, id }, because };
      await tie(shell, command, { path: `${pathOf(kind, recordId)}/link`, body });
    });
  onRecord(program.command("unlink"))
    .description("keeps a record's two CRM records apart from here on")
    .addOption(becauseOption())
    .addHelpText("after", examples("unlink person ID --because 'they are twins'"))
    .action(async (kind, recordId, { because }: Word, command: Command) => {
      await tie(shell, command, { path: `${pathOf(kind, recordId)}/unlink`, body: { because } });
    });
}

function onRecord(command: Command): Command {
  return command
    .argument("<kind>", "person, company, opportunity, …")
    .argument("<id>", "the record's id");
}

function pathOf(kind: string, id: string): string {
  return `/api/records/${encodeURIComponent(kind)}/${encodeURIComponent(id)}`;
}

async function tie(
  shell: Shell,
  command: Command,
  { path, body }: { readonly path: string; readonly body: object },
): Promise<void> {
  shell.show(command, await shell.api(command).post(path, body), {
    schema: tied,
    render: ({ answer }) => shell.line(answer === "done" ? "Done." : "It was so already."),
  });
}
