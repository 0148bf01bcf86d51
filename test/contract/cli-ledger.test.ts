import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ledgerFields } from "../../shared/config/ledger.ts";
import { DEFAULT_CURRENCY } from "../../shared/config/mapping.ts";
import type { FieldValue } from "../../shared/core/reconcile/field-value.ts";
import { dynamoCreditWorld } from "../../shared/dynamodb/credit-world.ts";
import { dynamoLedgerWorld } from "../../shared/dynamodb/ledger-world.ts";
import { dynamoOpportunities } from "../../shared/dynamodb/opportunities.ts";
import { dynamoRecordStore } from "../../shared/dynamodb/record-store.ts";
import { dynamoTieOutStore } from "../../shared/dynamodb/tie-out-store.ts";
import type { Books } from "../../shared/revenue/books.ts";
import { workOffLedger } from "../../shared/revenue/ledger-work.ts";
import { postChange } from "../../shared/revenue/post-changes.ts";
import type { AccordRecord } from "../../shared/sync/record.ts";
import { apiWorld } from "../support/ask-api.ts";
import { openDynamoTables } from "../support/dynamo-tables.ts";
import { serveApi } from "../support/served-api.ts";
import { recordWith } from "../support/sync-builders.ts";

const LONG_MS = 60_000;
const MINUTE_MS = 60_000;

let dynamo: Awaited<ReturnType<typeof openDynamoTables>>;
let api: Awaited<ReturnType<typeof serveApi>>;
const clock = { ms: Date.parse("2026-11-05T09:00:00.000Z") };
/** What Salesforce adds up to by itself; the ledger is held against it. */
const salesforceSays = { sum: "330.00" };

beforeAll(async () => {
  dynamo = await openDynamoTables();
  const { db, tables } = dynamo;
  const ledger = { ...dynamoLedgerWorld(db, tables.ledger), now: () => clock.ms };
  const opportunities = dynamoOpportunities(db, tables.records);
  const tieOuts = dynamoTieOutStore(db, tables.ledger);
  const crediting = { ...dynamoCreditWorld(db, tables), now: ledger.now };
  const office = { ...ledger, opportunities, tieOuts, books, fields: ledgerFields, crediting };
  const desk = { opportunities, tieOuts, now: ledger.now };
  const queue = {
    send: async (messages: readonly Parameters<typeof workOffLedger>[1][]) => {
      for (const one of messages)
        await workOffLedger({ ...office, queue, singleCurrency: DEFAULT_CURRENCY }, one);
    },
  };
  const { world } = apiWorld(dynamo, { ledger, ledgerDesk: { ...desk, queue } });
  api = await serveApi(world);
  const rate = { source: "a table", readAt: "2026-01-01T00:00:00.000Z" };
  await ledger.ledger.keepRate({ ...rate, currency: "EUR", rate: "0.92" });
}, LONG_MS);

afterAll(async () => {
  await api?.stop();
  await dynamo?.stop();
});

const books: Books = {
  salesforce: {
    rates: async () => ({ corporate: "USD", rates: [] }),
    sumWon: async () => [{ currency: "USD", sum: salesforceSays.sum, deals: 2 }],
    wonDeals: async () => [
      {
        id: SF("1"),
        amount: "300.00",
        currency: "USD",
        closedOn: "2026-10-03",
        won: true,
        gone: false,
      },
    ],
    dealsById: async () => [],
  },
  hubspot: {
    wonDeals: async () => [
      { id: "9", amount: "330", currency: "USD", closedOn: "2026-10-03", won: true, gone: false },
    ],
    dealsById: async () => [],
  },
};

function SF(digit: string): string {
  return `00600000000000${digit}AAA`;
}

const idOf = (digit: string) => `${digit}1111111-1111-4111-8111-111111111111`;
const kept = new Map<string, AccordRecord>();

