import { describe, expect, test } from "vitest";
import { creditOpportunity, retakeJourney } from "../../../shared/revenue/credit-opportunity.ts";
import { postOpportunity } from "../../../shared/revenue/post-opportunity.ts";
import { revenueBy } from "../../../shared/revenue/revenue-report.ts";
import { creditOffice } from "../../support/credit-office.ts";
import { sourceTouch } from "../../support/journey-builders.ts";
import { failingStore, won } from "../../support/ledger-scene.ts";
import {
  coveredPerson,
  memoryRevenueStore,
  wonOpportunity,
} from "../../support/memory-revenue-store.ts";

const ANN = coveredPerson("ann", [sourceTouch("2026-01-01T00:00:00.000Z", "A")]);
const BOB = coveredPerson("bob", [sourceTouch("2026-02-01T00:00:00.000Z", "B")]);

/** A deal whose roles may change. */
function opened() {
  const roles = { ids: ["ann"] };
  const office = creditOffice({
    ...memoryRevenueStore([], [ANN, BOB]),
    opportunity: async (id) => ({
      opportunity: wonOpportunity(id, "EUR 100.00", roles.ids),
      dimensions: { company: null, segment: null },
    }),
  });
  const say = async (recordVersion: number, minor: bigint, refunded = 0n) => {
    const amount = { minor, currency: "EUR" };
    const back = { minor: refunded, currency: "EUR" };
    const afterwards = [{ kind: "refunded" as const, amount: back, day: "2026-06-02" }];
    await postOpportunity(office.ledger, won({ recordVersion, amount, afterwards }));
  };
  const told = async (more = {}) => {
    const read = await revenueBy(office.world, { model: "linear", by: "source", ...more });
    if ("refused" in read) return read.refused;
    return read.lines.map(({ label, revenue }) => `${label} ${revenue}`);
  };
  return { office, roles, say, told };
}

describe("crediting an opportunity", () => {
  test("A17, A19: a refund goes back along the booking's split, whoever has a role by then", async () => {
    const { office, roles, say, told } = opened();
    await say(1, 10_000n);
    await creditOpportunity(office.world, "a1");
    roles.ids = ["bob"];
    await say(2, 10_000n, 2_500n);
    await creditOpportunity(office.world, "a1");
    expect(await told()).toEqual(["A 75.00", "(unattributed) 0.00"]);
    await say(3, 10_000n, 10_000n);
    await creditOpportunity(office.world, "a1");
    expect(await told()).toEqual(["A 0.00", "(unattributed) 0.00"]);
  });

  test("A20, P6: a role that is given late moves credit while the month is open, and not what was said before", async () => {
    const { office, roles, say, told } = opened();
    await say(1, 10_000n);
    await creditOpportunity(office.world, "a1");
    office.wait(3_600_000);
    const asOf = new Date(office.clock.ms - 120_000).toISOString();
    const before = await told({ asOf });
    roles.ids = ["bob"];
    await retakeJourney(office.world, "a1");
    await retakeJourney(office.world, "a1");
    expect(office.steps.get("a1")).toHaveLength(2);
    expect(await told()).toEqual(["B 100.00", "(unattributed) 0.00"]);
    expect(await told({ asOf })).toEqual(before);
  });

  test("A20: in a month that is closed no journey is taken again", async () => {
    const { office, roles, say, told } = opened();
    await say(1, 10_000n);
    await creditOpportunity(office.world, "a1");
    await say(2, 10_000n, 100n);
    await creditOpportunity(office.world, "a1");
    const close = { period: "2026-05", cutoff: "", closedAt: "", by: "finn", because: "books" };
    await office.world.ledger.close({ ...close, report: "", reportHash: "" });
    roles.ids = ["bob"];
    await retakeJourney(office.world, "a1");
    expect(await told()).toEqual(["A 99.00", "(unattributed) 0.00"]);
  });

  test("A23: what is posted and not credited yet is told; as of a moment, it is refused", async () => {
    const { office, say, told } = opened();
    await say(1, 10_000n);
    office.wait(3_600_000);
    const asOf = new Date(office.clock.ms - 120_000).toISOString();
    expect(await told({ asOf })).toBe("not-credited-yet");
    const now = await revenueBy(office.world, { model: "linear", by: "source" });
    expect(now).toMatchObject({ lines: [], uncredited: 1 });
    expect(await told({ asOf: new Date(office.clock.ms).toISOString() })).toBe("not-yet");
  });

  test("A19: rivals and repetitions credit each entry once", async () => {
    const { office, say } = opened();
    await say(1, 10_000n);
    await say(2, 9_000n);
    const rivals = Array.from({ length: 5 }, () => creditOpportunity(office.world, "a1"));
    await Promise.all(rivals);
    const sequences = office.steps.get("a1")?.map(({ entry }) => entry?.sequence);
    expect(sequences).toEqual([1, 2]);
    expect(office.rows.size).toBe(2 * 9);
  });

  test.each(Array.from({ length: 14 }, (_, index) => index + 1))(
    "A19: a crash at call %i, before or after it, leaves what the next try ends",
    async (at) => {
      const calm = opened();
      await calm.say(1, 10_000n);
      await calm.say(2, 9_000n, 500n);
      await creditOpportunity(calm.office.world, "a1");
      for (const when of ["before", "after"] as const) {
        const rough = opened();
        await rough.say(1, 10_000n);
        await rough.say(2, 9_000n, 500n);
        const { world } = rough.office;
        const credits = failingStore(world.credits, { at, when });
        await creditOpportunity({ ...world, credits }, "a1").catch(() => undefined);
        await creditOpportunity(world, "a1");
        const told = (of: typeof calm) => [...of.office.rows.values()].map(bare).sort();
        expect(told(rough)).toEqual(told(calm));
      }
    },
  );
});

/** But for when it was posted, and the hash that holds it. */
function bare(row: object): string {
  return JSON.stringify({ ...row, at: "", entryHash: "" }, (_name, one: unknown) =>
    typeof one === "bigint" ? String(one) : one,
  );
}
