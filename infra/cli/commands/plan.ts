import { type Command, Option } from "commander";
import { csvLine } from "../csv.ts";
import { Failure } from "../failure.ts";
import { budgetOf, paceOf } from "../run-options.ts";
import { type Item, itemPage, type Plan, plan } from "../run-schemas.ts";
import { becauseOption, examples, type Shell } from "../shell.ts";
import { openSink } from "../sink.ts";
import { watchPlan } from "../watch.ts";

interface Wanted {
  readonly object: readonly string[];
  readonly since?: string;
  readonly where: readonly string[];
  readonly fields?: string;
  readonly because: string;
  readonly wait: boolean;
}

const collect = (value: string, all: readonly string[]) => [...all, value];

export function addPlan(program: Command, shell: Shell): void {
  const group = program
    .command("plan")
    .description("what would be written to which records, from what to what; nothing is done");
  group
    .command("backfill")
    .description("plans to bring both sides together, record by record")
    .requiredOption(
      "--object <kind>",
      "person, company or opportunity; may be repeated",
      collect,
      [],
    )
    .option("--since <date>", "only what was changed since, in either CRM")
    .option("--where <condition>", "field=value or field!=value; may be repeated", collect, [])
    .option("--fields <names>", "only these fields, parted by commas; creations are whole")
    .option("--no-wait", "prints the plan's name, and does not wait for it")
    .addOption(becauseOption())
    .addHelpText(
      "after",
      examples(
        "plan backfill --object person --since 2026-01-01 --because 'the first switch-on'",
        "plan backfill --object company --object person --object opportunity --because 'all of it'",
        "plan backfill --object person --where lifecycleStage=mql --fields phone,jobTitle --because 'phones'",
      ),
    )
    .action(async (wanted: Wanted, command: Command) => {
      const answer = await shell.api(command).post("/api/plans", requestOf(wanted));
      const { id } = plan.parse(answer.json);
      if (!wanted.wait)
        return shell.show(command, answer, { schema: plan, render: () => shell.line(id) });
      await watchPlan(shell, command, id);
      await show(shell, command, id);
    });
  group
    .command("list")
    .description("the latest plans")
    .addHelpText("after", examples("plan list"))
    .action(async (_options, command: Command) => {
      const answer = await shell.api(command).get("/api/plans");
      const schema = plans;
      shell.show(command, answer, { schema, render: (read) => list(shell, read.plans) });
    });
  addShow(group, shell);
  addItems(group, shell);
  group
    .command("cancel")
    .description("ends a plan that is not applied")
    .argument("<plan>", "its name")
    .addOption(becauseOption())
    .addHelpText("after", examples("plan cancel plan-2026-11-22-1a2b3c --because 'too many'"))
    .action(async (id: string, { because }: { because: string }, command: Command) => {
      const answer = await shell.api(command).post(`${pathOf(id)}/cancel`, { because });
      shell.show(command, answer, {
        schema: plan,
        render: () => shell.line(`${id} is cancelled.`),
      });
    });
}

function addShow(group: Command, shell: Shell): void {
  group
    .command("show")
    .description("a plan in numbers, and some of its records")
    .argument("<plan>", "its name")
    .option("--budget <share>", "for how long it takes with so much of the CRMs' limits: 30%")
    .option("--creates-per-minute <count>", "for how long it takes with so many creates a minute")
    .addHelpText(
      "after",
      examples(
        "plan show plan-2026-11-22-1a2b3c",
        "plan show plan-2026-11-22-1a2b3c --budget 30% --creates-per-minute 60",
      ),
    )
    .action(
      async (
        id: string,
        wanted: { budget?: string; createsPerMinute?: string },
        command: Command,
      ) => show(shell, command, id, { ...budgetOf(wanted), ...paceOf(wanted) }),
    );
}

const plans = itemPage.pick({ next: true }).extend({ plans: plan.array() });

const pathOf = (id: string) => `/api/plans/${encodeURIComponent(id)}`;

function requestOf({ object, since, where, fields, because }: Wanted) {
  return {
    kinds: object,
    where: where.map(conditionOf),
    ...(since === undefined ? {} : { since }),
    ...(fields === undefined ? {} : { fields: fields.split(",").map((name) => name.trim()) }),
    because,
  };
}

function conditionOf(text: string) {
  const [, field, is, value] = /^(\w+)(!?=)(.*)$/s.exec(text) ?? [];
  if (field === undefined)
    throw new Failure("usage", `--where is '${text}'; expected field=value or field!=value`);
  return { field, is, value };
}

/** Items in the order of the plan, page by page. */
async function* itemsOf(shell: Shell, command: Command, id: string, state?: string) {
  let after: string | undefined;
  do {
    const answer = await shell.api(command).get(`${pathOf(id)}/items`, { state, after });
    const page = itemPage.parse(answer.json);
    yield* page.items;
    after = page.next;
  } while (after !== undefined);
}