/** A new version of a deal's record, told of by the stream. */
async function deal(digit: string, values: Readonly<Record<string, FieldValue>>) {
  const store = dynamoRecordStore(dynamo.db, dynamo.tables);
  const before = kept.get(digit);
  const won = { won: "true", stage: "Closed Won", owner: "ann@x.example" };
  const ref = { system: "salesforce", object: "Opportunity", id: SF(digit) } as const;
  const next = recordWith({ ...won, ...values }, [ref], {
    id: idOf(digit),
    kind: "opportunity",
    version: before?.version ?? 0,
  });
  if (!before) await store.hold({ ref }, next.id);
  await store.save(next);
  const after = { ...next, version: next.version + 1 };
  kept.set(digit, after);
  const ledger = { ...dynamoLedgerWorld(dynamo.db, dynamo.tables.ledger), now: () => clock.ms };
  await postChange(ledger, { before, after }, ledgerFields);
}

describe("finance at the terminal", { timeout: LONG_MS }, () => {
  test("P6: closes a month, sees what changed since, and asks what it said before", async () => {
    await deal("a", { amount: "USD 100.00", closeDate: "2026-10-03" });
    await deal("b", { amount: "EUR 92.00", closeDate: "2026-10-20" });
    const early = await api.accord("revenue close 2026-10 --no-wait --because 'the books'");
    expect([early.code, early.err]).toEqual([
      1,
      "accord: still-moving: entries of 2026-10 were posted within the last minute: try again in a minute\n",
    ]);
    clock.ms += 2 * MINUTE_MS;
    const closed = await api.accord("revenue close 2026-10 --because 'the books'");
    expect([closed.code, closed.err]).toEqual([0, ""]);
    expect(closed.out).toMatch(/^EUR +92\.00 +92\.00 +1 +1$/m);
    expect((await api.accord("revenue periods")).out).toMatch(/^2026-10 .* fay +the books/m);
    const text = (await api.accord("revenue report 2026-10 --text")).out;
    clock.ms += MINUTE_MS;
    await deal("a", { amount: "USD 330.00", closeDate: "2026-10-03" });
    await deal("b", { amount: "EUR 92.00", closeDate: "2026-10-20", won: "false", stage: "Lost" });
    clock.ms += 2 * MINUTE_MS;
    expect((await api.accord("revenue report 2026-10 --text")).out).toBe(text);
    const open = await api.accord("revenue report 2026-11");
    expect(open.out).toMatch(/Restated of months before/);
    expect(open.out).toMatch(/ 2 +amended +2026-10-03 +230\.00 +USD .* amount 100.00 to 330.00$/m);
    const told = await api.accord(
      "revenue restatements --between 2026-11-05T09:02:30Z 2026-11-05T09:04:00Z",
    );
    expect(told.out).toMatch(/^2026-10 +EUR +92\.00 +0\.00 +-92\.00$/m);
    expect(told.out).toMatch(/^2026-10 +USD +100\.00 +330\.00 +230\.00$/m);
    expect(told.out).toMatch(/^2026-10 +2026-11 \(restated\) .* no longer won: Lost$/m);
    const before = await api.accord("revenue report 2026-10 --as-of 2026-11-05T09:00:30Z --text");
    expect(JSON.parse(before.out)).toMatchObject({ asOf: "2026-11-05T09:00:30.000Z" });
    expect((await api.accord("audit")).out).toMatch(/fay +revenue\/periods\/2026-10\/close/);
  });

  test.each([
    ["closed already", "2026-10", /period-closed: 2026-10 is closed, and .* not opened again/],
    ["before one that is closed", "2026-09", /period-overlaps: 2026-09 was closed together with/],
    ["not over", "2026-11", /period-not-over: 2026-11 is not over/],
    ["no month", "2026-Q3", /not-a-month: '2026-Q3' is no month; expected one such as 2026-10/],
  ])("G9: a month that is %s is refused by name", async (_what, month, reason) => {
    const said = await api.accord(`revenue close ${month} --because x`);
    expect([said.code, said.err]).toEqual([1, expect.stringMatching(reason)]);
    expect(said.err.trim().split("\n")).toHaveLength(1);
  });

  test("G9: a month is not closed while the one before it is open", async () => {
    const later = { ...clock };
    clock.ms = Date.parse("2027-01-05T09:00:00.000Z");
    const said = await api.accord("revenue close 2026-12 --because x");
    expect(said.err).toMatch(/period-gap: 2026-11 is still open: close it before 2026-12/);
    clock.ms = later.ms;
  });

  test("who runs the sync closes no books, and who closes them runs no sync", async () => {
    const admin = await api.accord("--token admin revenue close 2026-11 --because x");
    expect([admin.code, admin.err]).toEqual([
      3,
      "accord: this asks for the role finance; yours: admin\n",
    ]);
    const finance = await api.accord("--token finance parity --because x");
    expect([finance.code, finance.err]).toEqual([
      3,
      expect.stringMatching(/the role admin; yours/),
    ]);
  });

  test("P7: ties the ledger out, or is told what differs and why, by the exit code too", async () => {
    const met = await api.accord("revenue tieout --period 2026-10");
    expect([met.err, met.code]).toEqual(["", 0]);
    expect(met.out).toMatch(/^Salesforce +USD +USD +330\.00 +330\.00 +0\.00$/m);
    expect(met.out).toMatch(/They meet, to the last minor unit\./);
    salesforceSays.sum = "300.01";
    const apart = await api.accord("revenue tieout --period 2026-Q4");
    expect([apart.code, apart.err]).toEqual([
      1,
      "accord: the ledger and the CRMs do not meet in 2026-Q4\n",
    ]);
    expect(apart.out).toMatch(/^Salesforce +USD +USD +300\.01 +330\.00 +-29\.99$/m);
    expect(apart.out).toMatch(/^salesforce .*00600000000000\dAAA .*USD /m);
    expect((await api.accord("revenue tieout --period October")).err).toMatch(
      /'October' is no period; expected 2026-10, 2026-Q3 or 2026/,
    );
  });

  test("G8: imports refunds once, and nothing of a list with a wrong line", async () => {
    const file = join(api.home, "refunds.csv");
    const header = "opportunity,kind,amount,currency,day,reference";
    const write = (...lines: string[]) => writeFileSync(file, [header, ...lines].join("\r\n"));
    const run = () => api.accord(["ledger", "import", file, "--because", "refunds"]);
    write(
      `${SF("a")},refunded,30.00,USD,2026-11-04,R-1`,
      `${idOf("a")},renewed,5,USD,2026-11-04,R-2`,
    );
    expect(await run()).toMatchObject({ code: 0, out: "2 entries posted, 0 were posted before\n" });
    expect(await run()).toMatchObject({ code: 0, out: "0 entries posted, 2 were posted before\n" });
    write(
      `${SF("a")},refunded,1.00,USD,2026-11-04,R-3`,
      `${SF("a")},refunded,300.00,USD,2026-11-04,R-4`,
      `${SF("a")},refunded,1.001,USD,2026-11-04,R-5`,
      `${SF("a")},refunded,1.00,XXY,2026-11-04,R-6`,
      `${SF("a")},refunded,1.00,EUR,2026-11-04,R-7`,
      `${SF("a")},refunded,1.00,USD,11-04,R-8`,
      `${SF("a")},refunded,31.00,USD,2026-11-04,R-1`,
      `${SF("z")},refunded,1.00,USD,2026-11-04,R-9`,
      `${SF("a")},refunded,0,USD,2026-11-04,R-10`,
    );
    const refused = await run();
    expect(refused.code).toBe(1);
    expect(refused.err.split("; ")).toEqual([
      "accord: nothing was posted",
      "line 2: refund-above-booking: 331.00 USD of 330.00 would be refunded",
      "line 3: finer-than-minor-unit: the amount is USD 1.001",
      "line 4: unknown-currency: the amount is XXY 1.00",
      "line 5: currency-differs: the deal is in USD, this in EUR",
      "line 6: day-incomplete: the day of what was refunded is 11-04",
      "line 7: reference-reused: R-1 is posted already, with another content",
      `line 8: opportunity-unknown: there is no opportunity ${SF("z")}`,
      "line 9: not-above-zero: the amount is 0.00\n",
    ]);
    const listed = await api.accord(`ledger list --opportunity ${idOf("a")}`);
    expect(listed.out).toMatch(/ 3 +refunded +2026-11-04 +-30\.00 +USD +-30\.00 .* fay +refunds$/m);
    expect(listed.out).not.toMatch(/R-3|refunded +2026-11-04 +-1\.00/);
    writeFileSync(file, "a,b\n1,2\n");
    expect(await run()).toMatchObject({
      code: 2,
      err: expect.stringMatching(/is no CSV file with/),
    });
  });

  test("G6: sees what was not posted, with its remedy, and tries it again", async () => {
    await deal("c", { amount: "CHF 10.00", closeDate: "2026-11-02" });
    await deal("d", { amount: "USD 10.00", closeDate: "11-02" });
    const listed = await api.accord("ledger refused");
    expect(listed.out).toMatch(/rate-missing +there is no rate of CHF for 2026-11-02 +give the/m);
    expect(listed.out).toMatch(/close-date-incomplete +the close date is 11-02 +give the close/m);
    const { ledger } = dynamoLedgerWorld(dynamo.db, dynamo.tables.ledger);
    const readAt = "2026-11-05T00:00:00.000Z";
    await ledger.keepRate({ currency: "CHF", rate: "0.88", source: "a table", readAt });
    const tried = await api.accord("ledger retry --because 'CHF has a rate'");
    expect(tried.out).toBe("2 opportunities tried, 1 entries posted, 1 still refused\n");
    expect((await api.accord("ledger refused")).out).not.toMatch(/CHF/);
    const caughtUp = await api.accord("ledger catch-up --because 'to be sure'");
    expect([caughtUp.code, caughtUp.err]).toEqual([0, ""]);
  });

  test("G2: verifies all of it, and names what was forged", async () => {
    const verified = await api.accord("ledger verify");
    expect([verified.code, verified.err]).toEqual([0, ""]);
    expect(verified.out).toMatch(
      /^\d chains with \d+ entries, 1 closed months\nAll is as it was posted/,
    );
    const listed = await api.accord("ledger list --period 2026-10 --json");
    expect(JSON.parse(listed.out).corporate).toMatchObject([
      { currency: "USD", closedWon: "330.00" },
    ]);
    const first = { pk: `OPPORTUNITY#${idOf("b")}`, sk: "entry#00000001" };
    const { Item } = await dynamo.db.send(
      new GetCommand({ TableName: dynamo.tables.ledger, Key: first }),
    );
    const forged = { ...Item, amount: "EUR 92.01" };
    await dynamo.db.send(new PutCommand({ TableName: dynamo.tables.ledger, Item: forged }));
    const found = await api.accord("ledger verify");
    expect([found.code, found.err]).toEqual([1, "accord: the ledger is not what was posted\n"]);
    expect(found.out).toMatch(/^b1111111-\S+ +1 +its content is not what its hash was made of$/m);
    expect(found.out).toMatch(/closed months not looked at/);
    await dynamo.db.send(new PutCommand({ TableName: dynamo.tables.ledger, Item: { ...Item } }));
    const close = { pk: "CLOSES", sk: "2026-10" };
    const kept = await dynamo.db.send(
      new GetCommand({ TableName: dynamo.tables.ledger, Key: close }),
    );
    const report = String(kept.Item?.["report"]).replace('"92.00"', '"92.01"');
    await dynamo.db.send(
      new PutCommand({ TableName: dynamo.tables.ledger, Item: { ...kept.Item, report } }),
    );
    expect((await api.accord("ledger verify")).out).toMatch(
      /^2026-10 +- +its report is not what its hash was made of$/m,
    );
  });

  test.each<[string, string, number, RegExp]>([
    ["neither period nor deal", "ledger list", 2, /give --period or --opportunity/],
    ["a year of entries", "ledger list --period 2026", 1, /expected a month .* or a quarter/],
    ["one moment", "revenue restatements --between 2026-11-01", 2, /takes two moments/],
    ["the future", "revenue report 2026-10 --as-of 2031-01-01", 1, /not-yet: the last minute is/],
    ["no moment", "revenue report 2026-10 --as-of then", 1, /expected a moment such as/],
    [
      "moments in the wrong order",
      "revenue restatements --between 2026-11-02 2026-11-01",
      1,
      /wrong-order/,
    ],
    ["no reason", "revenue close 2026-10", 2, /--because/],
  ])("is told in one line that %s makes no sense", async (_what, line, code, reason) => {
    const said = await api.accord(line);
    expect([said.code, said.err]).toEqual([code, expect.stringMatching(reason)]);
    expect(said.err.trim().split("\n")).toHaveLength(1);
  });
});
