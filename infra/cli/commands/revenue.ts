import { type Command, Option } from "commander";
import type * as z from "zod";
import { comparison, coverage, credits, models, report } from "../revenue-schemas.ts";
import { afterOption, examples, type Shell } from "../shell.ts";

interface Asked {
  readonly model: string;
  readonly by: string;
  readonly compare?: string;
  readonly from?: string;
  readonly to?: string;
  readonly currency?: string;
  readonly after?: string;
  readonly asOf?: string;
}

const modelOption = () =>
  new Option("--model <name>", "who is credited; name@version for an earlier one").default("first");
const byOption = () =>
  new Option(
    "--by <what>",
    "source, detail, content, campaign, touch, owner, segment, company, month, quarter or year",
  ).default("source");
const asOfOption = () =>
  new Option("--as-of <moment>", "what was posted by then, such as 2026-11-03T17:00:00Z");
const fromOption = () => new Option("--from <day>", "counts on this day or later: 2026-01-01");
const toOption = () => new Option("--to <day>", "the first day that does not count");

export function addRevenue(program: Command, shell: Shell): void {
  const group = program
    .command("revenue")
    .description("closed-won revenue, as models credit it to the touches that led to it")
    .addHelpText("after", examples("revenue", "revenue models", "revenue coverage"));
  addReport(group, shell);
  group
    .command("models")
    .description("every model with its version and all its weights")
    .addHelpText("after", examples("revenue models"))
    .action(async (_options, command: Command) => {
      const answer = await shell.api(command).get("/api/revenue/models");
      shell.show(command, answer, { schema: models, render: (read) => showModels(shell, read) });
    });
  group
    .command("coverage")
    .description("how much of what was won can be credited, and what stands in the way of the rest")
    .addOption(fromOption())
    .addOption(toOption())
    .addHelpText("after", examples("revenue coverage --from 2026-01-01 --to 2026-04-01"))
    .action(async ({ from, to }: Asked, command: Command) => {
      const answer = await shell.api(command).get("/api/revenue/coverage", { from, to });
      shell.show(command, answer, { schema: coverage, render: (read) => showGaps(shell, read) });
    });
  addCredits(group, shell);
}

function addReport(group: Command, shell: Shell): void {
  group
    .command("attributed", { isDefault: true })
    .description("revenue by source, campaign, owner and more")
    .addOption(modelOption())
    .addOption(byOption())
    .addOption(fromOption())
    .addOption(toOption())
    .addOption(asOfOption())
    .option("--compare <models>", "several models side by side, with the spread")
    .addHelpText(
      "after",
      examples(
        "revenue --model linear --by campaign",
        "revenue --compare first,last,linear --from 2026-01-01",
        "revenue --model u-shaped --by campaign --as-of 2026-11-03",
      ),
    )
    .action(async ({ model, by, compare, from, to, asOf }: Asked, command: Command) => {
      const api = shell.api(command);
      if (compare !== undefined) {
        const asked = { models: compare, by, from, to, asOf };
        const answer = await api.get("/api/revenue/compare", asked);
        const render = (read: z.infer<typeof comparison>) => showComparison(shell, by, read);
        return shell.show(command, answer, { schema: comparison, render });
      }
      const answer = await api.get("/api/revenue", { model, by, from, to, asOf });
      const render = (read: z.infer<typeof report>) => showReport(shell, by, read);
      return shell.show(command, answer, { schema: report, render });
    });
}

function addCredits(group: Command, shell: Shell): void {
  group
    .command("credits")
    .description("the opportunities and touches that a line of the report is made of")
    .argument("[line]", "its first column; left out: the unattributed line")
    .addOption(modelOption())
    .addOption(byOption())
    .addOption(fromOption())
    .addOption(toOption())
    .addOption(asOfOption())
    .option("--currency <code>", "only of this currency")
    .addOption(afterOption())
    .addHelpText(
      "after",
      examples("revenue credits PAID_SEARCH --model linear", "revenue credits --currency EUR"),
    )
    .action(async (of: string | undefined, asked: Asked, command: Command) => {
      const { model, by, from, to, asOf, currency, after } = asked;
      const wanted = { of, model, by, from, to, asOf, currency, after };
      const answer = await shell.api(command).get("/api/revenue/credits", wanted);
      shell.show(command, answer, { schema: credits, render: (read) => showCredits(shell, read) });
    });
}

