import type { Command } from "commander";
import * as z from "zod";
import { examples, type Shell } from "../shell.ts";

const history = z.object({
  entries: z.array(
    z.object({
      at: z.string(),
      events: z.array(
        z.object({
          what: z.string(),
          field: z.string().optional(),
          from: z.string().nullish(),
          to: z.string().nullish(),
          system: z.string().optional(),
          because: z.string().optional(),
          by: z.string().optional(),
        }),
      ),
    }),
  ),
});

export function addHistory(program: Command, shell: Shell): void {
  program
    .command("history")
    .description("what was changed and written of a record, the latest first")
    .argument("<kind>", "person, company, opportunity, …")
    .argument("<id>", "the record's id")
    .addHelpText("after", examples("history person 1f0c6c1e-0000-4000-8000-000000000001"))
    .action(async (kind: string, id: string, _options, command: Command) => {
      const path = `/api/records/${encodeURIComponent(kind)}/${encodeURIComponent(id)}/history`;
      shell.show(command, await shell.api(command).get(path), {
        schema: history,
        render: ({ entries }) =>
          shell.table(
            ["at", "what", "field", "from", "to", "system", "by", "because"],
            entries.flatMap(({ at, events }) =>
              events.map((one) => [
                at,
                one.what,
                one.field ?? null,
                one.from ?? null,
                one.to ?? null,
                one.system ?? null,
                one.by ?? null,
                one.because ?? null,
              ]),
            ),
            "Nothing is kept of such a record.",
          ),
      });
    });
}
