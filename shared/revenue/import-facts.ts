import type { LedgerEntry } from "../core/ledger/entry.ts";
import { judgeImport } from "../core/ledger/judge-afterwards.ts";
import type { LedgerFields } from "../core/ledger/ledger-fields.ts";
import type { Exchange } from "../core/ledger/rates.ts";
import { type LedgerRefusal, refusal } from "../core/ledger/refusal.ts";
import {
  type AfterwardsKind,
  type Standing,
  standingAfter,
  standingOf,
} from "../core/ledger/standing.ts";
import { type Money, parseMoney } from "../core/money/money.ts";
import type { AccordRecord } from "../sync/record.ts";
import type { LedgerWorld } from "./ledger-ports.ts";
import type { Opportunities } from "./opportunities.ts";
import { exchangeOf, seal } from "./post-opportunity.ts";

/** A line of an import, such as a refund. */
export interface FactLine {
  /** Accord's id, or Salesforce's of 18 characters. */
  readonly opportunity: string;
  readonly kind: AfterwardsKind;
  /** A decimal above zero, as text. */
  readonly amount: string;
  readonly currency: string;
  readonly day: string;
  /** Its own name; of one opportunity, it is posted once. */
  readonly reference: string;
}

export interface LineRefusal extends LedgerRefusal {
  /** Counted from 1. */
  readonly line: number;
}

interface Imported {
  readonly posted: number;
  /** Lines that an earlier import had posted. */
  readonly known: number;
}

interface Office {
  readonly world: LedgerWorld;
  readonly opportunities: Opportunities;
  readonly fields: LedgerFields;
}

/**
 * Posts what is told of won deals from outside (G8). Of a list with a line that may not be posted, none
 * is. One that is cut short in the middle is imported again: what is posted already is known by then.
 */
export async function importFacts(
  office: Office,
  {
    lines,
    by,
    because,
  }: { readonly lines: readonly FactLine[]; readonly by: string; readonly because: string },
): Promise<Imported | { readonly refused: readonly LineRefusal[] }> {
  const { world, opportunities, fields } = office;
  const records = await recordsOf(opportunities, lines);
  const exchange = await exchangeOf(
    world.ledger,
    world.corporateCurrency,
    lines.map(({ currency }) => currency),
  );
  const asking = { ...world, records, fields, exchange, by, because };
  const rehearsal = await postLines(asking, lines, async () => "posted");
  if (rehearsal.refused.length > 0) return { refused: rehearsal.refused };
  const done = await postLines(asking, lines, (entry) => world.ledger.post(entry));
  if (done.refused.length > 0) return { refused: done.refused };
  return { posted: done.posted, known: done.known };
}

async function recordsOf(
  opportunities: Opportunities,
  lines: readonly FactLine[],
): Promise<ReadonlyMap<string, AccordRecord>> {
  const names = [...new Set(lines.map(({ opportunity }) => opportunity))];
  const ours = await opportunities.byCrmId("salesforce", names);
  const ids = new Map(names.map((name) => [name, ours.get(name) ?? name]));
  const found = await opportunities.load([...new Set(ids.values())]);
  const byId = new Map(found.map((record) => [record.id, record]));
  return new Map(
    [...ids].flatMap(([name, id]): [string, AccordRecord][] => {
      const record = byId.get(id);
      return record ? [[name, record]] : [];
    }),
  );
}

interface Asking extends LedgerWorld {
  readonly records: ReadonlyMap<string, AccordRecord>;
  readonly fields: LedgerFields;
  readonly exchange: Exchange;
  readonly by: string;
  readonly because: string;
}

/** Judges the lines in their order, each behind those before it, and hands what is to be posted on. */
async function postLines(
  asking: Asking,
  lines: readonly FactLine[],
  post: (entry: LedgerEntry) => Promise<"posted" | "taken">,
) {
  const refused: LineRefusal[] = [];
  const sum = { posted: 0, known: 0, refused };
  const standings = new Map<string, Standing>();
  for (const [index, line] of lines.entries()) {
    const outcome = await postLine(asking, line, { standings, post });
    if (outcome === "posted" || outcome === "known") sum[outcome] += 1;
    else sum.refused.push({ line: index + 1, ...outcome });
  }
  return sum;
}

/** Others that post to the same deal take turns; more of them than this are a bug. */
const MOST_TRIES = 50;

async function postLine(
  asking: Asking,
  line: FactLine,
  {
    standings,
    post,
  }: {
    readonly standings: Map<string, Standing>;
    readonly post: (entry: LedgerEntry) => Promise<"posted" | "taken">;
  },
): Promise<"posted" | "known" | LedgerRefusal> {
  const { records, fields, exchange, by: actor, because } = asking;
  const record = records.get(line.opportunity);
  if (!record) return refusal("opportunity-unknown", `there is no opportunity ${line.opportunity}`);
  const amount = amountOf(line);
  if ("name" in amount) return amount;
  const { kind, day, reference } = line;
  const owner = record.fields[fields.owner]?.value ?? null;
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const standing = standings.get(record.id) ?? (await standingNow(asking, record.id));
    const told = { opportunityId: record.id, owner, actor, because };
    const judged = judgeImport(
      standing,
      { ...told, fact: { kind, amount, day, reference } },
      exchange,
    );
    if (judged === "posted") return "known";
    if ("name" in judged) return judged;
    const entry = seal(standing, judged, asking);
    if ((await post(entry)) === "posted") {
      standings.set(record.id, standingAfter(standing, entry));
      return "posted";
    }
    standings.delete(record.id);
  }
  throw new Error(`opportunity ${record.id} is posted to by others without an end`);
}

async function standingNow({ ledger }: LedgerWorld, id: string): Promise<Standing> {
  const { entries, unreadable } = await ledger.load(id);
  if (unreadable === undefined) return standingOf(entries);
  throw new Error(`entry ${unreadable} of opportunity ${id} is not what was posted`);
}

function amountOf({ amount, currency }: FactLine): Money | LedgerRefusal {
  const read = parseMoney(amount, currency);
  return typeof read === "string" ? refusal(read, `the amount is ${currency} ${amount}`) : read;
}
