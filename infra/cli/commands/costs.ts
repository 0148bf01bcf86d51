import { type Command, Option } from "commander";
import * as z from "zod";
import { readCsv } from "../read-csv.ts";
import { becauseOption, examples, type Shell } from "../shell.ts";

const imported = z.object({ posted: z.number(), known: z.number() });

const listed = z.object({
  costs: z.array(
    z.object({
      campaign: z.string(),
      period: z.string(),
      reference: z.string(),
      correction: z.number(),
      stands: z.boolean(),
      currency: z.string(),
      amount: z.string(),
      corporateCurrency: z.string(),
      corporate: z.string(),
      rate: z.object({ rate: z.string(), source: z.string(), day: z.string() }),
      postedAt: z.string(),
      actor: z.string(),
      because: z.string(),
    }),
  ),
  shortened: z.literal(true).optional(),
});

const sums = z.object({
  currency: z.string(),
  revenue: z.string(),
  cost: z.string(),
  return: z.string(),
  returnOnCost: z.string().nullable(),
  opportunities: z.number(),
});

const returns = z.object({
  model: z.string(),
  modelVersion: z.string(),
  asOf: z.string(),
  lines: z.array(sums.extend({ label: z.string(), has: z.string() })),
  totals: z.array(sums),
  uncredited: z.number(),
});

/** Adds what campaigns cost, and what they returned, to `accord revenue`. */
export function addCosts(program: Command, shell: Shell): void {
  const group = program.commands.find((one) => one.name() === "revenue");
  if (!group) throw new Error("there is no command revenue to add to");
  const costs = group.command("costs").description("what campaigns cost, month by month");
  addImport(costs, shell);
  addList(costs, shell);
  addReturns(group, shell);
}

function addImport(group: Command, shell: Shell): void {
  group
    .command("import")
    .description("posts what campaigns cost from a CSV file; the same line once")
    .argument(
      "<file>",
      "with the columns campaign, period, amount, currency; and reference, correction where needed",
    )
    .addOption(becauseOption())
    .addHelpText("after", examples("revenue costs import costs.csv --because 'bills of October'"))
    .action(async (file: string, { because }: { because: string }, command: Command) => {
      const costs = readCsv(file, {
        columns: ["campaign", "period", "amount", "currency"],
        optional: ["reference", "correction"],
      });
      const answer = await shell
        .api(command, "finance")
        .post("/api/revenue/costs/import", { costs, because });
      const render = ({ posted, known }: z.infer<typeof imported>) =>
        shell.line(`${posted} costs posted, ${known} were posted before`);
      shell.show(command, answer, { schema: imported, render });
    });
}

function addList(group: Command, shell: Shell): void {
  group
    .command("list")
    .description("costs with their corrections, and the rates that were frozen")
    .option("--period <month>", "such as 2026-10, 2026-Q3 or 2026")
    .addHelpText("after", examples("revenue costs list", "revenue costs list --period 2026-10"))
    .action(async ({ period }: { period?: string }, command: Command) => {
      const answer = await shell.api(command).get("/api/revenue/costs", { period });
      shell.show(command, answer, { schema: listed, render: (read) => showCosts(shell, read) });
    });
}

function addReturns(group: Command, shell: Shell): void {
  group
    .command("roi")
    .description("what campaigns earned beside what they cost, in the corporate currency")
    .addOption(
      new Option("--model <name>", "who is credited; name@version for an earlier one").default(
        "first",
      ),
    )
    .addOption(new Option("--by <what>", "costs are known by campaign").default("campaign"))
    .option("--from <day>", "counts from this month on: 2026-01-01")
    .option("--to <day>", "the first day of the first month that does not count")
    .option("--as-of <moment>", "what was posted by then, such as 2026-11-03T17:00:00Z")
    .addHelpText(
      "after",
      examples(
        "revenue roi --model linear --by campaign",
        "revenue roi --from 2026-07-01 --to 2026-10-01 --as-of 2026-11-03",
      ),
    )
    .action(async (asked: Record<string, string>, command: Command) => {
      const answer = await shell.api(command).get("/api/revenue/roi", asked);
      shell.show(command, answer, { schema: returns, render: (read) => showReturns(shell, read) });
    });
}

function showCosts(shell: Shell, { costs, shortened }: z.infer<typeof listed>): void {
  shell.table(
    [
      ...["campaign", "month", "amount", "currency", "corporate", "rate", "of"],
      ...["reference", "stands", "posted", "by", "because"],
    ],
    costs.map((one) => [
      ...[one.campaign, one.period, one.amount, one.currency],
      ...[`${one.corporateCurrency} ${one.corporate}`, one.rate.rate, one.rate.day],
      one.correction === 0 ? one.reference : `${one.reference}, correction ${one.correction}`,
      ...[one.stands ? "yes" : "no", one.postedAt.slice(0, 10), one.actor, one.because],
    ]),
    "No cost is known.",
  );
  if (shortened) shell.line("... and more: ask for one by --period");
}

function showReturns(shell: Shell, read: z.infer<typeof returns>): void {
  const { lines, totals, model, modelVersion, asOf, uncredited } = read;
  const all = [...lines, ...totals.map((one) => ({ label: "total", has: "both", ...one }))];
  shell.table(
    ["campaign", "revenue", "cost", "return", "return on cost", "currency", "won"],
    all.map((one) => [
      one.label,
      one.has === "cost" ? null : one.revenue,
      one.has === "revenue" ? null : one.cost,
      ...[one.return, one.returnOnCost, one.currency, one.opportunities],
    ]),
    "Nothing was won or spent yet.",
  );
  if (totals.length > 0) shell.line(`\nmodel ${model}, version ${modelVersion}, as of ${asOf}`);
  if (uncredited > 0)
    shell.line(`${uncredited} opportunities have entries that are not credited yet.`);
}
