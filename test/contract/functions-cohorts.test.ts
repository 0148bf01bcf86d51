import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dynamoCreditWorld } from "../../shared/dynamodb/credit-world.ts";
import { dynamoLedgerWorld } from "../../shared/dynamodb/ledger-world.ts";
import { dynamoRecordStore } from "../../shared/dynamodb/record-store.ts";
import { creditOpportunity } from "../../shared/revenue/credit-opportunity.ts";
import { postOpportunity } from "../../shared/revenue/post-opportunity.ts";
import type { AccordRecord } from "../../shared/sync/record.ts";
import { type Ask, apiWorld, askApi } from "../support/ask-api.ts";
import { openDynamoTables } from "../support/dynamo-tables.ts";
import { sourceTouch } from "../support/journey-builders.ts";
import { RATES, won } from "../support/ledger-scene.ts";
import { serveApi } from "../support/served-api.ts";
import { recordWith } from "../support/sync-builders.ts";

const SLOW_MS = 60_000;

/** Deals are posted, and credited by every model, in tables that share the core. */
const SETUP_MS = 180_000;

let dynamo: Awaited<ReturnType<typeof openDynamoTables>>;
let api: Awaited<ReturnType<typeof serveApi>>;
let ask: Ask;
const clock = { ms: Date.parse("2026-10-05T09:00:00.000Z") };

async function keep(kind: string, more: Partial<AccordRecord>): Promise<string> {
  const id = randomUUID();
  const store = dynamoRecordStore(dynamo.db, dynamo.tables);
  await store.save(recordWith({}, [], { id, kind, version: 0, ...more }));
  return id;
}

/** Somebody whose first touch, and creation as a lead, was on a day, by a source. */
async function personFrom(source: string, day: string, customerAt?: string): Promise<string> {
  const at = `${day}T08:00:00.000Z`;
  const firsts = { lead: at, ...(customerAt === undefined ? {} : { customer: customerAt }) };
  const id = await keep("person", { lifecycle: { field: "stage", said: {}, firsts } });
  const store = dynamoRecordStore(dynamo.db, dynamo.tables);
  await store.keepTouches(id, [sourceTouch(at, source)]);
  return id;
}

async function winOf(persons: readonly string[], minor: bigint, refunded = 0n): Promise<void> {
  const { db, tables } = dynamo;
  const id = await keep("opportunity", { persons });
  const ledger = { ...dynamoLedgerWorld(db, tables.ledger), now: () => clock.ms };
  const amount = { minor, currency: "EUR" };
  const back = { minor: refunded, currency: "EUR" };
  const afterwards =
    refunded === 0n ? [] : [{ kind: "refunded" as const, amount: back, day: "2026-09-02" }];
  await postOpportunity(
    ledger,
    won({ opportunityId: id, amount, closedOn: "2026-07-20", afterwards }),
  );
  await creditOpportunity({ ...dynamoCreditWorld(db, tables), now: () => clock.ms }, id);
}

beforeAll(async () => {
  dynamo = await openDynamoTables();
  const { db, tables } = dynamo;
  const ledger = { ...dynamoLedgerWorld(db, tables.ledger), now: () => clock.ms };
  const crediting = { ...dynamoCreditWorld(db, tables), now: () => clock.ms };
  const { world } = apiWorld(dynamo, { ledger, crediting });
  ask = askApi(world);
  api = await serveApi(world);
  for (const rate of RATES) await ledger.ledger.keepRate(rate);
  const ann = await personFrom("PAID_SEARCH", "2026-05-10", "2026-04-20T08:00:00.000Z");
  const bob = await personFrom("REFERRALS", "2026-05-12");
  await personFrom("REFERRALS", "2026-06-12");
  await winOf([bob, ann], 92_000n, 9_200n);
  await winOf([bob], 46_000n);
  await winOf([], 4_600n);
  clock.ms += 120_000;
}, SETUP_MS);

afterAll(async () => {
  await api?.stop();
  await dynamo?.stop();
});

const as = { sub: "vic", accord_role: "viewer" };
const cents = (decimal: string) => BigInt(decimal.replace(".", ""));

test("H1-H4: cohorts are told month by month, with refunds, and who began with nobody", {
  timeout: SLOW_MS,
}, async () => {
  const { code, out, err } = await api.accord("revenue cohorts --by first-touch");
  expect([code, err]).toEqual([0, ""]);
  expect(out).toMatch(/^FIRST TOUCH +PERSONS +MONTHS SINCE +CUSTOMERS +WON +REVENUE +SO FAR +CURR/);
  expect(out).toMatch(/^2026-05 +2 +all +1 +2 +1400[.]00 +- +USD$/m);
  const months = [...out.matchAll(/^2026-05 +- +(-?\d+) +(\d) +(\d) +(\S+) +(\S+) +USD$/gm)];
  expect(months.map((row) => row.slice(1))).toEqual([
    ["-1", "1", "0", "0.00", "0.00"],
    ["2", "0", "2", "1500.00", "1500.00"],
    ["4", "0", "0", "-100.00", "1400.00"],
  ]);
  expect(out).toMatch(/^2026-06 +1 +all +0 +0 +0[.]00 +- +USD$/m);
  expect(out).toMatch(/^\(no first touch\) +0 +all +0 +1 +50[.]00 +- +USD$/m);
  expect(out).toMatch(/^total +3 +all +1 +3 +1450[.]00 +- +USD$/m);
});

test("H2, H3: by source, a deal goes to whoever of its persons began first", {
  timeout: SLOW_MS,
}, async () => {
  const { out } = await api.accord(
    "revenue cohorts --by lead-created --kind source --from 2026-05-11",
  );
  expect(out).toMatch(/^LEAD +SOURCE +PERSONS/);
  expect(out).toMatch(/^2026-05 +REFERRALS +1 +all +0 +1 +500[.]00 +- +USD$/m);
  expect(out).toMatch(/^\(other days\) +\(no source\) +1 +all +1 +1 +900[.]00 +- +USD$/m);
  expect(out).toMatch(/^total +- +3 +all +1 +3 +1450[.]00 +- +USD$/m);
});

test("H4: all pages together are what the ledger holds", { timeout: SLOW_MS }, async () => {
  const { json } = { json: JSON.parse((await api.accord("revenue cohorts --json")).out) };
  const sum = json.lines.reduce(
    (all: bigint, { revenue }: { revenue: string }) => all + cents(revenue),
    0n,
  );
  const july = await ask("GET /api/ledger", { as, query: { period: "2026-Q3" } });
  const entries = july.body.entries.reduce(
    (all: bigint, { corporate }: { corporate: string }) => all + cents(corporate),
    0n,
  );
  expect(sum).toBe(entries);
});

test("what cannot be asked is told in one line", { timeout: SLOW_MS }, async () => {
  const query = { by: "last-touch" };
  const { status, body } = await ask("GET /api/revenue/cohorts", { as, query });
  expect([status, body.error]).toEqual([400, expect.stringContaining("the query: by:")]);
});
