import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { postLedger } from "../../functions/post-ledger/post-ledger.ts";
import { dynamoRecordStore } from "../../shared/dynamodb/record-store.ts";
import { entryItem } from "../../shared/dynamodb/stored-entry.ts";
import { itemOf } from "../../shared/dynamodb/stored-record.ts";
import { type AccordRecord, newRecord } from "../../shared/sync/record.ts";
import { type Ask, apiWorld, askApi } from "../support/ask-api.ts";
import { openDynamoTables } from "../support/dynamo-tables.ts";
import { sourceTouch } from "../support/journey-builders.ts";
import { RATES } from "../support/ledger-scene.ts";
import { serveApi } from "../support/served-api.ts";

/** A report reads every partition of the index, of a DynamoDB that shares the core. */
const SLOW_MS = 30_000;

const NOW = "2026-11-22T08:00:00.000Z";
let dynamo: Awaited<ReturnType<typeof openDynamoTables>>;
let api: Awaited<ReturnType<typeof serveApi>>;
let ask: Ask;

function recordOf(kind: string, fields: Readonly<Record<string, string>>, more = {}): AccordRecord {
  const state = (value: string) => ({ value, source: "both", at: NOW, baseline: value }) as const;
  return {
    ...newRecord({ id: randomUUID(), kind }, { now: NOW, mappingVersion: "1" }),
    fields: Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, state(value)])),
    ...more,
  };
}

const contact = { system: "hubspot", object: "contacts", id: "7", since: NOW, because: "made" };
const ann = recordOf("person", { firstSeen: "2026-01-01T08:00:00.000Z" }, { links: [contact] });
const deal = (name: string, amount: string, persons: readonly string[]) =>
  recordOf(
    "opportunity",
    {
      ...{ name, amount, won: "true", closed: "true", owner: "olga@x.example" },
      ...{ closeDate: "2026-03-31", createdDate: "2026-02-15T08:00:00.000Z" },
    },
    { persons, links: [{ ...contact, system: "salesforce", object: "Opportunity", id: name }] },
  );

beforeAll(async () => {
  dynamo = await openDynamoTables();
  const { world } = apiWorld(dynamo);
  ask = askApi(world);
  api = await serveApi(world);
  const store = dynamoRecordStore(dynamo.db, dynamo.tables);
  const deals = [deal("Robots", "EUR 100.01", [ann.id]), deal("Arms", "EUR 50.00", [])];
  for (const record of [ann, ...deals]) await store.save(record);
  const campaign = { id: "701", name: "Spring webinar" };
  await store.keepTouches(ann.id, [
    sourceTouch("2026-01-01T08:00:00.000Z", "PAID_SEARCH"),
    sourceTouch("2026-02-01T08:00:00.000Z", "Webinar", { kind: "campaign-response", campaign }),
    sourceTouch("2026-03-01T08:00:00.000Z", "ORGANIC_SEARCH"),
  ]);
  for (const rate of RATES) await world.ledger.ledger.keepRate(rate);
  const tell = postLedger(world.ledger, world.crediting);
  for (const record of deals) {
    const after = itemOf(record, 1);
    await tell({ before: undefined, after });
    const { entries } = await world.ledger.ledger.load(record.id);
    for (const entry of entries) await tell({ before: undefined, after: entryItem(entry) });
  }
}, 60_000);

afterAll(async () => {
  await api?.stop();
  await dynamo?.stop();
});

const VIEWER = { sub: "vic", accord_role: "viewer" };

