import type { VersionName } from "../core/attribution/credit-row.ts";
import { isMade, type ModelVersion, retiredAt } from "../core/attribution/version.ts";
import { monthOf } from "../core/ledger/calendar.ts";
import { creditRows } from "../revenue/credit-table.ts";
import { creditedUntil } from "../revenue/credited-until.ts";
import type { SealWorld } from "../revenue/seal-blocks.ts";
import { CREDITS_TABLE } from "../tabular/warehouse-layout.ts";
import { earlier, monthsUntil } from "./months.ts";
import type { Stretch, WarehouseSource } from "./ports.ts";

type CreditReads = Pick<SealWorld, "blocks" | "credits" | "ledger">;

/**
 * What every version credits, by version and by the month in which it was posted. A version that is being
 * made is left out until its name stands for it: from then on it credits all that was ever posted, and
 * its months of before are written. One that is replaced ends where the next one came into force; if it
 * ever comes into force again, it goes on from there.
 */
export function creditSource(world: CreditReads): WarehouseSource {
  return {
    table: CREDITS_TABLE,
    async stretches(settled) {
      const known = await world.credits.versions();
      const { begunAt } = known;
      if (begunAt === undefined) return [];
      const made = known.versions.filter((one) => isMade(known, one));
      // One that came into force a second time was made twice: the last time counts.
      const latest = new Map(made.map((one) => [`${one.model}@${one.version}`, one]));
      const stretches: Stretch[] = [];
      for (const version of latest.values()) {
        const retired = retiredAt(known, version) ?? END_OF_TIME;
        stretches.push(...(await stretchesOf(world, { version, begunAt, retired, settled })));
      }
      return stretches;
    },
  };
}

/** Behind every instant. */
const END_OF_TIME = "~";

async function stretchesOf(
  world: CreditReads,
  {
    version,
    begunAt,
    retired,
    settled,
  }: {
    readonly version: ModelVersion;
    readonly begunAt: string;
    readonly retired: string;
    readonly settled: string;
  },
): Promise<Stretch[]> {
  const until = await creditedUntil(world, version, earlier(settled, retired));
  return monthsUntil(monthOf(begunAt), until).map(({ month, end: over }) => {
    const end = earlier(over, retired);
    const upTo = earlier(until, end);
    const values = [`${version.model}@${version.version}`, month];
    return { values, upTo, end, rows: () => rowsOf(world, { version, month, upTo }) };
  });
}

async function* rowsOf(
  { credits, ledger }: CreditReads,
  {
    version,
    month,
    upTo,
  }: { readonly version: VersionName; readonly month: string; readonly upTo: string },
) {
  const closes = (await ledger.closes()).filter(({ closedAt }) => closedAt <= upTo);
  let after: string | undefined;
  do {
    const page = await credits.page(version, month, after);
    yield page.items.filter(({ at }) => at <= upTo).flatMap((row) => creditRows(row, closes));
    after = page.next;
  } while (after !== undefined);
}
