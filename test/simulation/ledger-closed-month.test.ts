import { afterAll, beforeAll, expect, test } from "vitest";
import { closePeriod } from "../../shared/revenue/close-period.ts";
import { periodReport, restatementsBetween } from "../../shared/revenue/period-report.ts";
import type { Ref } from "../../shared/sync/ports.ts";
import { openLedgerOffice } from "../support/ledger-office.ts";
import { openTwoCrms, type TwoCrms } from "../support/two-crms.ts";

const DEALS = 1000;
/** Of one call of Salesforce's collections. */
const CALL_SIZE = 200;
const NUMBERS = Array.from({ length: DEALS }, (_, n) => n);

let two: TwoCrms;
let desk: Awaited<ReturnType<typeof openLedgerOffice>>;

beforeAll(async () => {
  two = await openTwoCrms();
  desk = await openLedgerOffice(two);
}, 60_000);

afterAll(() => two?.stop());

const decimal = (cents: number) => (cents / 100).toFixed(2);
const cents = (text: string) => BigInt(text.replace(".", ""));
const sum = (all: readonly bigint[]) => all.reduce((one, other) => one + other, 0n);

const centsOf = (n: number) => 10_000 + n;

/** What people in Salesforce do with a deal once its month is closed, and what that takes from the month. */
const EDITS = [
  (n: number) => ({ fields: { Amount: "50.25" }, difference: 5025 - centsOf(n) }),
  (n: number) => ({ fields: { StageName: "Negotiation/Review" }, difference: -centsOf(n) }),
  (n: number) => ({ fields: { CloseDate: "2026-09-01" }, difference: -centsOf(n) }),
  (n: number) => ({ fields: { Amount: decimal(centsOf(n) + 1) }, difference: 1 }),
] as const;

const editOf = (n: number) => (EDITS[n % EDITS.length] ?? EDITS[0])(n);

async function inCalls<Row>(rows: readonly Row[], call: (some: Row[]) => Promise<unknown>) {
  for (let at = 0; at < rows.length; at += CALL_SIZE) await call(rows.slice(at, at + CALL_SIZE));
}

test("P6: a closed month's report is the same to the byte once 1,000 of its deals were changed in Salesforce, and the restatements are the difference", {
  timeout: 120_000,
}, async () => {
  const opportunities = two.connection.sobject("Opportunity");
  const deals: Ref[] = [];
  const rows = NUMBERS.map((n) => ({
    Name: `Deal ${n}`,
    StageName: "Closed Won",
    Amount: decimal(centsOf(n)),
    CurrencyIsoCode: "EUR",
    CloseDate: "2026-08-15",
  }));
  await inCalls(rows, async (some) => {
    const made = await opportunities.create(some);
    for (const { id } of made)
      deals.push({ system: "salesforce", object: "Opportunity", id: id ?? "" });
  });
  await inCalls(deals, (some) => desk.look(...some));
  two.forward(120_000);
  const why = { by: "fin@accord.example", because: "the books of August" };
  const closed = await closePeriod(desk.world, { period: "2026-08", ...why });
  if ("refused" in closed) throw new Error(closed.reason);
  const [line] = JSON.parse(closed.report).lines;
  expect([line.opportunities, cents(line.closedWon)]).toEqual([
    DEALS,
    sum(NUMBERS.map((n) => BigInt(centsOf(n)))),
  ]);

  two.forward(60_000);
  const edits = NUMBERS.map((n) => ({ Id: deals[n]?.id ?? "", ...editOf(n).fields }));
  await inCalls(edits, (some) => opportunities.update(some));
  await inCalls(deals, (some) => desk.look(...some));
  two.forward(120_000);
  const to = new Date(two.now() - 60_000).toISOString();

  const again = await periodReport(desk.world, { period: "2026-08", asOf: undefined });
  expect(again).toEqual({ report: closed.report, reportHash: closed.reportHash, closed: true });
  const asOf = await periodReport(desk.world, { period: "2026-08", asOf: to });
  expect(asOf).toEqual(again);

  const difference = sum(NUMBERS.map((n) => BigInt(editOf(n).difference)));
  const open = await periodReport(desk.world, { period: "2026-09", asOf: to });
  if ("refused" in open) throw new Error(open.reason);
  const restated: { amount: string }[] = JSON.parse(open.report).restatements;
  expect(restated).toHaveLength(DEALS);
  expect(sum(restated.map(({ amount }) => cents(amount)))).toBe(difference);

  const between = await restatementsBetween(desk.world, { from: closed.closedAt, to });
  if ("refused" in between) throw new Error(between.reason);
  const august = between.months.find(({ month }) => month === "2026-08");
  expect(cents(august?.difference ?? "")).toBe(difference);
  const ofAugust = between.entries.filter(({ month }) => month === "2026-08");
  expect(sum(ofAugust.map(({ amount }) => cents(amount)))).toBe(difference);
});
