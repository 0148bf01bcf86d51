import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CostFact } from "../../shared/core/costs/cost-fact.ts";
import { dynamoCostStore } from "../../shared/dynamodb/cost-store.ts";
import { openDynamoTables } from "../support/dynamo-tables.ts";
import { memoryCostStore } from "../support/memory-cost-store.ts";

const SLOW_MS = 60_000;

let dynamo: Awaited<ReturnType<typeof openDynamoTables>>;

beforeAll(async () => {
  dynamo = await openDynamoTables();
}, SLOW_MS);

afterAll(() => dynamo?.stop());

const fact = (more: Partial<CostFact>): CostFact => ({
  ...{ campaign: "Žižkov", period: "2025-02", reference: "Žižkov", correction: 0 },
  amount: { minor: 123_456_789_012_345_678_901n, currency: "EUR" },
  corporate: { minor: 1n, currency: "USD" },
  rate: { rate: "0.92", source: "a table", day: "2026-01-01" },
  ...{ postedAt: "2025-03-01T00:00:00.000Z", actor: "fay", because: "bills", ...more },
});

describe.each([
  ["in DynamoDB", () => dynamoCostStore(dynamo.db, dynamo.tables.ledger)],
  ["in memory", memoryCostStore],
])("costs %s", { timeout: SLOW_MS }, (_where, open) => {
  test("C1: are kept once under their name, and given by their months", async () => {
    const store = open();
    const facts = [
      fact({}),
      fact({ correction: 1 }),
      fact({ correction: 10 }),
      fact({ reference: "#" }),
      fact({ period: "2025-03" }),
    ];
    for (const one of facts) expect(await store.keepCost(one)).toBe("kept");
    expect(await store.keepCost(fact({ actor: "somebody else" }))).toBe("taken");
    const sorted = (some: readonly CostFact[]) =>
      [...some].sort((one, other) =>
        JSON.stringify(one, text) < JSON.stringify(other, text) ? -1 : 1,
      );
    const february = { first: "2025-02", last: "2025-02" };
    expect(sorted(await store.costsOf(february))).toEqual(sorted(facts.slice(0, 4)));
    expect(await store.costsOf({ first: "2025-03", last: "2025-04" })).toEqual(facts.slice(4));
    expect(await store.costsOf({ last: "2025-01" })).toEqual([]);
    expect(await store.costsOf({})).toEqual(expect.arrayContaining(facts));
  });
});

function text(_name: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
