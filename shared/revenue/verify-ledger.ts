import { type Break, findBreak } from "../core/ledger/chain.ts";
import { reportOf } from "../core/ledger/report.ts";
import { entriesAround } from "./close-period.ts";
import type { LedgerWorld, StoredClose } from "./ledger-ports.ts";

/** What a part of the ledger was found to be. */
export interface Verified {
  readonly chains: number;
  readonly entries: number;
  /** By opportunity; each names the first entry of it that is wrong. */
  readonly broken: readonly Break[];
}

/** Checks the chains of a sixteenth of all opportunities, from their beginning (G2). */
export async function verifyChains(
  { ledger, digest, now }: LedgerWorld,
  shard: string,
): Promise<Verified> {
  const today = new Date(now()).toISOString().slice(0, 10);
  const ids = [...(await ledger.opportunitiesIn(shard, today))].sort();
  const broken: Break[] = [];
  let entries = 0;
  for (const id of ids) {
    const chain = (await ledger.load(id)).entries;
    entries += chain.length;
    const found = chain.length === 0 ? emptied(id) : findBreak(id, chain, digest);
    if (found) broken.push(found);
  }
  return { chains: ids.length, entries, broken };
}

function emptied(opportunityId: string): Break {
  return { opportunityId, sequence: 1, says: "its entries are gone" };
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
