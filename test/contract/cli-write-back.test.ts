import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { postLedger } from "../../functions/post-ledger/post-ledger.ts";
import { writeBack } from "../../shared/config/write-back.ts";
import { dynamoCreditStore } from "../../shared/dynamodb/credit-store.ts";
import { dynamoFigureStore } from "../../shared/dynamodb/figure-store.ts";
import { dynamoRecordStore } from "../../shared/dynamodb/record-store.ts";
import { entryItem } from "../../shared/dynamodb/stored-entry.ts";
import { itemOf } from "../../shared/dynamodb/stored-record.ts";
import type { RecordWrite, WriteResult } from "../../shared/sync/ports.ts";
import { type AccordRecord, newRecord } from "../../shared/sync/record.ts";
import type { WriteBackWorld } from "../../shared/write-back/ports.ts";
import { workOffWriteBack } from "../../shared/write-back/work-off.ts";
import { apiWorld, askApi } from "../support/ask-api.ts";
import { openDynamoTables } from "../support/dynamo-tables.ts";
import { sourceTouch } from "../support/journey-builders.ts";
import { RATES } from "../support/ledger-scene.ts";
import { serveApi } from "../support/served-api.ts";

const SLOW_MS = 60_000;
const NOW = "2026-11-22T08:00:00.000Z";

let dynamo: Awaited<ReturnType<typeof openDynamoTables>>;
let api: Awaited<ReturnType<typeof serveApi>>;
let ask: ReturnType<typeof askApi>;
let on = false;
/** What the CRMs were given, and what they will not take. */
const written: Record<string, string | null> = {};
const refuses = new Set<string>();

const fakeCrm = (system: string) => ({
  async write(writes: readonly RecordWrite[]): Promise<readonly WriteResult[]> {
    return writes.map(({ recordId, object, id, properties }) => {
      const isRefused = refuses.has(object);
      if (!isRefused)
        for (const [name, value] of Object.entries(properties))
          written[`${system} ${object} ${id} ${name}`] = value;
      const failed = { code: "FIELD_CUSTOM_VALIDATION_EXCEPTION", message: "not now" };
      return {
        ...{ recordId, id, created: false, refused: [] },
        failed: isRefused ? { ...failed, retryable: false } : undefined,
      };
    });
  },
});

function recordOf(kind: string, fields: Readonly<Record<string, string>>, more = {}): AccordRecord {
  const state = (value: string) => ({ value, source: "both", at: NOW, baseline: value }) as const;
  return {
    ...newRecord({ id: randomUUID(), kind }, { now: NOW, mappingVersion: "1" }),
    fields: Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, state(value)])),
    ...more,
  };
}

const link = (system: string, object: string, id: string) => ({
  ...{ system, object, id },
  ...{ since: NOW, because: "made" },
});

beforeAll(async () => {
  dynamo = await openDynamoTables();
  const { db, tables } = dynamo;
  const store = dynamoRecordStore(db, tables);
  const base = {
    figures: dynamoFigureStore(db, tables.records),
    credits: dynamoCreditStore(db, tables.ledger),
    ...{ mode: "sync" as const, now: Date.now, newId: () => randomUUID().slice(0, 6) },
    crms: { hubspot: fakeCrm("hubspot"), salesforce: fakeCrm("salesforce") },
    records: store,
    get settings() {
      return { ...writeBack, model: "first", on };
    },
  };
  const queue: WriteBackWorld["queue"] = {
    async send(messages) {
      for (const one of messages) await workOffWriteBack(desk, one);
    },
  };
  const desk: WriteBackWorld = Object.defineProperty({ ...base, queue }, "settings", {
    get: () => base.settings,
  });
  const { world } = apiWorld(dynamo, { writeBack: desk });
  api = await serveApi(world);
  ask = askApi(world);
  const ann = recordOf("person", {}, { links: [link("hubspot", "contacts", "7")] });
  const deal = recordOf(
    "opportunity",
    { ...{ name: "Robots", amount: "EUR 100.01", won: "true" }, closeDate: "2026-03-31" },
    {
      persons: [ann.id],
      links: [link("hubspot", "deals", "8"), link("salesforce", "Opportunity", "006x")],
    },
  );
  for (const record of [ann, deal]) await store.save(record);
  await store.keepTouches(ann.id, [sourceTouch("2026-01-01T08:00:00.000Z", "PAID_SEARCH")]);
  for (const rate of RATES) await world.ledger.ledger.keepRate(rate);
  const tell = postLedger(world.ledger, world.crediting);
  await tell({ before: undefined, after: itemOf(deal, 1) });
  const { entries } = await world.ledger.ledger.load(deal.id);
  for (const entry of entries) await tell({ before: undefined, after: entryItem(entry) });
}, SLOW_MS);

