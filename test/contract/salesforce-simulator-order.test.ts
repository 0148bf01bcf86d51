import fc from "fast-check";
import { expect, test } from "vitest";
import { Table } from "../../infra/simulators/salesforce/records/table.ts";

type Step = readonly [what: "put" | "remove" | "read", id: number, stamp: number];

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.oneof(
    { weight: 60, arbitrary: fc.constant("put" as const) },
    { weight: 10, arbitrary: fc.constant("remove" as const) },
    { weight: 1, arbitrary: fc.constant("read" as const) },
  ),
  fc.nat(30),
  fc.nat(40),
);

const stampOf = (stamp: number) => `2026-01-01T00:00:${String(stamp).padStart(2, "0")}.000+0000`;

/** Holds what the table says from `stamp` on against its rows when they are simply sorted. */
function checkOrder(table: Table, stamp: number): void {
  const keyOf = (row: Readonly<Record<string, unknown>>) => `${row["SystemModstamp"]} ${row["Id"]}`;
  const sorted = [...table.values()].map(keyOf).sort();
  expect([...table.fromStamp(stampOf(stamp))].map(keyOf)).toEqual(
    sorted.filter((key) => key >= stampOf(stamp)),
  );
}

test("rows are read in the order of their stamps, however they came to have them", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 3000, size: "max" }), fc.nat(40), (steps, from) => {
      const table = new Table();
      for (const [what, number, stamp] of steps) {
        const id = `00Q${String(number).padStart(2, "0")}`;
        if (what === "put") table.put(id, { Id: id, SystemModstamp: stampOf(stamp) });
        else if (what === "remove") table.remove(id);
        else checkOrder(table, from);
      }
      checkOrder(table, from);
    }),
    { numRuns: 15 },
  );
});

test("rows that move often stand once, where they moved last", () => {
  const table = new Table();
  for (let n = 0; n < 10_000; n += 1)
    table.put(`00Q${n % 7}`, {
      Id: `00Q${n % 7}`,
      SystemModstamp: `2026-01-01T00:00:00.${String(n).padStart(5, "0")}`,
    });
  // 9,999 is 3 beyond a multiple of 7.
  expect([...table.fromStamp("")].map((row) => row["Id"])).toEqual(
    [4, 5, 6, 0, 1, 2, 3].map((n) => `00Q${n}`),
  );
});
