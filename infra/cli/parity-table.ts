import type { KindReport, Report } from "./parity-schemas.ts";
import type { Shell } from "./shell.ts";

/** A sweep in numbers: the drift of each object and field, the count bridge, and what was found. */
export function renderSweep(shell: Shell, read: Report): void {
  const { id, state, reason, rows, calls, report, kinds } = read;
  const sum = Object.values(rows).reduce((total, count) => total + count, 0);
  const why = reason ? `: ${reason}` : "";
  shell.line(`${id}: ${state}${why}; ${sum} rows read, ${callWords(calls)}\n`);
  const shown = kinds.flatMap((kind) => (report[kind] ? [{ kind, ...report[kind] }] : []));
  shell.table(
    ["object", "pairs", "fields compared", "equal", "explained", "different", "score"],
    shown.map((one) => [one.kind, one.hubspot["both"] ?? 0, ...cells(one)]),
    "Nothing is compared yet.",
  );
  for (const one of shown) {
    shell.line("");
    renderBridge(shell, one);
  }
  renderFields(shell, shown);
  shell.line(`\n${foundWords(read)}`);
}

function callWords({ hubspot, salesforce }: Report["calls"]): string {
  return `${hubspot} HubSpot and ${salesforce} Salesforce calls`;
}

function cells({ share, fields }: KindReport): (string | number)[] {
  const explained = Object.values(fields).reduce((sum, one) => sum + one.explained, 0);
  const { equal, compared, percent } = share;
  return [compared, equal, explained, compared - equal - explained, percent];
}

/** From what is counted in HubSpot to what is counted in Salesforce, bucket by bucket. */
function renderBridge(shell: Shell, one: KindReport & { readonly kind: string }): void {
  const { kind, read, hubspot, salesforce, addsUp } = one;
  const alone = (side: Readonly<Record<string, number>>, sign: string) =>
    Object.entries(side)
      .filter(([bucket, count]) => bucket !== "both" && count > 0)
      .map(([bucket, count]): [string, number] => [`${sign} ${bucket}`, count]);
  shell.table(
    [kind, "records"],
    [
      ["in HubSpot", read.hubspot],
      ...alone(hubspot, "less: only in HubSpot,"),
      ["in both", hubspot["both"] ?? 0],
      ...alone(salesforce, "plus: only in Salesforce,"),
      ["in Salesforce", read.salesforce],
      ...(addsUp ? [] : [["it does not add up; look again", "!"]]),
    ],
    "",
  );
}

/** Fields that are not equal everywhere; the others need no line. */
function renderFields(shell: Shell, shown: readonly (KindReport & { kind: string })[]): void {
  const rows = shown.flatMap(({ kind, fields }) =>
    Object.entries(fields)
      .filter(([, { compared, equal }]) => equal < compared)
      .map(([field, { compared, equal, explained }]) => [
        `${kind} ${field}`,
        compared,
        explained,
        compared - equal - explained,
      ]),
  );
  if (rows.length === 0) return;
  shell.line("");
  shell.table(["field", "compared", "explained", "different"], rows, "");
}

function foundWords({ id, found, repair, state, report }: Report): string {
  if (state !== "done") return "It is not done: what it says is of what it has compared so far.";
  if (found === 0) return "Nothing was found that no named place explains.";
  const kinds = new Map<string, number>();
  for (const { findings } of Object.values(report))
    for (const [kind, count] of Object.entries(findings))
      kinds.set(kind, (kinds.get(kind) ?? 0) + count);
  const words = [...kinds].map(([kind, count]) => `${count} ${kind}`).join(", ");
  const then = repair ? "; each is looked at again, and repaired" : "";
  return `${found} found: ${words}${then}. Which: accord parity findings ${id}`;
}
