import fc from "fast-check";
import { expect, test } from "vitest";
import type { System } from "../../shared/core/reconcile/system.ts";
import { addsUp, BUCKETS, bucketOf, type Standing, totalOf } from "../../shared/parity/bridge.ts";
import { tallyOfOne } from "../../shared/parity/judge-groups.ts";
import { addTallies, NO_TALLY } from "../../shared/parity/tally.ts";
import { STATUSES } from "../../shared/sync/record.ts";

const NOW = "2026-11-22T08:00:00.000Z";
const ref = { system: "hubspot", object: "contacts", id: "1" } as const;
const parked = { field: "*" };
const maybe = <Value>(value: Value) => fc.constantFrom(undefined, value);

/** Whatever may be known of a record. */
const standing = fc.record({
  isPaired: fc.boolean(),
  isMoving: fc.boolean(),
  isUntied: fc.boolean(),
  isKnown: fc.boolean(),
  record: fc.record({
    status: fc.constantFrom(...STATUSES),
    statusReason: fc.constantFrom(
      "",
      "it waits to be created",
      "HubSpot contacts 1 has its identifying value, too, and comes first",
    ),
    parked: fc.constantFrom([], [parked]),
    conflicts: fc.constantFrom([], [{ winner: undefined }], [{ winner: "hubspot" }]),
    belongsTo: maybe("another"),
    keptApart: maybe([{ recordId: "x", ref, at: NOW, by: "ann", because: "twins" }]),
    forgotten: maybe({ at: NOW, because: "asked" }),
    heldBy: maybe("run-1"),
  }),
}) as unknown as fc.Arbitrary<Standing>;

const systems = fc.constantFrom("hubspot" as const, "salesforce" as const);

test("P1: every record stands in exactly one bucket, and the buckets add up to what was read", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(systems, standing)), fc.nat({ max: 20 }), (lone, pairs) => {
      const counted = lone.map(([system, one]) => {
        const bucket = bucketOf({ ...one, isPaired: false });
        expect(BUCKETS.filter((name) => name === bucket)).toHaveLength(1);
        return tallyOfOne(system, bucket);
      });
      const pair = [tallyOfOne("hubspot", "both"), tallyOfOne("salesforce", "both")];
      const count = (one: System) => pairs + lone.filter(([system]) => system === one).length;
      const read = { hubspot: count("hubspot") + 1, salesforce: count("salesforce") };
      const whole = addTallies([
        ...counted,
        ...Array.from({ length: pairs }, () => pair).flat(),
        { ...NO_TALLY, read, gone: { hubspot: 1, salesforce: 0 } },
      ]);
      expect(addsUp(whole)).toBe(true);
      expect(totalOf(whole.hubspot) + totalOf(whole.salesforce)).toBe(lone.length + 2 * pairs);
      const { hubspot, salesforce } = whole;
      const alone = (side: typeof hubspot) => totalOf(side) - (side.both ?? 0);
      expect(totalOf(hubspot) - alone(hubspot)).toBe(totalOf(salesforce) - alone(salesforce));
    }),
  );
});

test("a pair that was counted on one side alone does not add up", () => {
  const read = { hubspot: 1, salesforce: 0 };
  expect(addsUp({ ...tallyOfOne("hubspot", "both"), read })).toBe(false);
  expect(addsUp({ ...tallyOfOne("hubspot", "excluded"), read })).toBe(true);
});

test("a record that was read, is not gone and stands nowhere does not add up", () => {
  const read = { hubspot: 2, salesforce: 0 };
  const lost = { ...tallyOfOne("hubspot", "excluded"), read };
  expect(addsUp(lost)).toBe(false);
  expect(addsUp({ ...lost, gone: { hubspot: 1, salesforce: 0 } })).toBe(true);
});
