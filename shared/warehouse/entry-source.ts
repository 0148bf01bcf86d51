import { entryRow } from "../revenue/entry-table.ts";
import type { LedgerStore } from "../revenue/ledger-ports.ts";
import { ENTRIES_TABLE } from "../tabular/warehouse-layout.ts";
import { earlier, monthsUntil } from "./months.ts";
import type { WarehouseSource } from "./ports.ts";

/** The ledger's entries by the month in which they were posted, in the order of their posting. */
export function entrySource(
  ledger: Pick<LedgerStore, "closes" | "firstMonth" | "page">,
): WarehouseSource {
  return {
    table: ENTRIES_TABLE,
    async stretches(settled) {
      return monthsUntil(ledger.firstMonth, settled).map(({ month, end }) => {
        const upTo = earlier(settled, end);
        return { values: [month], upTo, end, rows: () => entryRows(ledger, month, upTo) };
      });
    },
  };
}

async function* entryRows(
  ledger: Pick<LedgerStore, "closes" | "page">,
  month: string,
  upTo: string,
) {
  const closes = (await ledger.closes()).filter(({ closedAt }) => closedAt <= upTo);
  let after: string | undefined;
  do {
    const page = await ledger.page(month, after);
    yield page.items
      .filter(({ postedAt }) => postedAt <= upTo)
      .map((entry) => entryRow(entry, closes));
    after = page.next;
  } while (after !== undefined);
}
