import { entryRow } from "../revenue/entry-table.ts";
import type { LedgerStore } from "../revenue/ledger-ports.ts";
import { ENTRIES_TABLE } from "../tabular/warehouse-layout.ts";
import type { WarehouseSource } from "./ports.ts";

/** The ledger's entries by the month in which they were posted, in the order of their posting. */
export function entrySource(
  ledger: Pick<LedgerStore, "closes" | "firstMonth" | "page">,
): WarehouseSource {
  return {
    table: ENTRIES_TABLE,
    firstMonth: ledger.firstMonth,
    async *rows(month, upTo) {
      const closes = (await ledger.closes()).filter(({ closedAt }) => closedAt <= upTo);
      let after: string | undefined;
      do {
        const page = await ledger.page(month, after);
        yield page.items
          .filter(({ postedAt }) => postedAt <= upTo)
          .map((entry) => entryRow(entry, closes));
        after = page.next;
      } while (after !== undefined);
    },
  };
}