function addItems(group: Command, shell: Shell): void {
  group
    .command("items")
    .description("every record of a plan, with what became of it")
    .argument("<plan>", "its name")
    .option("--state <name>", "planned, applying, done, refused, failed, undone or left")
    .option("--out <file>", "instead of standard output")
    .addOption(
      new Option("--format <name>", "of the lines").choices(["ndjson", "csv"]).default("ndjson"),
    )
    .addHelpText(
      "after",
      examples(
        "plan items plan-2026-11-22-1a2b3c --format csv --out plan.csv",
        "plan items plan-2026-11-22-1a2b3c --state refused",
      ),
    )
    .action(
      async (
        id: string,
        { state, out, format }: { state?: string; out?: string; format: string },
        command: Command,
      ) => {
        const sink = await openSink(shell, out);
        if (format === "csv") await sink.write(csvLine(COLUMNS));
        let count = 0;
        for await (const item of itemsOf(shell, command, id, state)) {
          const lines =
            format === "csv" ? rowsOf(item).map(csvLine) : [`${JSON.stringify(item)}\n`];
          await sink.write(lines.join(""));
          count += 1;
        }
        await sink.end();
        if (out !== undefined) shell.line(`${count} records are in ${out}.`);
      },
    );
}

const COLUMNS = [
  "kind",
  "record",
  "label",
  "state",
  "system",
  "object",
  "id",
  "field",
  "from",
  "to",
];

/** A line for each property that is written, or one for what is left. */
function rowsOf({ kind, key, label, state, changes, reason, ambiguous }: Item): string[][] {
  const rows = changes.flatMap(({ system, object, id, properties }) =>
    properties.map(({ property, field, from, to }) => [
      kind,
      key,
      label,
      state,
      system,
      object,
      id ?? "(new)",
      field ?? property,
      from ?? "",
      to ?? "",
    ]),
  );
  const nothing = [kind, key, label, state, "", "", "", "", "", reason ?? ambiguous ?? ""];
  return rows.length > 0 ? rows : [nothing];
}

function list(shell: Shell, all: readonly Plan[]): void {
  shell.table(
    ["plan", "state", "of", "records", "by", "because", "applied by"],
    all.map(({ id, state, request, totals, by, because, offered, run }) => [
      id,
      offered && run === undefined ? `${state}, offered` : state,
      request.kinds.join(", "),
      totals?.items ?? null,
      by,
      because,
      run ?? null,
    ]),
    "There are no plans yet: accord plan backfill --help",
  );
}

/** Records that are shown of a plan, to see what it is like. */
const SAMPLE = 8;

async function show(
  shell: Shell,
  command: Command,
  id: string,
  speed: Readonly<Record<string, number | null>> = {},
): Promise<void> {
  const given = Object.entries(speed).filter(([, number]) => number !== null);
  const query = Object.fromEntries(given.map(([name, number]) => [name, String(number)]));
  const answer = await shell.api(command).get(pathOf(id), query);
  const sample: Item[] = [];
  for await (const item of itemsOf(shell, command, id)) {
    if (sample.length === SAMPLE) break;
    sample.push(item);
  }
  shell.show(command, answer, { schema: plan, render: (read) => render(shell, read, sample) });
}

function render(shell: Shell, read: Plan, sample: readonly Item[]): void {
  const { id, state, reason, totals, hash, forecast, run, lacks, undoUntil } = read;
  if (!totals) {
    shell.line(`${id} is ${state}${reason ? `: ${reason}` : ""}; ${rowsRead(read)} rows are read.`);
    return;
  }
  const words = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([name, count]) => `${count} ${name}`)
      .join(", ") || "none";
  const lines = [
    ["records", `${totals.items} of ${rowsRead(read)} rows read`],
    ["create", words(totals.creates)],
    ["change", words(totals.updates)],
    ["values to blank", totals.clears],
    ["linked", totals.links],
    ["relations", totals.relations],
    [
      "left open",
      `${totals.conflicts} conflicts, ${totals.parked} parked, ${totals.ambiguous} ambiguous`,
    ],
    [
      "calls, about",
      `HubSpot ${forecast?.calls.hubspot}, Salesforce ${forecast?.calls.salesforce}; ${forecast?.minutes} min; DynamoDB ${forecast?.dynamoDbUsd} USD`,
    ],
    ["may wake", `${forecast?.mayWakeAutomation} automations that start on creation`],
    ["hash", hash ?? ""],
    ["undo until", undoUntil.slice(0, 10)],
    ...(lacks.length === 0 ? [] : [["to create first", lacks.join(", ")] as const]),
  ] as const;
  shell.line(`${id}: ${state}${run === undefined ? "" : `, applied by ${run}`}\n`);
  for (const [name, text] of lines) shell.line(`  ${name.padEnd(16)} ${text}`);
  shell.line("");
  shell.table(
    ["system", "field", "records"],
    Object.entries(totals.fields).map(([name, count]) => {
      const [system = "", field = ""] = name.split(" ");
      return [system, field, count];
    }),
    "It changes no field.",
  );
  if (sample.length === 0) return;
  shell.line(`\nSome of its records (all: accord plan items ${id})\n`);
  shell.table(
    ["record", "where", "field", "from", "to"],
    sample.flatMap((item) =>
      rowsOf(item)
        .slice(0, 3)
        .map(([, , label, , system, object, where, field, from, to]) => [
          label ?? "",
          `${system} ${object} ${where}`,
          field ?? "",
          from ?? "",
          to ?? "",
        ]),
    ),
    "",
  );
  if (state === "ready" && run === undefined && lacks.length === 0)
    shell.line(`\nTo do exactly this: accord apply ${id} --because '…'`);
}

function rowsRead({ readings }: Plan): number {
  return Object.values(readings).reduce((sum, { rows }) => sum + rows, 0);
}
