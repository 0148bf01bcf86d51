import type { Command } from "commander";
import * as z from "zod";
import { Failure } from "../failure.ts";
import { entry, line } from "../ledger-schemas.ts";
import { showEntries, showLines } from "../ledger-table.ts";
import { readCsv } from "../read-csv.ts";
import { afterOption, becauseOption, examples, type Shell } from "../shell.ts";

const listed = z.object({
  entries: entry.array(),
  lines: line.array(),
  corporate: line.array(),
  shortened: z.literal(true).optional(),
});

const part = z.object({
  chains: z.number(),
  entries: z.number(),
  broken: z.array(z.object({ opportunityId: z.string(), sequence: z.number(), says: z.string() })),
});

const periods = z.object({
  periods: z.number(),
  broken: z.array(z.object({ period: z.string(), says: z.string() })),
});

const FACT_COLUMNS = ["opportunity", "kind", "amount", "currency", "day", "reference"] as const;

/** The ledger is checked in sixteenths, so that each fits into one answer. */
const SHARDS = [..."0123456789abcdef"];

export function addLedger(program: Command, shell: Shell): void {
  const group = program
    .command("ledger")
    .description("what was booked, amended, reversed and refunded; it is never edited");
  addList(group, shell);
  addVerify(group, shell);
  addRefused(group, shell);
  addImport(group, shell);
}

function addImport(group: Command, shell: Shell): void {
  group
    .command("import")
    .description("posts refunds, churn and renewals from a CSV file; each reference once")
    .argument("<file>", "with the columns opportunity, kind, amount, currency, day, reference")
    .addOption(becauseOption())
    .addHelpText("after", examples("ledger import refunds.csv --because 'refunds of October'"))
    .action(async (file: string, { because }: { because: string }, command: Command) => {
      const facts = readCsv(file, { columns: FACT_COLUMNS });
      const answer = await shell
        .api(command, "finance")
        .post("/api/ledger/import", { facts, because });
      const schema = z.object({ posted: z.number(), known: z.number() });
      const render = ({ posted, known }: z.infer<typeof schema>) =>
        shell.line(`${posted} entries posted, ${known} were posted before`);
      shell.show(command, answer, { schema, render });
    });
}

interface Asked {
  readonly period?: string;
  readonly opportunity?: string;
}

function addList(group: Command, shell: Shell): void {
  group
    .command("list")
    .description("entries of a month, a quarter, or one opportunity, and their sums")
    .option("--period <month>", "such as 2026-10 or 2026-Q3")
    .option("--opportunity <id>", "Accord's own, as 'accord explain' shows it")
    .addHelpText("after", examples("ledger list --period 2026-10"))
    .action(async ({ period, opportunity }: Asked, command: Command) => {
      if ((period === undefined) === (opportunity === undefined))
        throw new Failure("usage", "give --period or --opportunity");
      const answer = await shell.api(command).get("/api/ledger", { period, opportunity });
      shell.show(command, answer, {
        schema: listed,
        render(read) {
          showEntries(shell, read.entries, "Nothing was posted.");
          if (read.entries.length === 0) return;
          if (read.shortened) shell.line("... and more; the sums are of all of them");
          shell.line("");
          showLines(shell, read.lines, "");
          shell.line("\nIn the corporate currency\n");
          showLines(shell, read.corporate, "");
        },
      });
    });
}

function addVerify(group: Command, shell: Shell): void {
  group
    .command("verify")
    .description("checks every chain, its end, and every closed month; exit code 1: one is broken")
    .addHelpText("after", examples("ledger verify", "ledger verify --json"))
    .action(async (_options, command: Command) => {
      const api = shell.api(command);
      const broken: z.infer<typeof part>["broken"] = [];
      const found = { chains: 0, entries: 0, broken };
      for (const shard of SHARDS) {
        const { json } = await api.get("/api/ledger/verify", { shard });
        const read = part.parse(json);
        found.chains += read.chains;
        found.entries += read.entries;
        found.broken.push(...read.broken);
      }
      // Reports are made of entries: what they would say of broken ones means nothing.
      const closed =
        found.broken.length > 0
          ? undefined
          : periods.parse((await api.get("/api/ledger/verify/periods")).json);
      const all = { ...found, ...(closed ? { closed } : {}) };
      const answer = { text: JSON.stringify(all), json: all };
      shell.show(command, answer, { schema: z.unknown(), render: () => showVerified(shell, all) });
      if (found.broken.length > 0 || closed?.broken.length !== 0)
        throw new Failure("refused", "the ledger is not what was posted");
    });
}

function showVerified(
  shell: Shell,
  all: z.infer<typeof part> & { readonly closed?: z.infer<typeof periods> },
): void {
  const { chains, entries, broken, closed } = all;
  const months = closed ? `${closed.periods} closed months` : "closed months not looked at";
  shell.line(`${chains} chains with ${entries} entries, ${months}`);
  const wrong = [
    ...broken.map((one) => [one.opportunityId, one.sequence, one.says]),
    ...(closed?.broken ?? []).map((one) => [one.period, "-", one.says]),
  ];
  shell.table(["broken", "first wrong entry", "what"], wrong, "All is as it was posted.");
}

const refused = z.object({
  items: z.array(
    z.object({
      opportunity: z.string(),
      at: z.string(),
      refusals: z.array(z.object({ name: z.string(), says: z.string(), remedy: z.string() })),
    }),
  ),
  next: z.string().optional(),
});

function addRefused(group: Command, shell: Shell): void {
  group
    .command("refused")
    .description("what was not posted, why, and what to do about it")
    .addOption(afterOption())
    .addHelpText("after", examples("ledger refused"))
    .action(async ({ after }: { after?: string }, command: Command) => {
      const answer = await shell.api(command).get("/api/ledger/refused", { after });
      shell.show(command, answer, {
        schema: refused,
        render({ items, next }) {
          shell.table(
            ["opportunity", "since", "refused", "why", "remedy"],
            items.flatMap(({ opportunity, at, refusals }) =>
              refusals.map((one) => [opportunity, at, one.name, one.says, one.remedy]),
            ),
            "Nothing is refused.",
          );
          shell.more(next);
        },
      });
    });
  group
    .command("retry")
    .description("judges once more what was refused")
    .addOption(becauseOption())
    .addHelpText("after", examples("ledger retry --because 'CHF has a rate now'"))
    .action(async ({ because }: { because: string }, command: Command) => {
      const answer = await shell.api(command, "finance").post("/api/ledger/retry", { because });
      const schema = z.object({ tried: z.number(), posted: z.number(), left: z.number() });
      const render = ({ tried, posted, left }: z.infer<typeof schema>) =>
        shell.line(`${tried} opportunities tried, ${posted} entries posted, ${left} still refused`);
      shell.show(command, answer, { schema, render });
    });
  group
    .command("catch-up")
    .description("judges every opportunity by its record, as is done once a day")
    .addOption(becauseOption())
    .addHelpText("after", examples("ledger catch-up --because 'the first deployment'"))
    .action(async ({ because }: { because: string }, command: Command) => {
      const answer = await shell.api(command, "finance").post("/api/ledger/catch-up", { because });
      const render = () => shell.line("Started. See it by: accord ledger list");
      shell.show(command, answer, { schema: z.object({ started: z.literal(true) }), render });
    });
}
