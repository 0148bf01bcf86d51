import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import * as z from "zod";
import type { Answer } from "../api.ts";
import { Failure } from "../failure.ts";
import { entry, report, type TieOutResult, tieOut } from "../ledger-schemas.ts";
import { showEntries, showLines } from "../ledger-table.ts";
import { becauseOption, examples, type Shell } from "../shell.ts";

/** Adds what finance does to `accord revenue`. */
export function addPeriods(program: Command, shell: Shell): void {
  const group = program.commands.find((one) => one.name() === "revenue");
  if (!group) throw new Error("there is no command revenue to add to");
  addClose(group, shell);
  addReport(group, shell);
  addRestatements(group, shell);
  addTieOut(group, shell);
}

const close = z.object({
  period: z.string(),
  cutoff: z.string(),
  closedAt: z.string(),
  by: z.string(),
  because: z.string(),
  reportHash: z.string(),
});

interface CloseOptions {
  readonly because: string;
  readonly wait: boolean;
}

/** A month stands still a minute after the last entry of it was posted. */
const ASK_AGAIN_MS = 10_000;
const MOST_TRIES = 9;

/** Closes as soon as the month stands still, or says after a minute and a half that it does not. */
async function onceStill(shell: Shell, post: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await post();
    } catch (error) {
      const isMoving = error instanceof Failure && error.message.startsWith("still-moving");
      if (!isMoving || tries === MOST_TRIES) throw error;
      if (tries === 1 && shell.terminal.columns !== undefined)
        shell.terminal.err(
          "Entries of it were posted within the last minute: waiting for it to stand still.\n",
        );
      await sleep(ASK_AGAIN_MS);
    }
  }
}

function addClose(group: Command, shell: Shell): void {
  group
    .command("close")
    .description("closes a month; what changes later is restated in the month that is open then")
    .argument("<month>", "such as 2026-10")
    .addOption(becauseOption())
    .option("--no-wait", "is refused while entries of the month are still coming in")
    .addHelpText("after", examples("revenue close 2026-10 --because 'the books of October'"))
    .action(async (month: string, { because, wait }: CloseOptions, command: Command) => {
      const path = `/api/revenue/periods/${encodeURIComponent(month)}/close`;
      const post = () => shell.api(command, "finance").post(path, { because });
      const answer = wait ? await onceStill(shell, post) : await post();
      shell.show(command, answer, {
        schema: close.extend({ report: z.string() }),
        render(read) {
          shell.line(
            `${read.period} is closed as of ${read.cutoff}. Its report: ${read.reportHash}`,
          );
          showReport(shell, read.report);
        },
      });
    });
  group
    .command("periods")
    .description("the months that are closed")
    .addHelpText("after", examples("revenue periods"))
    .action(async (_options, command: Command) => {
      const answer = await shell.api(command).get("/api/revenue/periods");
      shell.show(command, answer, {
        schema: z.object({ periods: close.array() }),
        render: ({ periods }) =>
          shell.table(
            ["month", "closed", "by", "because", "report"],
            periods.map((one) => [one.period, one.closedAt, one.by, one.because, one.reportHash]),
            "No month is closed yet: accord revenue close --help",
          ),
      });
    });
}

const reportText = z.object({
  period: z.string(),
  report: z.string(),
  reportHash: z.string(),
  closed: z.boolean(),
});

function addReport(group: Command, shell: Shell): void {
  group
    .command("report")
    .description("a month's report as of any moment, byte for byte what it was then")
    .argument("<month>", "such as 2026-10")
    .option("--as-of <moment>", "such as 2026-11-03 or 2026-11-03T17:00:00Z")
    .option("--text", "prints the very text that the hash is of")
    .addHelpText(
      "after",
      examples("revenue report 2026-10", "revenue report 2026-10 --as-of 2026-11-03"),
    )
    .action(
      async (month: string, { asOf, text }: { asOf?: string; text?: true }, command: Command) => {
        const path = `/api/revenue/periods/${encodeURIComponent(month)}`;
        const answer = await shell.api(command).get(path, { asOf });
        shell.show(command, answer, {
          schema: reportText,
          render(read) {
            if (text) return shell.terminal.out(read.report);
            shell.line(`${read.period}, ${read.closed ? "closed" : "open"}: ${read.reportHash}`);
            showReport(shell, read.report);
          },
        });
      },
    );
}

function showReport(shell: Shell, text: string): void {
  const read = report.safeParse(JSON.parse(text)).data;
  if (!read) throw new Failure("refused", "the report is of another version: see it by --json");
  shell.line("");
  showLines(shell, read.lines, `Nothing counts in ${read.period}.`);
  if (read.lines.length > 0) {
    shell.line("\nIn the corporate currency\n");
    showLines(shell, read.corporate, "");
  }
  if (read.restatements.length === 0) return;
  shell.line("\nRestated of months before\n");
  showEntries(shell, read.restatements, "");
}

