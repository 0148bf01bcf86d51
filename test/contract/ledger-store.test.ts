import { randomUUID } from "node:crypto";
import { PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LedgerEntry } from "../../shared/core/ledger/entry.ts";
import { byPosting } from "../../shared/core/ledger/report.ts";
import { dynamoLedgerStore } from "../../shared/dynamodb/ledger-store.ts";
import { dynamoTieOutStore } from "../../shared/dynamodb/tie-out-store.ts";
import type { LedgerStore } from "../../shared/revenue/ledger-ports.ts";
import { postOpportunity } from "../../shared/revenue/post-opportunity.ts";
import { openDynamoTables } from "../support/dynamo-tables.ts";
import { digest, ledgerWorld, RATES, won } from "../support/ledger-scene.ts";
import { memoryLedgerStore } from "../support/memory-ledger-store.ts";

let dynamo: Awaited<ReturnType<typeof openDynamoTables>>;

beforeAll(async () => {
  dynamo = await openDynamoTables();
}, 60_000);

afterAll(() => dynamo?.stop());

const inDynamo = () => dynamoLedgerStore(dynamo.db, dynamo.tables.ledger);

/** The two months of these tests belong to nobody else. */
const entry = (more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  opportunityId: randomUUID(),
  sequence: 1,
  kind: "booked",
  effectiveDay: "2026-02-03",
  postedAt: "2026-03-04T08:00:00.000Z",
  amount: { minor: 123_456_789_012_345_678_901n, currency: "EUR" },
  corporate: { minor: -1n, currency: "USD" },
  rate: { rate: "0.92", source: "a table", day: "2026-01-01" },
  owner: null,
  recordVersion: 7,
  actor: "Žižková",
  because: "closed and won",
  previousHash: "",
  hash: digest(randomUUID()),
  ...more,
});

