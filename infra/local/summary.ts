import type { PollProgress, Revenue, Status } from "./status.ts";

export interface Run {
  readonly before: PollProgress;
  readonly after: Status;
  readonly revenue: Revenue;
  readonly deadLetters: number;
  readonly seconds: number;
}

/** What was done and where things stand, in numbers. Writes and calls are this run's. */
export function summarize({ before, after, revenue, deadLetters, seconds }: Run) {
  const done = (counter: string) => (after.counts[counter] ?? 0) - (before.counts[counter] ?? 0);
  const sum = (pick: (kind: string, status: string) => number) =>
    Object.entries(after.records)
      .flatMap(([kind, statuses]) => Object.keys(statuses).map((status) => pick(kind, status)))
      .reduce((total, one) => total + one, 0);
  const at = (kind: string, status: string) => after.records[kind]?.[status];
  const linked = (kind: string) => at(kind, "linked")?.records ?? 0;
  const calls = { hubspot: done("hubspotCalls"), salesforce: done("salesforceCalls") };
  const persons = linked("person");
  const all = sum((kind, status) => at(kind, status)?.records ?? 0);
  return {
    persons,
    companies: linked("company"),
    opportunities: linked("opportunity"),
    excluded: sum((kind, status) => (status === "excluded" ? (at(kind, status)?.records ?? 0) : 0)),
    ambiguous: sum((kind, status) =>
      status === "ambiguous" ? (at(kind, status)?.records ?? 0) : 0,
    ),
    writes: {
      hubspot: { creates: done("hubspotCreates"), updates: done("hubspotUpdates") },
      salesforce: { creates: done("salesforceCreates"), updates: done("salesforceUpdates") },
    },
    proposed: sum((kind, status) => at(kind, status)?.proposals ?? 0),
    conflicts: {
      open: sum((kind, status) => at(kind, status)?.openConflicts ?? 0),
      decided: sum((kind, status) => at(kind, status)?.decidedConflicts ?? 0),
    },
    parked: sum((kind, status) => at(kind, status)?.parkedFields ?? 0),
    deadLetters,
    calls,
    callsPerPerson: ratio(calls.hubspot + calls.salesforce, persons),
    callsPerRecord: ratio(calls.hubspot + calls.salesforce, all),
    revenue,
    seconds: Math.round(seconds * 10) / 10,
    peakMemoryMiB: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}

function ratio(one: number, other: number): number {
  return other === 0 ? 0 : Math.round((one / other) * 10_000) / 10_000;
}

export type Summary = ReturnType<typeof summarize>;

/** The summary as a person reads it. */
export function renderSummary(summary: Summary, observe: boolean): string {
  const { writes, calls, conflicts, revenue } = summary;
  const count = (number: number) => number.toLocaleString("en-US");
  const row = (label: string, text: string) => `  ${label.padEnd(22)} ${text}`;
  const written = ({ creates, updates }: { creates: number; updates: number }) =>
    `${count(creates)} created, ${count(updates)} updated`;
  return [
    "",
    observe ? "Observed; nothing was written to a CRM" : "Both sides are at the same state",
    "",
    row("persons linked", count(summary.persons)),
    row("companies linked", count(summary.companies)),
    row("opportunities linked", count(summary.opportunities)),
    row("excluded, ambiguous", `${count(summary.excluded)}, ${count(summary.ambiguous)}`),
    row("HubSpot", `${written(writes.hubspot)}; ${count(calls.hubspot)} API calls`),
    row("Salesforce", `${written(writes.salesforce)}; ${count(calls.salesforce)} API calls`),
    ...(observe ? [row("would be written", `${count(summary.proposed)} (see each record)`)] : []),
    row("conflicts", `${count(conflicts.decided)} decided, ${count(conflicts.open)} open`),
    row("parked fields", count(summary.parked)),
    ...(summary.deadLetters > 0 ? [row("DEAD LETTERS", count(summary.deadLetters))] : []),
    row(
      "measured",
      `${summary.seconds} s, ${count(summary.peakMemoryMiB)} MiB at the peak, ${summary.callsPerRecord} calls a record (${summary.callsPerPerson} a person)`,
    ),
    "",
    "Revenue by first-touch source",
    "",
    ...revenueRows(revenue),
    "",
  ].join("\n");
}

function revenueRows({ lines, totals }: Revenue): string[] {
  if (totals.length === 0) return ["  nothing is closed and won yet"];
  const labels = [...lines.map(({ label }) => label), "total"];
  const width = Math.max(...labels.map((label) => label.length));
  const amounts = [...lines, ...totals].map(({ revenue }) => grouped(revenue).length);
  const right = Math.max(...amounts);
  const row = (label: string, { currency, revenue, opportunities }: Revenue["totals"][number]) =>
    `  ${label.padEnd(width)}  ${grouped(revenue).padStart(right)} ${currency}  ${String(opportunities).padStart(5)} won`;
  const perCurrency = totals.flatMap((total) => [
    ...lines
      .filter(({ currency }) => currency === total.currency)
      .map((line) => row(line.label, line)),
    row("total", total),
    "",
  ]);
  return [...perCurrency.slice(0, -1)];
}

/** Thousands set apart, digit for digit: an amount is text and is never made a number. */
function grouped(decimal: string): string {
  const [whole = "", fraction] = decimal.split(".");
  const apart = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? apart : `${apart}.${fraction}`;
}