afterAll(async () => {
  await api?.stop();
  await dynamo?.stop();
});

beforeEach(() => {
  on = true;
  refuses.clear();
});

const accord = (line: string) => api.accord(line);

test(
  "P9: off, it says what would be written, and writes nothing",
  async () => {
    on = false;
    const refused = await accord("revenue write-back");
    expect([refused.code, refused.out]).toEqual([1, ""]);
    expect(refused.err).toMatch(/nothing is written back: .*--dry-run.*write-back\.ts/);
    const { code, out, err } = await accord("revenue write-back --dry-run");
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(
      /^figures-[-0-9a-f]+, by first@\w+: 2 would be written, 0 as they are, 0 ref/,
    );
    expect(out).toMatch(/^hubspot deals 8 +accord_attributed_amount +- +100\.01$/m);
    expect(out).toMatch(/^hubspot contacts 7 +accord_attributed_revenue +- +108\.71$/m);
    expect(written).toEqual({});
  },
  SLOW_MS,
);

test(
  "W3: on, both sides get the same figure and version, once",
  async () => {
    const { out, err } = await accord("revenue write-back --because 'the board meets'");
    expect(out).toMatch(/: 2 written, 0 as they are, 0 refused\.\n$/);
    expect(err).toBe("");
    const version = /by (first@\w+):/.exec(out)?.[1] ?? "";
    expect(written).toEqual({
      "hubspot deals 8 accord_attributed_amount": "100.01",
      "hubspot deals 8 accord_attributed_revenue": "108.71",
      "hubspot deals 8 accord_attributed_source": "PAID_SEARCH",
      "hubspot deals 8 accord_attribution_version": version,
      "salesforce Opportunity 006x Accord_Attributed_Amount__c": "100.01",
      "salesforce Opportunity 006x Accord_Attributed_Revenue__c": "108.71",
      "salesforce Opportunity 006x Accord_Attributed_Source__c": "PAID_SEARCH",
      "salesforce Opportunity 006x Accord_Attribution_Version__c": version,
      "hubspot contacts 7 accord_attributed_revenue": "108.71",
      "hubspot contacts 7 accord_attribution_version": version,
    });
    const again = await accord("revenue write-back --json");
    expect(JSON.parse(again.out)).toMatchObject({
      ...{ task: "write", isDry: false, by: "fay", doing: "done" },
      counts: { written: 0, unchanged: 2, refused: 0 },
    });
  },
  SLOW_MS,
);

test(
  "W7, P4: cleared, all is blank but what a CRM refuses, which is listed",
  async () => {
    expect((await accord("revenue write-back --refused")).out).toBe("Nothing is refused.\n");
    refuses.add("Opportunity");
    const { out } = await accord("revenue write-back --clear --because 'another model'");
    expect(out).toMatch(/: 2 blanked, 0 as they are, 1 refused\.\nWhat was refused: accord/);
    expect(written["hubspot deals 8 accord_attributed_amount"]).toBe(null);
    expect(written["salesforce Opportunity 006x Accord_Attributed_Amount__c"]).toBe("100.01");
    const listed = await accord("revenue write-back --refused");
    expect(listed.out).toMatch(
      /^salesforce Opportunity 006x +\* +FIELD_CUSTOM_VALIDATION_EXCEPTION +not now$/m,
    );
    refuses.clear();
    expect((await accord("revenue write-back --clear")).out).toMatch(/: 1 blanked/);
    const left = Object.values(written).filter((value) => value !== null);
    expect(left).toEqual([]);
  },
  SLOW_MS,
);

test(
  "only finance writes figures, and why is kept in the audit",
  async () => {
    const body = { task: "write", because: "to see" };
    for (const accord_role of ["viewer", "modeller", "admin"])
      expect(
        (await ask("POST /api/revenue/write-backs", { as: { sub: "x", accord_role }, body }))
          .status,
      ).toBe(403);
    const { out } = await accord("audit");
    expect(out).toMatch(/fay .*the board meets/);
    const asked = { as: { sub: "fay", accord_role: "finance" }, body: { task: "sing" } };
    const { status } = await ask("POST /api/revenue/write-backs", asked);
    expect(status).toBe(400);
    expect((await ask("GET /api/revenue/write-backs/none")).status).toBe(404);
  },
  SLOW_MS,
);