describe.each<[string, () => LedgerStore]>([
  ["in DynamoDB", inDynamo],
  ["in memory", () => memoryLedgerStore().store],
])("the ledger %s", { timeout: 30_000 }, (_where, open) => {
  test("gives what was posted in a month page by page, in that order", async () => {
    const store = open();
    const all = Array.from({ length: 150 }, (_, index) => {
      const day = `${index % 10 === 0 ? "2027-02" : "2027-01"}-07`;
      // Of one shard more than a page asks it for: the others must wait for it.
      const opportunityId = `${index % 5 === 0 ? "f" : "0"}${randomUUID().slice(1)}`;
      const at = String(index % 60).padStart(2, "0");
      return entry({ opportunityId, postedAt: `${day}T10:00:${at}.000Z` });
    });
    for (const one of all) await store.post(one);
    const found: LedgerEntry[] = [];
    let after: string | undefined;
    do {
      const page = await store.page("2027-01", after);
      found.push(...page.items);
      after = page.next;
    } while (after !== undefined);
    const wanted = all.filter(({ postedAt }) => postedAt.startsWith("2027-01")).sort(byPosting);
    expect(found).toEqual(wanted);
    expect(await store.page("2027-09", undefined)).toEqual({ items: [] });
  });

  test("gives one shard of a month, and all of them", async () => {
    const store = open();
    const [here, there] = ["0", "f"].map((digit) =>
      entry({
        opportunityId: `${digit}${randomUUID().slice(1)}`,
        effectiveDay: "2027-06-01",
        postedAt: "2027-06-02T00:00:00.000Z",
      }),
    );
    for (const one of [here, there]) if (one) await store.post(one);
    expect(await store.ofMonth("2027-06", "0")).toEqual([here]);
    expect(await store.ofMonth("2027-06")).toHaveLength(2);
    const month = ["2027-06-01T00:00:00.000Z", "2027-06-03T00:00:00.000Z"] as const;
    expect(await store.postedBetween(...month, "f")).toEqual([there]);
    expect(await store.postedBetween(...month)).toHaveLength(2);
  });

  test("gives entries back as they were posted, by their sequence", async () => {
    const store = open();
    const first = entry();
    const second = entry({
      opportunityId: first.opportunityId,
      sequence: 2,
      owner: "ann@x.example",
      reference: "R-1",
      previousHash: first.hash,
    });
    await store.post(first);
    await store.post(second);
    expect(await store.load(first.opportunityId)).toEqual({
      entries: [first, second],
      judged: undefined,
    });
    expect((await store.load(randomUUID())).entries).toEqual([]);
  });

  test("lets the first of two have a place in the chain", async () => {
    const store = open();
    const [first, other] = [entry(), entry()];
    expect(await store.post(first)).toBe("posted");
    expect(await store.post({ ...other, opportunityId: first.opportunityId })).toBe("taken");
    expect((await store.load(first.opportunityId)).entries).toEqual([first]);
  });

  test("finds entries by the month they count in, and by when they were posted", async () => {
    const store = open();
    const one = entry({ effectiveDay: "2026-04-30", postedAt: "2026-06-01T00:00:00.000Z" });
    const other = entry({ effectiveDay: "2026-05-01", postedAt: "2026-07-02T00:00:00.000Z" });
    await store.post(one);
    await store.post(other);
    const hashes = (found: readonly LedgerEntry[]) => found.map(({ hash }) => hash).sort();
    expect(hashes(await store.ofMonth("2026-04"))).toContain(one.hash);
    expect(hashes(await store.ofMonth("2026-04"))).not.toContain(other.hash);
    const posted = (from: string, to: string) =>
      store.postedBetween(`2026-${from}.000Z`, `2026-${to}.000Z`).then(hashes);
    expect(await posted("06-01T00:00:00", "07-02T00:00:00")).toEqual([other.hash]);
    expect(await posted("05-31T23:59:59", "07-02T00:00:00")).toEqual([one.hash, other.hash].sort());
    expect(await posted("06-01T00:00:00", "07-01T23:59:59")).toEqual([]);
    const shard = one.opportunityId.slice(0, 1);
    expect(await store.opportunitiesIn(shard, "2026-11-22")).toContain(one.opportunityId);
    expect(await store.opportunitiesIn(shard, "2026-05-22")).not.toContain(one.opportunityId);
  });

  test("keeps the latest judgement, and lists what is refused while it is", async () => {
    const store = open();
    const opportunityId = randomUUID();
    const refusals = [{ name: "rate-missing" as const, says: "there is no rate of CHF" }];
    const judged = { opportunityId, recordVersion: 3, at: "2026-06-01T00:00:00.000Z", refusals };
    const listed = async () => {
      const { items } = await store.refused(undefined);
      return items.filter((one) => one.opportunityId === opportunityId);
    };
    await store.keepJudged(judged);
    await store.keepJudged({ ...judged, recordVersion: 2, refusals: [] });
    expect((await store.load(opportunityId)).judged).toEqual(judged);
    expect(await listed()).toEqual([judged]);
    await store.keepJudged({ ...judged, refusals: [] });
    expect(await listed()).toEqual([]);
  });

  test("closes a month once", async () => {
    const store = open();
    const close = {
      period: "2026-02",
      cutoff: "2026-03-04T08:00:00.000Z",
      closedAt: "2026-03-04T08:01:00.000Z",
      by: "finn",
      because: "the books",
      report: '{"é":1}',
      reportHash: "x",
    };
    expect(await store.close(close)).toBe("closed");
    expect(await store.close({ ...close, report: "{}" })).toBe("taken");
    expect(await store.closes()).toEqual([close]);
  });

  test("keeps every rate that was read, and none twice", async () => {
    const store = open();
    const rate = { currency: "SEK", rate: "10.5", source: "a", readAt: "2026-01-01T00:00:00.000Z" };
    const dated = { ...rate, rate: "11", from: "2026-02-01" };
    for (const one of [rate, dated, rate]) await store.keepRate(one);
    expect(await store.ratesOf("SEK")).toEqual(expect.arrayContaining([rate, dated]));
    expect(await store.ratesOf("SEK")).toHaveLength(2);
    expect(await store.ratesOf("NOK")).toEqual([]);
  });
});