test.each([
  ["first", ["100.01", "0.00", "0.00"]],
  ["last", ["0.00", "0.00", "100.01"]],
  ["linear", ["33.34", "33.34", "33.33"]],
  ["u-shaped", ["80.01", "10.00", "10.00"]],
  ["w-shaped", ["60.01", "30.00", "10.00"]],
])(
  "P5: %s credits a deal's touches, and shows what nobody earned",
  { timeout: SLOW_MS },
  async (model, shares) => {
    const { status, body } = await ask("GET /api/revenue", { as: VIEWER, query: { model } });
    const [search, webinar, organic] = ["PAID_SEARCH", "Webinar", "ORGANIC_SEARCH"].map(
      (label) =>
        body.lines.find((line: { label: string }) => line.label === label)?.revenue ?? "0.00",
    );
    expect([status, search, webinar, organic]).toEqual([200, ...shares]);
    expect(body.lines).toContainEqual(
      expect.objectContaining({ label: "(unattributed)", revenue: "50.00", opportunities: 1 }),
    );
    expect(body.totals).toMatchObject([
      { currency: "EUR", revenue: "150.01", closedWon: "150.01", opportunities: 2 },
    ]);
  },
);

test("P7: a line leads to its opportunity and touches", { timeout: SLOW_MS }, async () => {
  const query = { model: "linear", by: "campaign", of: "Spring webinar" };
  const { body } = await ask("GET /api/revenue/credits", { as: VIEWER, query });
  expect(body.opportunities).toMatchObject([
    {
      ...{ name: "Robots", amount: "100.01", credit: "33.34" },
      touches: [{ personId: ann.id, campaign: "Spring webinar", credit: "33.34" }],
    },
  ]);
});

test.each([
  [{ model: "best" }, "there is no model 'best'; there is: first, last,"],
  [{ by: "weather" }, "there is no breakdown 'weather'; there is: source,"],
  [{ from: "yesterday" }, "from: expected a day such as 2026-01-31, in UTC"],
  [{ model: "markov-1" }, "model 'markov-1' says nothing yet: it learns when it is asked to"],
])(
  "what cannot be answered is told in one line: %j",
  { timeout: SLOW_MS },
  async (query, reason) => {
    const { status, body } = await ask("GET /api/revenue", { as: VIEWER, query });
    expect([status, body.error]).toEqual([400, expect.stringContaining(reason)]);
  },
);

test("the command prints models with their weights, side by side, and the gaps", {
  timeout: SLOW_MS,
}, async () => {
  const out = async (line: string) => {
    const { code, out: printed, err } = await api.accord(line);
    expect([code, err]).toEqual([0, ""]);
    return printed;
  };
  expect(await out("revenue models")).toMatch(
    /u-shaped +[0-9a-f]{8} +40 % first touch, 40 % touch that led to the lead, 20 % all others/,
  );
  const compared = await out("revenue --compare first,last,linear,shapley");
  expect(compared).toMatch(/SOURCE +CURRENCY +FIRST +LAST +LINEAR +SPREAD/);
  expect(compared).toMatch(/PAID_SEARCH +EUR +100[.]01 +0[.]00 +33[.]34 +100[.]01/);
  expect(compared).toMatch(/total +EUR +150[.]01 +150[.]01 +150[.]01 +-/);
  expect(compared).toContain("model 'shapley' says nothing yet: it learns when it is asked to");
  const gaps = await out("revenue coverage --from 2026-01-01 --to 2026-04-01");
  expect(gaps).toMatch(/EUR +150[.]01 +2 +100[.]01 +66[.]66 %/);
  expect(gaps).toMatch(/no-contact-role +50[.]00 +EUR +1 +Arms +give the opportunity/);
  expect(await out("revenue --by owner --model last")).toMatch(
    /olga@x[.]example +100[.]01 +EUR +1/,
  );
  const credits = await out("revenue credits PAID_SEARCH --model u-shaped");
  expect(credits).toMatch(
    /Robots +2026-03-31 +80[.]01 +100[.]01 +EUR +2026-01-01T08:00 +PAID_SEARCH .* contacts 1 +80[.]01/,
  );
  expect(await out("revenue credits")).toMatch(/Arms +2026-03-31 +50[.]00 +50[.]00 +EUR/);
  expect((await api.accord("revenue --model best")).code).toBe(1);
});
