import { type Command, Option } from "commander";
import * as z from "zod";
import { type Answer, type Api, openApi } from "./api.ts";
import { type Environment, findConnection, type LocalRole } from "./connection.ts";
import { Failure } from "./failure.ts";
import { renderTable } from "./table.ts";

/** What the command has of the outside. */
export interface Terminal {
  readonly env: Environment;
  /** How wide the terminal is; undefined: it is none, but a file or a pipe. */
  readonly columns: number | undefined;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

type Rows = readonly (readonly (string | number | null)[])[];

/** What the commands share: the API, and how its answers are shown. */
export interface Shell {
  readonly terminal: Terminal;
  /** The API that the options of `command` name; on this machine, in the role that it asks for. */
  api(command: Command, role?: LocalRole): Api;
  /** Shows an answer: as it came under `--json`, else by `render`, which is given what it parsed. */
  show<Schema extends z.ZodType>(
    command: Command,
    answer: Answer,
    as: { readonly schema: Schema; readonly render: (read: z.infer<Schema>) => void },
  ): void;
  /** A table, or a line where it would have no rows. */
  table(names: readonly string[], rows: Rows, none: string): void;
  line(text: string): void;
  /** Says how a list goes on, where it does. */
  more(next: string | undefined): void;
}

const globals = z.object({
  url: z.string().optional(),
  token: z.string().optional(),
  json: z.boolean().default(false),
});

export function openShell(terminal: Terminal): Shell {
  const line = (text: string) => terminal.out(`${text}\n`);
  return {
    terminal,
    line,
    api: (command, role) => openApi(findConnection(optionsOf(command), terminal.env, role)),
    show(command, { text, json }, { schema, render }) {
      if (optionsOf(command).json) return line(text);
      const read = schema.safeParse(json);
      if (!read.success)
        throw new Failure(
          "refused",
          "the API is of another version than this command: see its answer by --json",
        );
      render(read.data);
    },
    table(names, rows, none) {
      if (rows.length === 0) line(none);
      else terminal.out(renderTable(names, rows, terminal.columns));
    },
    more(next) {
      if (next !== undefined) terminal.err(`There are more: add --after '${next}'\n`);
    },
  };
}

function optionsOf(command: Command): z.infer<typeof globals> {
  return globals.parse(command.optsWithGlobals());
}

/** Of every command that changes something. */
export function becauseOption(): Option {
  return new Option("--because <why>", "why, kept in the audit").makeOptionMandatory();
}

/** Of every list that has pages. */
export function afterOption(): Option {
  return new Option("--after <place>", "goes on where the page before ended");
}

/** Examples, as the last part of a command's help. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  accord ${line}`).join("\n")}\n`;
}
