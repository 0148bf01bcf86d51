import { describe, expect, test } from "vitest";
import { attribution } from "../../shared/config/attribution.ts";
import type { Attribution } from "../../shared/core/attribution/model.ts";
import { versionAt } from "../../shared/core/attribution/version.ts";
import { progressOf, reattribute, workOffCredits } from "../../shared/revenue/reattribute.ts";
import { revenueBy } from "../../shared/revenue/revenue-report.ts";
import { creditedOffice } from "../support/credit-office.ts";
import { sourceTouch } from "../support/journey-builders.ts";
import { coveredPerson, wonOpportunity } from "../support/memory-revenue-store.ts";

const ANN = coveredPerson("ann", [
  sourceTouch("2026-01-01T00:00:00.000Z", "A"),
  sourceTouch("2026-02-01T00:00:00.000Z", "B"),
]);

/** Ids in every sixteenth. */
const deals = Array.from({ length: 40 }, (_, index) =>
  wonOpportunity(`${(index % 16).toString(16)}-${index}`, `USD ${index + 1}.01`, ["ann"]),
);

const ours = (first: string, closed: string) =>
  ({ name: "ours", definition: { kind: "positions", weights: { first, closed } } }) as const;

const before: Attribution = { ...attribution, models: [ours("1", "0")] };
const after: Attribution = { ...attribution, models: [ours("1", "0"), ours("0.5", "0.5")] };

const ASKED = { model: "ours", run: "run-1", by: "marta", because: "the new year" };
const HOUR_MS = 3_600_000;

async function opened() {
  const office = await creditedOffice([deals], [ANN], before);
  office.wait(HOUR_MS);
  const world = { ...office.world, attribution: after };
  const report = (more = {}) => revenueBy(world, { model: "ours", by: "source", ...more });
  return { office, world, report };
}

const linesOf = (report: Awaited<ReturnType<typeof revenueBy>>) => {
  if ("refused" in report) throw new Error(report.reason);
  return report.lines.map(({ label, revenue }) => [label, revenue]);
};

const OLD = [
  ["A", "820.40"],
  ["(unattributed)", "0.00"],
];
const NEW = [
  // Of an odd amount, the earlier touch has the cent.
  ["A", "410.40"],
  ["B", "410.00"],
  ["(unattributed)", "0.00"],
];

describe("a model is defined anew", () => {
  test("A21: its name stands for the old version until all is credited by the new one, and what was reported stays", async () => {
    const { office, world, report } = await opened();
    const asOf = new Date(office.clock.ms - 120_000).toISOString();
    const told = await report({ asOf });
    expect(linesOf(told)).toEqual(OLD);
    expect(linesOf(await report())).toEqual(OLD);
    const { version = "" } = { ...(await reattribute(world, ASKED)) } as { version?: string };
    expect(linesOf(await report())).toEqual(OLD);
    const [last] = office.messages.splice(15, 1);
    await office.workOff();
    expect(await progressOf(world, { model: "ours", version })).toMatchObject({
      ...{ state: "being-made", parts: 15 },
    });
    expect(linesOf(await report())).toEqual(OLD);
    expect(await report({ model: `ours@${version}` })).toMatchObject({ refused: "being-made" });
    if (last) office.messages.push(last);
    await office.workOff();
    expect(await progressOf(world, { model: "ours", version })).toMatchObject({
      ...{ state: "in-force", credited: 40, parts: 16 },
    });
    expect(linesOf(await report())).toEqual(NEW);
    expect(await report({ asOf })).toEqual(told);
    office.wait(HOUR_MS);
    const old = told as { modelVersion: string };
    const later = new Date(office.clock.ms - 60_000).toISOString();
    expect(await report({ model: `ours@${old.modelVersion}`, asOf: later })).toMatchObject({
      refused: "replaced",
    });
  });

  test("A21: what is posted while a version is being made is credited by both", async () => {
    const { office, world, report } = await opened();
    await reattribute(world, ASKED);
    await office.post([wonOpportunity("f-99", "USD 100.00", [])]);
    await office.workOff();
    const answer = await report();
    expect(linesOf(answer)).toContainEqual(["(unattributed)", "100.00"]);
    expect(answer).toMatchObject({ totals: [{ revenue: "920.40", opportunities: 41 }] });
  });

  test.each([1, 2, 3, 5, 8, 13, 21, 34])(
    "A21: a worker that dies in its %ith piece, and again, leaves what the next one ends",
    async (piece) => {
      const calm = await opened();
      await reattribute(calm.world, ASKED);
      await calm.office.workOff();
      const rough = await opened();
      await reattribute(rough.world, ASKED);
      const { messages } = rough.office;
      for (let done = 1; messages.length > 0; done += 1) {
        const [message] = messages;
        if (!message) break;
        const dies = done === piece || done === piece + 1;
        let left = 3;
        const credits = {
          ...rough.world.credits,
          async keepCredits(rows: Parameters<typeof rough.world.credits.keepCredits>[0]) {
            left -= 1;
            if (dies && left < 0) throw new Error("the worker is gone");
            await rough.world.credits.keepCredits(dies ? rows.slice(0, 1) : rows);
          },
          async keepProgress(...told: Parameters<typeof rough.world.credits.keepProgress>) {
            if (dies) throw new Error("the worker is gone");
            await rough.world.credits.keepProgress(...told);
          },
        };
        const work = workOffCredits({ ...rough.world, credits }, message);
        // What fails stays in the queue, and comes back behind the others.
        messages.push(...(await work.then(() => []).catch(() => [message])));
        messages.shift();
      }
      const rows = (office: typeof calm.office) =>
        [...office.rows].map(([key, { at: _, entryHash: __, ...row }]) => [key, row]).sort(byKey);
      expect(rows(rough.office)).toEqual(rows(calm.office));
      expect(linesOf(await rough.report())).toEqual(linesOf(await calm.report()));
    },
  );

  test("A21: asked for a second time, it does nothing twice", async () => {
    const { office, world, report } = await opened();
    await reattribute(world, ASKED);
    for (const message of office.messages.splice(0, 5)) await workOffCredits(world, message);
    await reattribute(world, ASKED);
    await office.workOff();
    await reattribute(world, ASKED);
    await office.workOff();
    const known = await world.credits.versions();
    expect(known.versions).toHaveLength(2);
    expect(known.inForce).toHaveLength(2);
    expect(versionAt(known, "ours", "9999")?.definition).toEqual(after.models[1]?.definition);
    expect(office.rows.size).toBe(80);
    expect(linesOf(await report())).toEqual(NEW);
  });
});

function byKey([one]: readonly unknown[], [other]: readonly unknown[]): number {
  return String(one) < String(other) ? -1 : 1;
}
