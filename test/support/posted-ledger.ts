import { createHash } from "node:crypto";
import { closePeriod } from "../../shared/revenue/close-period.ts";
import type { LedgerStore } from "../../shared/revenue/ledger-ports.ts";
import { postOpportunity } from "../../shared/revenue/post-opportunity.ts";
import { won } from "./ledger-scene.ts";

const HOUR_MS = 3_600_000;
const CURRENCIES = ["EUR", "JPY", "USD", "KWD"];

const idOf = (index: number) =>
  `${(index % 16).toString(16)}${String(index).padStart(7, "0")}-1111-4111-8111-111111111111`;

/**
 * A ledger of some months: deals in four currencies, of 0 to 3 digits, booked from September
 * to November 2026, some amended, lost or refunded afterwards; September and October are closed.
 */
export async function postLedger(store: LedgerStore) {
  const clock = { ms: Date.parse("2026-09-02T09:00:00.000Z") };
  const ledger = {
    ledger: store,
    digest: (text: string) => createHash("sha256").update(text).digest("hex"),
    corporateCurrency: "USD",
    now: () => {
      clock.ms += 7;
      return clock.ms;
    },
  };
  const rate = { source: "a table", readAt: "2026-01-01T00:00:00.000Z" };
  for (const [currency, value] of [
    ["EUR", "0.92"],
    ["JPY", "151.3"],
    ["KWD", "0.307123456789012"],
  ] as const)
    await ledger.ledger.keepRate({ ...rate, currency, rate: value });
  const post = (index: number, day: string, more: Partial<Parameters<typeof won>[0]> = {}) =>
    postOpportunity(
      ledger,
      won({
        opportunityId: idOf(index),
        closedOn: day,
        amount: {
          minor: BigInt(index + 1) ** 5n * 100n + 1n,
          currency: CURRENCIES[index % 4] ?? "",
        },
        // What somebody typed is no formula of whoever opens the file.
        owner: index % 3 === 0 ? '=HYPERLINK("http://x.example")' : "Žižková, Ann",
        ...more,
      }),
    );
  const close = async (period: string, moment: string) => {
    clock.ms = Date.parse(moment);
    const closed = await closePeriod(ledger, { period, by: "fay", because: "the books" });
    if ("refused" in closed) throw new Error(closed.reason);
  };
  for (let index = 0; index < 20; index += 1) await post(index, "2026-09-10");
  await close("2026-09", "2026-10-03T09:00:00.000Z");
  clock.ms += HOUR_MS;
  for (let index = 20; index < 40; index += 1) await post(index, "2026-10-12");
  for (const index of [3, 7, 11])
    await post(index, "2026-09-10", { recordVersion: 2, won: false, because: "no longer won" });
  await post(4, "2026-10-13", { recordVersion: 2 });
  await close("2026-10", "2026-11-04T09:00:00.000Z");
  clock.ms += HOUR_MS;
  for (let index = 40; index < 50; index += 1) await post(index, "2026-11-02");
  await post(21, "2026-10-12", {
    recordVersion: 2,
    amount: { minor: 5n, currency: "JPY" },
    because: 'because, as she said:\n"a typo"',
  });
  clock.ms += HOUR_MS;
  return { ledger, clock };
}
