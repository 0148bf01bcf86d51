import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CreditRow, rowOf } from "../../shared/core/attribution/credit-row.ts";
import type { CreditStep } from "../../shared/core/attribution/credit-step.ts";
import { creditSteps } from "../../shared/core/attribution/credit-steps.ts";
import type { Line } from "../../shared/core/attribution/lines.ts";
import { shareOutBy } from "../../shared/core/attribution/version.ts";
import { dynamoBlockStore } from "../../shared/dynamodb/block-store.ts";
import { dynamoCreditStore } from "../../shared/dynamodb/credit-store.ts";
import type { BlockStore } from "../../shared/revenue/block-ports.ts";
import type { CreditStore } from "../../shared/revenue/credit-ports.ts";
import { takenFrom, versionBy } from "../support/credit-scene.ts";
import { openDynamoTables } from "../support/dynamo-tables.ts";
import { memoryBlockStore, memoryCreditStore } from "../support/memory-credit-store.ts";

let dynamo: Awaited<ReturnType<typeof openDynamoTables>>;

beforeAll(async () => {
  dynamo = await openDynamoTables();
}, 60_000);

afterAll(() => dynamo?.stop());

const LINEAR = versionBy({ kind: "positions", weights: { others: "1" } });

/** A booking and what follows it, one an hour. */
function stepsOf(opportunityId: string, count = 2, sources = ["A", "B", "C"]): CreditStep[] {
  return Array.from({ length: count }, (_, index) => ({
    ...{ opportunityId, number: index + 1, at: `2026-03-04T0${index + 1}:00:00.000Z` },
    entry: {
      ...{ sequence: index + 1, effectiveDay: "2026-02-03", owner: null, hash: `h${index}` },
      kind: index === 0 ? "booked" : "refunded",
      amount: { minor: 123_456_789_012_345_678_901n, currency: "EUR" },
      corporate: { minor: -1n, currency: "USD" },
      won: { before: index > 0, after: true },
    },
    ...(index === 0 ? { taken: takenFrom(sources, { segment: "Ž" }) } : {}),
  }));
}

const rowsOf = (steps: readonly CreditStep[], version = LINEAR) =>
  creditSteps(steps, shareOutBy(version)).map((step) => rowOf(version, step));

async function all<Item>(pages: AsyncIterable<readonly Item[]>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const page of pages) found.push(...page);
  return found;
}

