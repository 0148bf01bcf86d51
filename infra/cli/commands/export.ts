import { type Command, Option } from "commander";
import * as z from "zod";
import { csvLine } from "../csv.ts";
import { examples, type Shell } from "../shell.ts";
import { openSink } from "../sink.ts";

const page = z.object({
  fields: z.array(z.string()),
  records: z.array(
    z.looseObject({
      id: z.string(),
      kind: z.string(),
      status: z.string(),
      fields: z.record(z.string(), z.object({ value: z.string().nullable() })),
    }),
  ),
  next: z.string().optional(),
});

type Page = z.infer<typeof page>;

interface Wanted {
  readonly out?: string;
  readonly format: string;
}

export function addExport(program: Command, shell: Shell): void {
  program
    .command("export")
    .description("every record of a kind, a line each")
    .argument("<kind>", "person, company, opportunity, …")
    .option("--out <file>", "instead of standard output")
    .addOption(
      new Option("--format <name>", "of the lines").choices(["ndjson", "csv"]).default("ndjson"),
    )
    .addHelpText(
      "after",
      examples("export person > persons.ndjson", "export company --format csv --out companies.csv"),
    )
    .action(async (kind: string, { out, format }: Wanted, command: Command) => {
      const api = shell.api(command);
      const path = `/api/export/${encodeURIComponent(kind)}`;
      let answer = page.parse((await api.get(path)).json);
      const sink = await openSink(shell, out);
      if (format === "csv") await sink.write(csvHead(answer));
      let count = 0;
      for (;;) {
        await sink.write(format === "csv" ? csvLines(answer) : ndjsonLines(answer));
        count += answer.records.length;
        if (answer.next === undefined) break;
        answer = page.parse((await api.get(path, { after: answer.next })).json);
      }
      await sink.end();
      if (out !== undefined) shell.line(`${count} records are in ${out}.`);
    });
}

function ndjsonLines({ records }: Page): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}

function csvHead({ fields }: Page): string {
  return csvLine(["id", "kind", "status", ...fields]);
}

function csvLines({ fields, records }: Page): string {
  return records
    .map((record) =>
      csvLine([
        record.id,
        record.kind,
        record.status,
        ...fields.map((name) => record.fields[name]?.value ?? ""),
      ]),
    )
    .join("");
}