describe("the ledger's items in DynamoDB", { timeout: 60_000 }, () => {
  async function itemOf(one: LedgerEntry) {
    await inDynamo().post(one);
    const query = new QueryCommand({
      TableName: dynamo.tables.ledger,
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": `OPPORTUNITY#${one.opportunityId}` },
    });
    return (await dynamo.db.send(query)).Items?.[0] ?? {};
  }

  test("no number holds an amount", async () => {
    const item = await itemOf(entry());
    expect(item["amount"]).toBe("EUR 1234567890123456789.01");
    const numbers = Object.entries(item).filter(([, value]) => typeof value === "number");
    expect(numbers.map(([name]) => name).sort()).toEqual(["recordVersion", "sequence"]);
  });

  test("G2: one byte changed in any attribute is found, wherever it stands", async () => {
    const names = Object.keys(await itemOf(entry({ reference: "R-1", owner: "ann@x.example" })));
    const keys = ["pk", "sk"];
    for (const name of names.filter((one) => !keys.includes(one))) {
      const posted = entry({ reference: "R-1", owner: "ann@x.example" });
      const item = await itemOf(posted);
      await dynamo.db.send(
        new PutCommand({
          TableName: dynamo.tables.ledger,
          Item: { ...item, [name]: touch(item[name]) },
        }),
      );
      const { entries, unreadable } = await inDynamo().load(posted.opportunityId);
      const isFound =
        unreadable === 1 || JSON.stringify(bare(entries)) !== JSON.stringify(bare([posted]));
      expect([name, isFound]).toEqual([name, true]);
    }
  });

  const bare = (entries: readonly LedgerEntry[]) =>
    entries.map((one) =>
      JSON.parse(JSON.stringify(one, (_n, v) => (typeof v === "bigint" ? `${v}` : v))),
    );

  function touch(value: unknown): unknown {
    if (typeof value === "number") return value + 1;
    if (typeof value === "string") return value.replace(/.$/, (last) => (last === "1" ? "2" : "1"));
    return { ...(value as object), rate: "0.921" };
  }

  test("an entry that cannot be read stops whoever would post behind it, or report it", async () => {
    const store = inDynamo();
    for (const rate of RATES) await store.keepRate(rate);
    const { world } = ledgerWorld(store, Date.parse("2026-08-01T00:00:00.000Z"));
    const opportunityId = randomUUID();
    const facts = won({ opportunityId, closedOn: "2026-08-20" });
    const { entries } = await postOpportunity(world, facts);
    const [posted] = entries;
    if (!posted) throw new Error("nothing was posted");
    const item = await itemOf(posted);
    await dynamo.db.send(
      new PutCommand({ TableName: dynamo.tables.ledger, Item: { ...item, amount: "EUR 100.001" } }),
    );
    await expect(postOpportunity(world, { ...facts, recordVersion: 2 })).rejects.toThrow(
      `entry 1 of opportunity ${opportunityId} is not what was posted`,
    );
    await expect(store.ofMonth("2026-08")).rejects.toThrow("is not what was posted");
  });

  test("a tie-out and its result are kept once each", async () => {
    const store = dynamoTieOutStore(dynamo.db, dynamo.tables.ledger);
    const asked = { id: randomUUID(), period: "2026-Q1", by: "finn", because: "x", askedAt: "now" };
    const line = {
      currency: "EUR",
      sumsIn: "USD",
      crm: "1.00",
      ledger: "0.00",
      difference: "1.00",
    };
    const result = {
      days: { from: "2026-01-01", to: "2026-03-31" },
      meets: false,
      salesforce: [line],
      hubspot: [],
      differences: [
        {
          system: "salesforce" as const,
          deal: "006",
          crm: "EUR 1.00",
          difference: "EUR 1.00",
          cause: "not-yet-synced" as const,
          says: "no record of Accord holds the deal",
        },
      ],
    };
    expect(await store.load(asked.id)).toBeUndefined();
    await store.ask(asked);
    await store.ask({ ...asked, because: "again" });
    expect(await store.load(asked.id)).toEqual({ asked });
    await store.answer(asked.id, result);
    await store.answer(asked.id, { ...result, meets: true });
    expect(await store.load(asked.id)).toEqual({ asked, result });
  });
});
