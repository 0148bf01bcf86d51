import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dynamoFigureStore } from "../../shared/dynamodb/figure-store.ts";
import type { WriteBackRun, WriteBackStore } from "../../shared/write-back/ports.ts";
import { openDynamoTables } from "../support/dynamo-tables.ts";
import { memoryFigureStore } from "../support/memory-figure-store.ts";

let tables: Awaited<ReturnType<typeof openDynamoTables>>;

beforeAll(async () => {
  tables = await openDynamoTables();
}, 60_000);

afterAll(() => tables?.stop());

const run: WriteBackRun = {
  ...{ id: "figures-1", task: "write", isDry: false, by: "fay", because: "a test" },
  ...{ startedAt: "2026-11-22T08:00:00.000Z", model: "linear", version: "1", settings: "[]" },
  ...{ since: "", page: 0, piece: { phase: "gather", shard: "0", month: "2026-11" } },
  counts: { opportunities: 0, unchanged: 0, written: 0, refused: 0 },
};
const ann = { kind: "person", id: "a1" } as const;
const bob = { kind: "person", id: "a2" } as const;
const fair = { kind: "campaign", id: "701x" } as const;
const eur = (minor: bigint) => ({ minor, currency: "EUR" });
const deal = { system: "hubspot", object: "deals", id: "1" } as const;
const line = { ...deal, target: ann, property: "p", from: null, to: "1.00" };

describe.each([
  ["in memory", () => memoryFigureStore()],
  ["in DynamoDB", () => dynamoFigureStore(tables.db, tables.tables.records)],
])("a store of figures %s", (_where, open) => {
  let store: WriteBackStore;

  beforeAll(() => {
    store = open();
  });

  test("lets one run begin at a time, and moves it on from where it is alone", async () => {
    const before = await store.standing();
    expect(before).toEqual({});
    expect(await store.begin(run, before)).toBe("begun");
    expect(await store.begin({ ...run, id: "figures-2" }, before)).toBe("taken");
    expect(await store.standing()).toEqual({ run: "figures-1", isHeld: false });
    const { piece: _, ...rest } = run;
    const done = { ...rest, page: 1, finishedAt: run.startedAt };
    expect(await store.moveOn(done, 0)).toBe("moved");
    expect(await store.moveOn({ ...run, page: 1 }, 0)).toBe("taken");
    expect(await store.loadRun(run.id)).toEqual(done);
    expect(await store.loadRun("figures-3")).toBe(undefined);
  });

  test("keeps what was gathered, and that somebody cleared", async () => {
    const gathered = { settings: "[]", until: run.startedAt, wholeAt: run.startedAt };
    await store.keepGathered(gathered);
    const before = await store.standing();
    expect(before).toEqual({ run: "figures-1", isHeld: false, gathered });
    const clear = { ...run, id: "figures-4", task: "clear" as const };
    expect(await store.begin(clear, before)).toBe("begun");
    expect(await store.standing()).toEqual({ run: "figures-4", isHeld: true, gathered });
    const dry = { ...run, id: "figures-5", isDry: true };
    expect(await store.begin(dry, await store.standing())).toBe("begun");
    expect(await store.standing()).toEqual({ run: "figures-5", isHeld: true, gathered });
  });

  test("adds up nothing, and keeps what each opportunity gives in the place of what it gave", async () => {
    await store.keepGiven("o1", [ann, fair]);
    expect(await store.givenBy("o1")).toEqual([ann, fair]);
    expect(await store.givenBy("o2")).toEqual([]);
    await store.keepShares("o1", [{ target: ann, sums: [eur(100n)] }]);
    await store.keepShares("o2", [{ target: ann, sums: [eur(7n), eur(-1n)] }]);
    await store.keepShares("o1", [{ target: ann, sums: [eur(5n)] }]);
    const sums = await store.sharesOf(ann);
    expect(sums.map(({ minor }) => minor).sort()).toEqual([-1n, 5n, 7n]);
    expect(await store.sharesOf(bob)).toEqual([]);
  });

  test("lists whom to look at by the first digit of the id, with what was refused, until it is settled", async () => {
    const all = Array.from({ length: 5 }, (_, n) => ({ kind: "person", id: `b${n}` }) as const);
    const refusals = [{ ...deal, property: "p", code: "C", message: "not now" }];
    await store.addDue([...all, fair]);
    await store.settle({ target: all[1] ?? ann, refusals });
    await store.addDue(all);
    await store.settle({ target: all[0] ?? ann, refusals: [] });
    const found = [];
    for (let after: string | undefined, more = true; more; more = after !== undefined) {
      const page = await store.duePage("b", after);
      found.push(...page.items);
      after = page.next;
    }
    expect(found.map(({ target }) => target.id)).toEqual(["b1", "b2", "b3", "b4"]);
    expect(found[0]?.refusals).toEqual(refusals);
    expect((await store.duePage("7", undefined)).items).toEqual([{ target: fair, refusals: [] }]);
  });

  test("remembers what was written where, until that is nothing", async () => {
    const records = [{ ...deal, values: { p: "1.00" } }];
    await store.keepWritten(ann, records);
    await store.keepWritten(bob, records);
    await store.keepWritten(bob, []);
    expect(await store.written([ann, bob])).toEqual(new Map([["person#a1", records]]));
    expect(await store.writtenPage("a", undefined)).toEqual({ items: [{ target: ann, records }] });
  });

  test("keeps what would be written, page by page", async () => {
    await store.keepLines("figures-9", 0, [line]);
    await store.keepLines("figures-9", 3, [{ ...line, to: null }]);
    const first = await store.lines("figures-9", undefined);
    expect(first.items).toEqual([line]);
    const second = await store.lines("figures-9", first.next);
    expect(second.items).toEqual([{ ...line, to: null }]);
    expect((await store.lines("figures-8", undefined)).items).toEqual([]);
  });
});