const restatements = z.object({
  months: z.array(
    z.object({
      month: z.string(),
      currency: z.string(),
      before: z.string(),
      after: z.string(),
      difference: z.string(),
    }),
  ),
  entries: entry
    .extend({ month: z.string(), reportedIn: z.string(), restates: z.boolean() })
    .array(),
});

function addRestatements(group: Command, shell: Shell): void {
  group
    .command("restatements")
    .description("what months said at two moments, and every entry that the difference is made of")
    .requiredOption("--between <moments...>", "two, such as 2026-11-01 2026-11-20")
    .addHelpText("after", examples("revenue restatements --between 2026-11-01 2026-11-20"))
    .action(async ({ between }: { between: readonly string[] }, command: Command) => {
      const [from, to, ...others] = between;
      if (from === undefined || to === undefined || others.length > 0)
        throw new Failure("usage", "--between takes two moments: the earlier, and the later");
      const answer = await shell.api(command).get("/api/revenue/restatements", { from, to });
      shell.show(command, answer, {
        schema: restatements,
        render(read) {
          shell.table(
            ["month", "currency", "before", "after", "difference"],
            read.months.map((one) => [
              one.month,
              one.currency,
              one.before,
              one.after,
              one.difference,
            ]),
            "Nothing changed between the two.",
          );
          if (read.entries.length === 0) return;
          shell.line("");
          shell.table(
            [
              "month",
              "reported in",
              "opportunity",
              "no",
              "kind",
              "amount",
              "currency",
              "posted",
              "by",
              "because",
            ],
            read.entries.map((one) => [
              one.month,
              one.restates ? `${one.reportedIn} (restated)` : one.reportedIn,
              one.opportunity,
              one.sequence,
              one.kind,
              one.amount,
              one.currency,
              one.postedAt,
              one.actor,
              one.because,
            ]),
            "",
          );
        },
      });
    });
}

/** A tie-out reads some thousand deals; one that takes longer than this is looked at by a person. */
const MOST_LOOKS = 300;
const LOOK_MS = 1000;

function addTieOut(group: Command, shell: Shell): void {
  group
    .command("tieout")
    .description("holds the ledger against both CRMs' closed-won; exit code 1: they do not meet")
    .requiredOption("--period <period>", "a month, quarter or year: 2026-10, 2026-Q3, 2026")
    .option("--because <why>", "why, kept in the audit", "a tie-out")
    .addHelpText("after", examples("revenue tieout --period 2026-Q3"))
    .action(async ({ period, because }: { period: string; because: string }, command: Command) => {
      const api = shell.api(command, "finance");
      const started = await api.post("/api/revenue/tieouts", { period, because });
      const { id } = tieOut.parse(started.json);
      for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
        const answer = await api.get(`/api/revenue/tieouts/${encodeURIComponent(id)}`);
        const { result } = tieOut.parse(answer.json);
        if (result) {
          shell.show(command, answer, {
            schema: tieOut,
            render: () => showTieOut(shell, result),
          });
          if (result.meets) return;
          throw new Failure("refused", `the ledger and the CRMs do not meet in ${period}`);
        }
        await sleep(LOOK_MS);
      }
      throw new Failure(
        "refused",
        `${id} takes longer than usual: see the log of accord-work-runs`,
      );
    });
}

function showTieOut(shell: Shell, { days, meets, salesforce, hubspot, differences }: TieOutResult) {
  shell.line(`Closed-won from ${days.from} to ${days.to}\n`);
  const rows = [
    ...salesforce.map((one) => ({ system: "Salesforce", ...one })),
    ...hubspot.map((one) => ({ system: "HubSpot", ...one })),
  ];
  shell.table(
    ["system", "deals in", "sums in", "there", "ledger", "difference"],
    rows.map((one) => [one.system, one.currency, one.sumsIn, one.crm, one.ledger, one.difference]),
    "Nothing is closed and won on these days, here and there.",
  );
  if (meets) return shell.line("\nThey meet, to the last minor unit.");
  shell.line("");
  shell.table(
    ["system", "opportunity", "deal", "there", "ledger", "difference", "cause", "says"],
    differences.map((one) => [
      one.system,
      one.opportunity ?? null,
      one.deal ?? null,
      one.crm ?? null,
      one.ledger ?? null,
      one.difference,
      one.cause,
      one.says,
    ]),
    "Every deal's own amount meets.",
  );
}
