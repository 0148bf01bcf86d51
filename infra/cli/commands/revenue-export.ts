import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Command, Option } from "commander";
import * as z from "zod";
import { COLUMN_TYPES } from "../../../shared/tabular/column.ts";
import { Failure } from "../failure.ts";
import { examples, type Shell } from "../shell.ts";
import { openTableFile, TABLE_FORMATS, type TableFormat } from "../table-file.ts";

const page = z.object({
  columns: z.array(z.object({ name: z.string(), type: z.enum(COLUMN_TYPES) })),
  rows: z.array(z.array(z.string().nullable())),
  asOf: z.string().optional(),
  model: z.string().optional(),
  next: z.string().optional(),
});

interface Wanted {
  readonly what: string;
  readonly format: TableFormat;
  readonly out: string;
  readonly model?: string;
  readonly from?: string;
  readonly to?: string;
}

/** Adds the files that finance takes away to `accord revenue`. */
export function addRevenueExport(program: Command, shell: Shell): void {
  const group = program.commands.find((one) => one.name() === "revenue");
  if (!group) throw new Error("there is no command revenue to add to");
  group
    .command("export")
    .description(
      "the ledger's entries, what a model credits, or the reports of closed months, as a file",
    )
    .addOption(
      new Option("--what <table>", "which rows")
        .choices(["entries", "credits", "report"])
        .default("entries"),
    )
    .addOption(new Option("--format <name>", "of the file").choices(TABLE_FORMATS).default("csv"))
    .requiredOption("--out <folder>", "where the file is written; one of its name is replaced")
    .option("--model <name>", "of credits: which model, or one of its versions (default: first)")
    .option("--from <day>", "what counts on this day or later, such as 2026-01-01")
    .option("--to <day>", "the first day that does not count")
    .addHelpText(
      "after",
      examples(
        "revenue export --out finance",
        "revenue export --format parquet --out finance --from 2026-10-01 --to 2026-11-01",
        "revenue export --what credits --model u-shaped --out finance",
        "revenue export --what report --out finance",
      ),
    )
    .action(async ({ what, format, out, from, to, model }: Wanted, command: Command) => {
      if (model !== undefined && what !== "credits")
        throw new Failure(
          "usage",
          `${what} are of no model: leave out --model, or add --what credits`,
        );
      const api = shell.api(command);
      const path = `/api/revenue/export/${what}`;
      const first = page.parse((await api.get(path, { from, to, model })).json);
      mkdirSync(out, { recursive: true });
      const file = join(out, `${what}.${format}`);
      const table = await openTableFile(shell, { file, format, columns: first.columns });
      let count = 0;
      for (let answer = first; ; ) {
        await table.write(answer.rows);
        count += answer.rows.length;
        if (answer.next === undefined) break;
        const { next: after } = answer;
        const asked = { from, to, model: first.model, asOf: first.asOf, after };
        answer = page.parse((await api.get(path, asked)).json);
      }
      await table.end();
      shell.line(`${count} rows are in ${file}.`);
    });
}
