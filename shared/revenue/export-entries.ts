import { monthAfter, monthOf } from "../core/ledger/calendar.ts";
import type { Row } from "../tabular/column.ts";
import { SETTLED_AFTER_MS } from "./close-period.ts";
import { entryRow } from "./entry-table.ts";
import type { LedgerWorld } from "./ledger-ports.ts";

export interface ExportAsked {
  /** Days on which entries count, the first that does, and the first that does not any more. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** As the answer before said: the month of posting, and the place in it. */
  readonly after?: string | undefined;
  /** As the first answer said, so that all pages tell of one moment. */
  readonly asOf?: string | undefined;
}

export interface ExportPage {
  readonly asOf: string;
  readonly rows: readonly Row[];
  readonly next?: string;
}

/** A page of the ledger's entries in the order of their posting, without those of the last minute. */
export async function exportEntries(world: LedgerWorld, asked: ExportAsked): Promise<ExportPage> {
  const { ledger, now } = world;
  const settled = new Date(now() - SETTLED_AFTER_MS).toISOString();
  const { from = "", to } = asked;
  const asOf = [asked.asOf ?? settled, settled].sort()[0] ?? settled;
  const { month, place } = placeIn(asked, ledger);
  const [page, closes] = await Promise.all([ledger.page(month, place), ledger.closes()]);
  const known = closes.filter(({ closedAt }) => closedAt <= asOf);
  const rows = page.items
    .filter(({ postedAt, effectiveDay: day }) => {
      return postedAt <= asOf && day >= from && (to === undefined || day < to);
    })
    .map((entry) => entryRow(entry, known));
  const next = page.next === undefined ? monthBehind(month, asOf) : `${month}|${page.next}`;
  return next === undefined ? { asOf, rows } : { asOf, rows, next };
}

/** Where a page begins: in which month of posting, and behind what in it. */
export function placeIn(
  { after }: Pick<ExportAsked, "after">,
  { firstMonth }: Pick<LedgerWorld["ledger"], "firstMonth">,
): { readonly month: string; readonly place: string | undefined } {
  const [month = "", place = ""] = (after ?? `${firstMonth}|`).split("|");
  return { month, place: place === "" ? undefined : place };
}

export function monthBehind(month: string, asOf: string): string | undefined {
  const next = monthAfter(month);
  return next <= monthOf(asOf) ? `${next}|` : undefined;
}
