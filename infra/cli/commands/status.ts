import type { Command } from "commander";
import * as z from "zod";
import { examples, type Shell } from "../shell.ts";

const standing = z.object({
  records: z.number(),
  openConflicts: z.number(),
  decidedConflicts: z.number(),
  parkedFields: z.number(),
});

const status = z.object({
  countedAt: z.string(),
  records: z.record(z.string(), z.record(z.string(), standing)),
  parkedByCause: z.record(z.string(), z.number()),
  openByField: z.record(z.string(), z.number()),
  queues: z.record(
    z.string(),
    z.object({
      waiting: z.number(),
      inHand: z.number(),
      delayed: z.number(),
      oldestMs: z.number().nullable(),
    }),
  ),
  budgets: z.record(
    z.string(),
    z.object({
      window: z
        .object({
          seconds: z.number(),
          limit: z.number(),
          usedByLive: z.number(),
          usedByBulk: z.number(),
          usedByOthers: z.number(),
          left: z.number(),
          keptForLive: z.number(),
        })
        .optional(),
      daily: z.object({ max: z.number(), used: z.number() }).optional(),
      today: z.object({ live: z.number(), bulk: z.number() }),
    }),
  ),
  lags: z.record(
    z.string(),
    z.object({
      count: z.number(),
      p50Ms: z.number().nullable(),
      p95Ms: z.number().nullable(),
      p99Ms: z.number().nullable(),
    }),
  ),
  runs: z.array(z.object({ id: z.string(), state: z.string(), items: z.number() })),
  offers: z.array(z.object({ id: z.string(), state: z.string(), because: z.string() })),
  polls: z.array(
    z.object({ name: z.string(), readUpTo: z.string().nullable(), caughtUp: z.boolean() }),
  ),
});

const deadLetters = z.object({
  queues: z.array(
    z.object({ queue: z.string(), count: z.number(), oldestAt: z.string().nullable() }),
  ),
});

type DeadLetters = z.infer<typeof deadLetters>["queues"];

export function addStatus(program: Command, shell: Shell): void {
  program
    .command("status")
    .description("records by kind and status, how far the polls are, and what waits for a person")
    .option("--now", "count the records now; else it is said when they were counted last")
    .addHelpText("after", examples("status", "status --now --json | jq .records.person"))
    .action(async ({ now }: { readonly now?: true }, command: Command) => {
      const api = shell.api(command);
      const answer = await api.get("/api/status", now ? { count: "now" } : {});
      const dead = deadLetters.safeParse((await api.get("/api/dead-letters")).json).data?.queues;
      shell.show(command, answer, {
        schema: status,
        render: (read) => render(shell, read, dead),
      });
    });
}

type Status = z.infer<typeof status>;

function render(shell: Shell, read: Status, dead: DeadLetters = []) {
  const { countedAt, records, parkedByCause, openByField, polls, budgets } = read;
  const rows = Object.entries(records).flatMap(([kind, statuses]) =>
    Object.entries(statuses)
      .filter(([, { records: count }]) => count > 0)
      .map(([name, one]) => ({ kind, name, ...one })),
  );
  shell.table(
    ["kind", "status", "records", "open conflicts", "decided", "parked"],
    rows.map((one) => [
      one.kind,
      one.name,
      one.records,
      one.openConflicts,
      one.decidedConflicts,
      one.parkedFields,
    ]),
    "There are no records yet.",
  );
  shell.line(`counted at ${countedAt}`);
  shell.line("");
  shell.table(
    ["poll", "last change read", "first load"],
    polls
      .filter(({ readUpTo }) => readUpTo !== null)
      .map(({ name, readUpTo, caughtUp }) => [
        name.replaceAll("#", " "),
        readUpTo,
        caughtUp ? "done" : "under way",
      ])
      .sort(),
    "No poll has run yet.",
  );
  shell.line("");
  renderBudgets(shell, budgets);
  shell.line("");
  renderLags(shell, read.lags);
  shell.line("");
  for (const { id, state, items } of read.runs) shell.line(`${id}: ${state}, ${items} records`);
  for (const { id, state, because } of read.offers)
    shell.line(`${id}: offered, ${state}: ${because}`);
  renderQueues(shell, read.queues);
  shell.line("");
  const letters = dead.filter(({ count }) => count > 0);
  shell.line(`parked values   ${counted(parkedByCause)}`);
  shell.line(`open conflicts  ${counted(openByField)}`);
  shell.line(
    `dead letters    ${letters.map(({ queue, count, oldestAt }) => `${count} ${queue}${oldestAt ? `, since ${oldestAt}` : ""}`).join("; ") || "none"}`,
  );
}

/** `3 too-long, 1 unknown`. */
function counted(counts: Readonly<Record<string, number>>): string {
  const words = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
  return words.length === 0 ? "none" : words.join(", ");
}

/** A message that waits cannot have been sent before what was taken last. */
function renderQueues(shell: Shell, queues: Status["queues"]): void {
  const oldest = ({ waiting, oldestMs }: Status["queues"][string]) => {
    if (waiting === 0) return "-";
    return oldestMs === null
      ? "not known: none was taken in two hours"
      : `${Math.ceil(oldestMs / 1000)} s at the most`;
  };
  shell.table(
    ["queue", "waiting", "in hand", "delayed", "the oldest waits"],
    Object.entries(queues).map(([name, one]) => [
      name,
      one.waiting,
      one.inHand,
      one.delayed,
      oldest(one),
    ]),
    "There are no queues.",
  );
}

/** How long it took from being told to having written, and in the queues, in this hour and the last. */
function renderLags(shell: Shell, lags: Status["lags"]): void {
  const within = (ms: number | null) => (ms === null ? "longer" : `${ms / 1000} s`);
  shell.table(
    ["within the last two hours", "changes", "half within", "95 %", "99 %"],
    Object.entries(lags)
      .filter(([, { count }]) => count > 0)
      .map(([what, { count, p50Ms, p95Ms, p99Ms }]) => [
        what,
        count,
        within(p50Ms),
        within(p95Ms),
        within(p99Ms),
      ]),
    "Nothing was timed in the last two hours.",
  );
}

/** How much of each limit is used, of the latest seconds and of the day. */
function renderBudgets(shell: Shell, budgets: Status["budgets"]): void {
  shell.table(
    ["limit", "of", "used live", "bulk", "others", "left", "kept for live", "used of the day"],
    Object.entries(budgets).map(([name, { window, daily, today }]) => [
      name,
      window ? `${window.limit} in ${window.seconds} s` : "no window",
      window?.usedByLive ?? "",
      window?.usedByBulk ?? "",
      window?.usedByOthers ?? "",
      window?.left ?? "",
      window?.keptForLive ?? "",
      daily ? `${daily.used} of ${daily.max}` : `${today.live + today.bulk} by Accord`,
    ]),
    "No limit is known yet.",
  );
}
