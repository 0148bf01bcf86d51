import fc from "fast-check";
import { expect, test } from "vitest";
import {
  decideSet,
  type SetDecision,
  type SetWitnesses,
} from "../../shared/core/reconcile/decide-set.ts";
import { otherSystem, type System } from "../../shared/core/reconcile/system.ts";

const members = fc.subarray(["a", "b", "c", "d"]).map((list) => new Set(list));
const witnesses: fc.Arbitrary<SetWitnesses> = fc.record({
  baseline: members,
  hubspot: members,
  salesforce: members,
});

function apply(before: ReadonlySet<string>, system: System, { writes }: SetDecision): Set<string> {
  const after = new Set(before);
  for (const write of writes.filter((each) => each.system === system)) {
    if (write.action === "add") after.add(write.member);
    else after.delete(write.member);
  }
  return after;
}

test("R4: once its writes are done, both sides hold the members, and the set asks for no more", () => {
  fc.assert(
    fc.property(witnesses, (seen) => {
      const decision = decideSet(seen);
      const hubspot = apply(seen.hubspot, "hubspot", decision);
      const salesforce = apply(seen.salesforce, "salesforce", decision);
      expect([...hubspot].sort()).toEqual(decision.members);
      expect([...salesforce].sort()).toEqual(decision.members);
      const settled = { members: decision.members, writes: [] };
      expect(decideSet({ baseline: hubspot, hubspot, salesforce })).toEqual(settled);
      expect(decideSet({ baseline: seen.baseline, hubspot, salesforce })).toEqual(settled);
    }),
  );
});

test("R5: swapping the systems swaps the writes and changes nothing else", () => {
  fc.assert(
    fc.property(witnesses, (seen) => {
      const { baseline, hubspot, salesforce } = seen;
      const swapped = decideSet({ baseline, hubspot: salesforce, salesforce: hubspot });
      const decision = decideSet(seen);
      expect(swapped.members).toEqual(decision.members);
      expect(swapped.writes).toEqual(
        decision.writes.map((write) => ({ ...write, system: otherSystem(write.system) })),
      );
    }),
  );
});

test("R6: only members that a side has are added, and only ones both once had are removed", () => {
  fc.assert(
    fc.property(witnesses, (seen) => {
      for (const { system, member, action } of decideSet(seen).writes) {
        expect(seen[otherSystem(system)].has(member)).toBe(action === "add");
        expect(seen.baseline.has(member)).toBe(action === "remove");
      }
    }),
  );
});
