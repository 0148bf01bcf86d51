import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Command, Option } from "commander";
import * as z from "zod";
import { COLUMN_TYPES } from "../../../shared/tabular/column.ts";
import { examples, type Shell } from "../shell.ts";
import { openTableFile, TABLE_FORMATS, type TableFormat } from "../table-file.ts";

const page = z.object({
  columns: z.array(z.object({ name: z.string(), type: z.enum(COLUMN_TYPES) })),
  rows: z.array(z.array(z.string().nullable())),
  asOf: z.string().optional(),
  next: z.string().optional(),
});

interface Wanted {
  readonly what: string;
  readonly format: TableFormat;
  readonly out: string;
  readonly from?: string;
  readonly to?: string;
}

/** Adds the files that finance takes away to `accord revenue`. */
export function addRevenueExport(program: Command, shell: Shell): void {
  const group = program.commands.find((one) => one.name() === "revenue");
  if (!group) throw new Error("there is no command revenue to add to");
  group
    .command("export")
    .description("the ledger's entries, or the reports of closed months, as a file for other tools")
    .addOption(
      new Option("--what <table>", "which rows").choices(["entries", "report"]).default("entries"),
    )
    .addOption(new Option("--format <name>", "of the file").choices(TABLE_FORMATS).default("csv"))
    .requiredOption("--out <folder>", "where the file is written; one of its name is replaced")
    .option("--from <day>", "what counts on this day or later, such as 2026-01-01")
    .option("--to <day>", "the first day that does not count")
    .addHelpText(
      "after",
      examples(
        "revenue export --out finance",
        "revenue export --format parquet --out finance --from 2026-10-01 --to 2026-11-01",
        "revenue export --what report --out finance",
      ),
    )
    .action(async ({ what, format, out, from, to }: Wanted, command: Command) => {
      const api = shell.api(command);
      const path = `/api/revenue/export/${what}`;
      const first = page.parse((await api.get(path, { from, to })).json);
      mkdirSync(out, { recursive: true });
      const file = join(out, `${what}.${format}`);
      const table = await openTableFile(shell, { file, format, columns: first.columns });
      let count = 0;
      for (let answer = first; ; ) {
        await table.write(answer.rows);
        count += answer.rows.length;
        if (answer.next === undefined) break;
        const { next: after } = answer;
        const { asOf } = first;
        answer = page.parse((await api.get(path, { from, to, asOf, after })).json);
      }
      await table.end();
      shell.line(`${count} rows are in ${file}.`);
    });
}
