import { type Command, Option } from "commander";
import * as z from "zod";
import { Failure } from "../failure.ts";
import { finding, outsider, type Report, report, sweep } from "../parity-schemas.ts";
import { renderSweep } from "../parity-table.ts";
import { afterOption, becauseOption, examples, type Shell } from "../shell.ts";
import { watchSweep } from "../watch.ts";

interface Wanted {
  readonly object: readonly string[];
  readonly repair: boolean;
  readonly because: string;
  readonly wait: boolean;
}

const collect = (value: string, all: readonly string[]) => [...all, value];

const pathOf = (id: string) => `/api/parity/${encodeURIComponent(id)}`;

export function addParity(program: Command, shell: Shell): void {
  const group = program
    .command("parity")
    .description("whether both CRMs say the same: all objects, all mapped fields")
    .addHelpText("after", examples("parity --because 'month end'", "parity list"));
  group
    .command("start", { isDefault: true })
    .description("compares both CRMs, waits, and shows what differs and who is on one side alone")
    .option("--object <kind>", "only this; may be repeated", collect, [])
    .option("--no-repair", "only tells; nothing is looked at again")
    .option("--no-wait", "prints the sweep's name, and does not wait for it")
    .addOption(becauseOption())
    .addHelpText(
      "after",
      examples(
        "parity --because 'month end'",
        "parity start --object person --no-repair --because 'what the other connector lost'",
      ),
    )
    .action(async (wanted: Wanted, command: Command) => {
      const answer = await shell.api(command).post("/api/parity", requestOf(wanted));
      const { id } = sweep.parse(answer.json);
      if (!wanted.wait)
        return shell.show(command, answer, { schema: sweep, render: () => shell.line(id) });
      const ended = await watchSweep(shell, command, id);
      await show(shell, command, id);
      throwIfDrifted(ended);
    });
  group
    .command("list")
    .description("the latest sweeps")
    .addHelpText("after", examples("parity list"))
    .action(async (_options, command: Command) => {
      const answer = await shell.api(command).get("/api/parity");
      const schema = z.object({ sweeps: report.array() });
      shell.show(command, answer, { schema, render: (read) => list(shell, read.sweeps) });
    });
  group
    .command("show")
    .description("a sweep in numbers: drift, and the count bridge")
    .argument("<sweep>", "its name")
    .addHelpText("after", examples("parity show parity-2026-11-22-1a2b3c"))
    .action(async (id: string, _options, command: Command) => show(shell, command, id));
  addFindings(group, shell);
  addOutsiders(group, shell);
}

function requestOf({ object, repair, because }: Wanted) {
  return { ...(object.length > 0 ? { kinds: object } : {}), repair, because };
}

async function show(shell: Shell, command: Command, id: string): Promise<void> {
  const answer = await shell.api(command).get(pathOf(id));
  shell.show(command, answer, { schema: report, render: (read) => renderSweep(shell, read) });
}

/** Whoever waited is told by the exit code that the two CRMs do not agree. */
function throwIfDrifted({ id, state, found, report: kinds }: Report): void {
  const crooked = Object.entries(kinds).filter(([, { addsUp }]) => !addsUp);
  if (state !== "done") throw new Failure("refused", `${id} is ${state}`);
  if (found > 0) throw new Failure("refused", `${found} found that no named place explains`);
  if (crooked.length > 0)
    throw new Failure(
      "refused",
      `the counts of ${crooked.map(([kind]) => kind).join(", ")} do not add up`,
    );
}

function list(shell: Shell, all: readonly Report[]): void {
  shell.table(
    ["sweep", "state", "started", "found", "by", "because"],
    all.map(({ id, state, startedAt, found, by, because }) => [
      id,
      state,
      startedAt,
      found,
      by,
      because,
    ]),
    "There are no sweeps yet: accord parity --help",
  );
}

interface Asked {
  readonly object?: string;
  readonly kind?: string;
  readonly system?: string;
  readonly bucket?: string;
  readonly after?: string;
}

function addFindings(group: Command, shell: Shell): void {
  group
    .command("findings")
    .description("what a sweep found, record by record, with both values")
    .argument("<sweep>", "its name")
    .option("--kind <name>", "only such, as value-differs or missing-on-far-side")
    .option("--object <kind>", "only of these records")
    .addOption(afterOption())
    .addHelpText(
      "after",
      examples(
        "parity findings parity-2026-11-22-1a2b3c",
        "parity findings parity-2026-11-22-1a2b3c --kind value-differs --object person",
      ),
    )
    .action(async (id: string, { kind, object: of, after }: Asked, command: Command) => {
      const answer = await shell.api(command).get(`${pathOf(id)}/findings`, { kind, of, after });
      const schema = z.object({ items: finding.array(), next: z.string().optional() });
      const render = ({ items, next }: z.infer<typeof schema>) => {
        shell.table(
          ["object", "what", "where", "field", "hubspot", "salesforce", "accord"],
          items.map((one) => [
            one.of,
            one.kind,
            one.refs.map(({ object, id: ref }) => `${object} ${ref}`).join(", "),
            one.field ?? one.words,
            one.hubspot ?? null,
            one.salesforce ?? null,
            one.known ?? null,
          ]),
          "Nothing was found.",
        );
        shell.more(next);
      };
      shell.show(command, answer, { schema, render });
    });
}

function addOutsiders(group: Command, shell: Shell): void {
  group
    .command("outsiders")
    .description("the records behind the count bridge: who is on one side alone, and why")
    .argument("<sweep>", "its name")
    .option("--bucket <name>", "only in this one, as excluded or duplicate")
    .addOption(
      new Option("--system <name>", "only of this side").choices(["hubspot", "salesforce"]),
    )
    .option("--object <kind>", "only of these records")
    .addOption(afterOption())
    .addHelpText("after", examples("parity outsiders parity-2026-11-22-1a2b3c --bucket duplicate"))
    .action(async (id: string, asked: Asked, command: Command) => {
      const { object: of, bucket, system, after } = asked;
      const query = { of, bucket, system, after };
      const answer = await shell.api(command).get(`${pathOf(id)}/outsiders`, query);
      const schema = z.object({ items: outsider.array(), next: z.string().optional() });
      const render = ({ items, next }: z.infer<typeof schema>) => {
        shell.table(
          ["object", "where", "bucket", "why"],
          items.map(({ of: kind, ref, bucket: name, reason }) => [
            kind,
            `${ref.system} ${ref.object} ${ref.id}`,
            name,
            reason,
          ]),
          "Nobody.",
        );
        shell.more(next);
      };
      shell.show(command, answer, { schema, render });
    });
}
