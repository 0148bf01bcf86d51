import { type Command, Option } from "commander";
import * as z from "zod";
import { addDecimals } from "../add-decimals.ts";
import { examples, type Shell } from "../shell.ts";

const line = z.object({
  where: z.string(),
  cohort: z.string().nullable(),
  value: z.string().nullable(),
  monthsSince: z.number().nullable(),
  currency: z.string(),
  persons: z.number(),
  customers: z.number(),
  won: z.number(),
  revenue: z.string(),
});

type Line = z.infer<typeof line>;

const page = z.object({ asOf: z.string(), lines: line.array(), next: z.string().optional() });

interface Asked {
  readonly by: string;
  readonly kind?: string;
  readonly from?: string;
  readonly to?: string;
}

/** Adds cohorts to `accord revenue`. */
export function addCohorts(program: Command, shell: Shell): void {
  const group = program.commands.find((one) => one.name() === "revenue");
  if (!group) throw new Error("there is no command revenue to add to");
  group
    .command("cohorts")
    .description("what came of persons by the month in which they began, month by month since")
    .addOption(
      new Option("--by <moment>", "when somebody began")
        .choices(["first-touch", "lead-created"])
        .default("first-touch"),
    )
    .addOption(
      new Option("--kind <what>", "of the touch they began with").choices(["source", "campaign"]),
    )
    .option("--from <day>", "who began on this day or later: 2026-01-01")
    .option("--to <day>", "the first day that does not count")
    .addHelpText(
      "after",
      examples(
        "revenue cohorts --by first-touch",
        "revenue cohorts --by lead-created --kind source --from 2026-01-01",
      ),
    )
    .action(async (asked: Asked, command: Command) => {
      const { asOf, lines } = await allPages(shell, command, asked);
      const json = { ...asked, asOf, lines };
      const answer = { text: JSON.stringify(json), json };
      const render = () => showCohorts(shell, asked, { asOf, lines });
      shell.show(command, answer, { schema: z.unknown(), render });
    });
}

/** Reads all pages, and adds up their lines. */
async function allPages(shell: Shell, command: Command, { by, kind, from, to }: Asked) {
  const api = shell.api(command);
  const sums = new Map<string, Line>();
  let asOf: string | undefined;
  let after: string | undefined;
  do {
    const asked = { by, kind, from, to, asOf, after };
    const read = page.parse((await api.get("/api/revenue/cohorts", asked)).json);
    for (const one of read.lines) addTo(sums, one);
    asOf ??= read.asOf;
    after = read.next;
  } while (after !== undefined);
  return { asOf, lines: [...sums.values()].sort(inOrder) };
}

function addTo(sums: Map<string, Line>, one: Line): void {
  const { where, cohort, value, monthsSince, currency } = one;
  const key = JSON.stringify([where, cohort, value, monthsSince, currency]);
  const before = sums.get(key);
  sums.set(key, before ? addedTo(before, one) : one);
}

const PLACES = ["cohort", "outside", "nobody"];

/** By cohort, source or campaign, and month; those that are in no cohort last. */
function inOrder(one: Line, other: Line): number {
  return placeOf(one) < placeOf(other) ? -1 : 1;
}

function placeOf({ where, cohort, value, monthsSince, currency }: Line): string {
  // In the order of numbers, those below zero too.
  const month = monthsSince === null ? "" : String(monthsSince + 50_000);
  return JSON.stringify([PLACES.indexOf(where), cohort ?? "", value ?? "", currency, month]);
}

function showCohorts(
  shell: Shell,
  { by, kind }: Asked,
  { asOf, lines }: { readonly asOf: string | undefined; readonly lines: readonly Line[] },
): void {
  const began = by === "first-touch" ? "first touch" : "lead";
  const cells = (one: Line) => [one.customers, one.won, one.revenue];
  const sum = (some: readonly Line[]) => some.reduce((all, one) => addedTo(all, one));
  const groups = Map.groupBy(lines, ({ where, cohort, value, currency }) =>
    JSON.stringify([where, cohort, value, currency]),
  );
  const rows = [...groups.values()].flatMap((group) => {
    const all = sum(group);
    const name = nameOf(all, began);
    const place = kind === undefined ? [name] : [name, all.value ?? `(no ${kind})`];
    const months = group.filter(({ monthsSince }) => monthsSince !== null);
    let so = "";
    return [
      [...place, all.persons, "all", ...cells(all), null, all.currency],
      ...months.map((one) => {
        so = so === "" ? one.revenue : addDecimals(so, one.revenue);
        const since = one.monthsSince;
        return [...place, null, since, ...cells(one), so, one.currency];
      }),
    ];
  });
  const totals = [...Map.groupBy(lines, ({ currency }) => currency).values()].map(sum);
  const place = kind === undefined ? ["total"] : ["total", null];
  shell.table(
    [
      ...[began, ...(kind === undefined ? [] : [kind]), "persons", "months since"],
      ...["customers", "won", "revenue", "so far", "currency"],
    ],
    [
      ...rows,
      ...totals.map((all) => [...place, all.persons, "all", ...cells(all), null, all.currency]),
    ],
    "Nobody is known.",
  );
  shell.line(`\nas of ${asOf}; revenue by the ledger, in the corporate currency`);
}

function nameOf({ where, cohort }: Line, began: string): string | null {
  if (where === "outside") return "(other days)";
  return where === "nobody" ? `(no ${began})` : cohort;
}

function addedTo(one: Line, other: Line): Line {
  return {
    ...one,
    persons: one.persons + other.persons,
    customers: one.customers + other.customers,
    won: one.won + other.won,
    revenue: addDecimals(one.revenue, other.revenue),
  };
}