describe.each<[string, () => CreditStore]>([
  ["in DynamoDB", () => dynamoCreditStore(dynamo.db, dynamo.tables.ledger)],
  ["in memory", () => memoryCreditStore().store],
])("credits %s", { timeout: 30_000 }, (_where, open) => {
  const ofIt = (id: string) => (rows: readonly CreditRow[]) =>
    rows.filter(({ opportunityId }) => opportunityId === id).sort((a, b) => a.step - b.step);

  test("steps are given back as they were added, and the first of two has its place", async () => {
    const store = open();
    const [first, second] = stepsOf(randomUUID());
    if (!first || !second) throw new Error("there are two");
    expect(await store.addStep(first)).toBe("added");
    expect(await store.addStep(second)).toBe("added");
    expect(await store.addStep({ ...second, at: "2027-01-01T00:00:00.000Z" })).toBe("taken");
    expect(await store.stepsOf(first.opportunityId)).toEqual([first, second]);
    expect(await store.stepsOf(randomUUID())).toEqual([]);
  });

  test("a journey of thousands of touches is kept whole", async () => {
    const store = open();
    const sources = Array.from({ length: 4000 }, (_, index) => `SOURCE_${index}`);
    const [step] = stepsOf(randomUUID(), 1);
    if (!step) throw new Error("there is one");
    const taken = { ...takenFrom(["A"]), persons: takenFrom(sources).persons };
    await store.addStep({ ...step, taken });
    expect((await store.stepsOf(step.opportunityId))[0]?.taken).toEqual(taken);
  });

  test("rows are found by opportunity, by a span of time, and by the month they count in; one that is there stays", async () => {
    const store = open();
    const id = randomUUID();
    const rows = rowsOf(stepsOf(id));
    await store.keepCredits(rows);
    await store.keepCredits(rows.map((row) => ({ ...row, owner: "somebody else" })));
    const mine = ofIt(id);
    expect(await store.creditsOf(id, LINEAR)).toEqual(rows);
    expect(await store.creditsOf(id, { model: "ours", version: "v2" })).toEqual([]);
    expect(mine(await all(store.creditsIn(LINEAR, "2026-02")))).toEqual(rows);
    const span = { from: "2026-03-04T01:00:00.000Z", to: "2026-03-04T02:00:00.000Z" };
    expect(mine(await all(store.creditsBetween(LINEAR, span)))).toEqual(rows.slice(1));
    const whole = { from: "", to: "2026-03-04T01:00:00.000Z" };
    expect(mine(await all(store.creditsBetween(LINEAR, whole)))).toEqual(rows.slice(0, 1));
  });

  test("what a version credits of a month is given page by page, in the order of posting", async () => {
    const store = open();
    const version = { ...LINEAR, model: randomUUID() };
    // Of one shard more steps than a page asks it for, and more credits than a page has.
    const sources = Array.from({ length: 800 }, (_, index) => `SOURCE_${index}`);
    const ids = Array.from({ length: 36 }, (_, index) => `${index % 5 ? "f" : "0"}${randomUUID()}`);
    const rows = ids.flatMap((id, index) =>
      rowsOf(stepsOf(id, 2, index < 8 ? sources : ["A"]), version),
    );
    const later = rowsOf(stepsOf(randomUUID(), 1), version).map((row) => ({
      ...row,
      at: "2026-04-01T00:00:00.000Z",
    }));
    await store.keepCredits([...rows, ...later]);
    const found: CreditRow[] = [];
    let pages = 0;
    let after: string | undefined;
    do {
      const page = await store.page(version, "2026-03", after);
      found.push(...page.items);
      pages += 1;
      after = page.next;
    } while (after !== undefined);
    const placeOf = ({ at, opportunityId, step }: CreditRow) => `${at} ${opportunityId} ${step}`;
    expect(pages).toBeGreaterThan(1);
    expect(found.map(placeOf)).toEqual(rows.map(placeOf).sort());
    expect(new Set(found)).toEqual(new Set(rows));
    expect(await store.page(version, "2026-02", undefined)).toEqual({ items: [] });
  });

  test("steps are found by their moments, page by page", async () => {
    const store = open();
    const id = `f${randomUUID().slice(1)}`;
    const steps = stepsOf(id, 3).map((one) => ({ ...one, at: `2026-07${one.at.slice(7)}` }));
    for (const step of steps) await store.addStep(step);
    const bare = steps.map(({ taken: _, ...step }) => step);
    const span = { from: "2026-07-01T00:00:00.000Z", to: "2026-07-04T02:00:00.000Z" };
    expect(await all(store.stepsBetween(span))).toMatchObject(bare.slice(0, 2));
    expect(await store.firstStepAfter(span.from)).toBe(steps[0]?.at);
    expect(await store.firstStepAfter("2026-07-05T00:00:00.000Z")).toBeUndefined();
    const of = { month: "2026-07", shard: "f" };
    const page = await store.stepsPage(of, undefined, 2);
    const rest = await store.stepsPage(of, page.next, 2);
    expect([...page.steps, ...rest.steps].map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(rest.next).toBeUndefined();
  });

  test("versions, what they learnt and how far they are is kept once", async () => {
    const store = open();
    const model = randomUUID();
    const weights = new Map([["A", 400_000]]);
    const shares = [{ source: "A", share: 0.4, low: 0.1, high: 0.7, journeys: 3 }];
    const learned = { won: 2, lost: 1, shares, weights };
    const version = { ...LINEAR, model, madeAt: "2026-01-01T00:00:00.000Z", learned };
    await store.keepVersion(version);
    await store.keepVersion({ ...version, because: "another reason" });
    await store.putInForce({ model, version: "v1", since: "2026-01-02T00:00:00.000Z" });
    const { versions, inForce } = await store.versions();
    expect(versions.filter((one) => one.model === model)).toEqual([version]);
    expect(inForce.filter((one) => one.model === model)).toHaveLength(1);
    const page = { shard: "a", page: 0, credited: 7, done: false };
    await store.keepProgress(version, page);
    await store.keepProgress(version, { ...page, credited: 9 });
    expect(await store.progress(version)).toMatchObject([page]);
    const ended = [{ opportunityId: "o1", won: true, sources: ["A", "B"] }];
    await store.keepEnded(model, 0, ended);
    await store.keepEnded(model, 0, []);
    expect(await all(store.ended(model))).toEqual(ended);
    expect(await store.runOutcome(model)).toBeUndefined();
    await store.endRun(model, { refused: "too few" });
    await store.endRun(model, { version: "v9" });
    expect(await store.runOutcome(model)).toMatchObject({ refused: "too few" });
  });
});

describe.each<[string, () => BlockStore]>([
  ["in DynamoDB", () => dynamoBlockStore(dynamo.db, dynamo.tables.ledger)],
  ["in memory", memoryBlockStore],
])("sums %s", { timeout: 30_000 }, (_where, open) => {
  const line = (value: string): Line => ({
    ...{ month: "2026-03", attributed: true, value, currency: "EUR", corporateCurrency: "USD" },
    ...{ closed: 2n ** 70n, later: -5n, corporate: 0n, won: 3 },
  });

  test("are given back in their order, whole, and the first of two stays", async () => {
    const store = open();
    const version = { model: randomUUID(), version: "v1" };
    const of = { dimension: "source", level: "day" } as const;
    const many = Array.from({ length: 12_000 }, (_, index) => line(`S${index}`));
    const days = [
      { ...of, start: "2026-03-01", lines: many },
      { ...of, start: "2026-03-02", lines: [] },
      { ...of, start: "2026-03-03", lines: [line("B")] },
    ];
    expect(await store.lastBlock(version, of)).toBeUndefined();
    await store.keepBlocks(version, days);
    await store.keepBlocks(version, [{ ...of, start: "2026-03-03", lines: [line("C")] }]);
    expect(await store.lastBlock(version, of)).toBe("2026-03-03");
    const told = await store.blocks(version, { ...of, from: "", before: "2026-03-03" });
    expect(told.map(({ start, lines }) => [start, lines])).toEqual([
      ["2026-03-01", many],
      ["2026-03-02", []],
    ]);
    const rest = await store.blocks(version, { ...of, from: "2026-03-02~", before: "2026-04" });
    expect(rest.map(({ lines }) => lines)).toEqual([[line("B")]]);
    expect(await store.blocks(version, { ...of, from: "2026-04", before: "2026-03" })).toEqual([]);
  });
});