function showReport(shell: Shell, by: string, read: z.infer<typeof report>): void {
  const { lines, totals, learned, model, modelVersion, asOf, uncredited } = read;
  const all = [...lines, ...totals.map((total) => ({ label: "total", ...total }))];
  // What was refunded, churned or renewed is shown where there is any.
  const isLater = all.some(({ revenue, closedWon }) => revenue !== closedWon);
  const later = (one: { readonly closedWon: string }) => (isLater ? [one.closedWon] : []);
  shell.table(
    [by, "revenue", ...(isLater ? ["closed-won"] : []), "currency", "won"],
    all
      .sort(byCurrency)
      .map((one) => [one.label, one.revenue, ...later(one), one.currency, one.opportunities]),
    "Nothing was won yet.",
  );
  if (totals.length > 0) shell.line(`\nmodel ${model}, version ${modelVersion}, as of ${asOf}`);
  if (uncredited > 0)
    shell.line(`${uncredited} opportunities have entries that are not credited yet.`);
  if (!learned) return;
  const { won, lost, learntAt } = learned;
  shell.line(`learnt from ${won} won and ${lost} lost opportunities, at ${learntAt}`);
  shell.line(`${learned.label}\n`);
  shell.table(
    ["source", "share", "from", "to", "removal effect", "journeys"],
    learned.shares.map(({ source, share, low, high, removalEffect, journeys }) => [
      ...[source, percent(share), percent(low), percent(high)],
      ...[removalEffect === undefined ? null : percent(removalEffect), journeys],
    ]),
    "It has learnt nothing.",
  );
}

function showComparison(shell: Shell, by: string, read: z.infer<typeof comparison>): void {
  const names = read.models.map(({ name }) => name);
  const totals = read.totals.map(({ currency, revenue }) => ({
    ...{ label: "total", currency, spread: "" },
    revenue: names.map(() => revenue),
  }));
  shell.table(
    [by, "currency", ...names, "spread"],
    [...read.lines, ...totals]
      .sort(byCurrency)
      .map(({ label, currency, revenue, spread }) => [label, currency, ...revenue, spread || null]),
    "Nothing was won yet.",
  );
  shell.line(
    `\nversions: ${read.models.map(({ name, version }) => `${name} ${version}`).join(", ")}`,
  );
  for (const { reason } of read.silent) shell.line(reason);
}

function showModels(shell: Shell, { journey, models: all }: z.infer<typeof models>): void {
  shell.table(
    ["model", "version", "credits"],
    all.map(({ name, version, state, credits: words }) => [
      ...[name, state === "in-force" ? version : `${version} (${state})`],
      words,
    ]),
    "There are no models.",
  );
  const whose = journey.persons === "roles" ? "with a role on it" : "of its account";
  const window = journey.windowDays === null ? "" : ` in the ${journey.windowDays} days before it`;
  shell.line(`\nTouches of the persons ${whose}, up to the closing${window}, with a source;`);
  shell.line(`of one source and campaign within ${journey.dedupeMinutes} minutes: the first.`);
}

function showGaps(shell: Shell, read: z.infer<typeof coverage>): void {
  shell.table(
    ["currency", "revenue", "won", "creditable", "share"],
    read.coverage.map((one) => [
      ...[one.currency, one.revenue, one.opportunities, one.covered],
      one.share === null ? null : `${one.share} %`,
    ]),
    "Nothing was won yet.",
  );
  showWithoutAmount(shell, read);
  if (read.gaps.length === 0) return;
  shell.line("");
  shell.table(
    ["gap", "revenue", "currency", "won", "begin with", "what to do"],
    read.gaps.map(({ gap, revenue, currency, opportunities, first, fix }) => [
      ...[gap, revenue, currency, opportunities],
      ...[first.map(({ name, id }) => name ?? id).at(0) ?? null, fix],
    ]),
    "",
  );
}

function showCredits(shell: Shell, read: z.infer<typeof credits>): void {
  shell.table(
    [
      ...["opportunity", "closed", "credit", "of", "currency"],
      ...["touch", "source", "person", "record", "share"],
    ],
    read.opportunities.flatMap(({ id, name, closedOn, credit, amount, currency, touches }) => {
      const [first, ...others] = touches.map((touch) => [
        ...[touch.at.slice(0, 16), touch.campaign ?? touch.source, touch.personId],
        ...[`${touch.object} ${touch.recordId}`, touch.credit],
      ]);
      const none = [null, null, null, null, null];
      return [
        [name ?? id, closedOn, credit, amount, currency, ...(first ?? none)],
        ...others.map((touch) => ["", "", "", "", "", ...touch]),
      ];
    }),
    "No opportunity has a share in it.",
  );
  shell.more(read.next);
}

function showWithoutAmount(shell: Shell, read: { readonly withoutAmount: number }): void {
  if (read.withoutAmount > 0) shell.line(`\n${read.withoutAmount} won without an amount.`);
}

/** The order within a currency is the API's. */
function byCurrency(one: { readonly currency: string }, other: typeof one): number {
  if (one.currency === other.currency) return 0;
  return one.currency < other.currency ? -1 : 1;
}

function percent(share: number): string {
  return (share * 100).toFixed(2);
}
