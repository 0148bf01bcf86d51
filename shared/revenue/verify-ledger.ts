import { type Break, findBreak } from "../core/ledger/chain.ts";
import { judgeClosing } from "../core/ledger/judge.ts";
import type { LedgerFields } from "../core/ledger/ledger-fields.ts";
import { reportOf } from "../core/ledger/report.ts";
import { standingOf } from "../core/ledger/standing.ts";
import type { AccordRecord } from "../sync/record.ts";
import { entriesAround } from "./close-period.ts";
import type { LedgerWorld, StoredClose } from "./ledger-ports.ts";
import type { Opportunities } from "./opportunities.ts";
import { factsOf } from "./opportunity-facts.ts";
import { exchangeOf } from "./post-opportunity.ts";

/** What a part of the ledger was found to be. */
export interface Verified {
  readonly chains: number;
  readonly entries: number;
  /** By opportunity; each names the first entry of it that is wrong. */
  readonly broken: readonly Break[];
}

interface Books {
  readonly opportunities: Opportunities;
  readonly fields: LedgerFields;
}

/**
 * Checks the chains of a sixteenth of all opportunities, from their beginning (G2), and that they end
 * with what their record says: entries that were cut off leave a chain that is right in itself.
 */
export async function verifyChains(
  world: LedgerWorld,
  { opportunities, fields }: Books,
  shard: string,
): Promise<Verified> {
  const broken: Break[] = [];
  const found = { chains: 0, entries: 0, broken };
  const seen = new Set<string>();
  const check = async (id: string, record: AccordRecord | undefined) => {
    if (seen.has(id)) return;
    seen.add(id);
    const { entries, fault } = await checkOne(world, { id, record, fields });
    found.entries += entries;
    if (entries > 0 || fault) found.chains += 1;
    if (fault) found.broken.push(fault);
  };
  for await (const page of opportunities.inShard(shard))
    await Promise.all(page.map((record) => check(record.id, record)));
  // Whatever was posted of what no record is left of.
  const today = new Date(world.now()).toISOString().slice(0, 10);
  for (const id of await world.ledger.opportunitiesIn(shard, today)) await check(id, undefined);
  found.broken.sort((one, other) => (one.opportunityId < other.opportunityId ? -1 : 1));
  return found;
}

interface Checked {
  readonly id: string;
  readonly record: AccordRecord | undefined;
  readonly fields: LedgerFields;
}

async function checkOne(
  world: LedgerWorld,
  { id, record, fields }: Checked,
): Promise<{ readonly entries: number; readonly fault: Break | undefined }> {
  const { entries, judged, unreadable } = await world.ledger.load(id);
  const at = (sequence: number, says: string) => ({
    entries: entries.length,
    fault: { opportunityId: id, sequence, says },
  });
  const broken = findBreak(id, entries, world.digest);
  if (broken) return { entries: entries.length, fault: broken };
  if (unreadable !== undefined) return at(unreadable, "its item is not what was posted");
  if (!record && entries.length === 0) return at(1, "its entries are gone");
  if (record && judged?.recordVersion === record.version && judged.refusals.length === 0) {
    const facts = factsOf(record, fields);
    const currencies = facts.amount ? [facts.amount.currency] : [];
    const exchange = await exchangeOf(world.ledger, world.corporateCurrency, currencies);
    if (judgeClosing(standingOf(entries), facts, exchange).next)
      return at(entries.length + 1, "it is missing: the entries do not say what the record says");
  }
  return { entries: entries.length, fault: undefined };
}

/** A closed month whose report is not what its entries make. */
export interface BrokenClose {
  readonly period: string;
  readonly says: string;
}

/** Makes the reports of all closed months again, and holds them against what was kept (P6). */
export async function verifyCloses(world: LedgerWorld): Promise<readonly BrokenClose[]> {
  const closes = await world.ledger.closes();
  const found: BrokenClose[] = [];
  for (const close of closes) {
    const says = await faultOf(world, close, closes);
    if (says !== undefined) found.push({ period: close.period, says });
  }
  return found;
}

async function faultOf(
  { ledger, digest }: LedgerWorld,
  { period, cutoff, closedAt, report, reportHash }: StoredClose,
  all: readonly StoredClose[],
): Promise<string | undefined> {
  if (digest(report) !== reportHash) return "its report is not what its hash was made of";
  const closes = all.filter((one) => one.period <= period);
  const entries = await entriesAround(ledger, { period, closes, upTo: cutoff });
  const made = reportOf({ period, asOf: closedAt, upTo: cutoff }, { entries, closes, digest });
  if (JSON.stringify(made) === report) return undefined;
  return "its entries make another report than the one that was closed";
}
