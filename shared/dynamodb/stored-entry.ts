import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { monthOf } from "../core/ledger/calendar.ts";
import { ENTRY_KINDS, type LedgerEntry } from "../core/ledger/entry.ts";
import { entryKey, monthKey, postedKey } from "./keys.ts";
import { money, moneyText } from "./stored-money.ts";

const storedEntry = z.object({
  opportunityId: z.string(),
  sequence: z.int().positive(),
  kind: z.enum(ENTRY_KINDS),
  effectiveDay: z.string(),
  postedAt: z.string(),
  amount: money,
  corporate: money,
  rate: z.object({ rate: z.string(), source: z.string(), day: z.string() }),
  owner: z.string().nullable(),
  recordVersion: z.int().nonnegative(),
  actor: z.string(),
  because: z.string(),
  reference: z.string().exactOptional(),
  previousHash: z.string(),
  hash: z.string(),
});

/** The item of an entry. Amounts are text: no number of DynamoDB's ever holds one. */
export function entryItem(entry: LedgerEntry): Record<string, unknown> {
  const { opportunityId, sequence, effectiveDay, postedAt, amount, corporate } = entry;
  const shard = opportunityId.slice(0, 1);
  const { sk } = entryKey(opportunityId, sequence);
  const place = `${postedAt}#${opportunityId}#${sk}`;
  return {
    ...entryKey(opportunityId, sequence),
    ...entry,
    amount: moneyText(amount),
    corporate: moneyText(corporate),
    gsi1pk: monthKey(monthOf(effectiveDay), shard),
    gsi1sk: place,
    gsi2pk: postedKey(monthOf(postedAt), shard),
    gsi2sk: place,
  };
}

/**
 * The entry of an item; undefined where the item is not, byte for byte, what `entryItem` makes of any
 * entry: then it was not put by us.
 */
export function parseEntry(item: Record<string, unknown>): LedgerEntry | undefined {
  const read = storedEntry.safeParse(item);
  if (!read.success) return undefined;
  return isDeepStrictEqual(entryItem(read.data), { ...item }) ? read.data : undefined;
}
