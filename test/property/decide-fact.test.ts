import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Direction,
  decideFact,
  type EditTimes,
  POLICIES,
  type Policy,
  type Rule,
  type Verdict,
  type Witnesses,
} from "../../shared/core/reconcile/decide-fact.ts";
import { otherSystem, SYSTEMS } from "../../shared/core/reconcile/system.ts";

/** Two wordings of one value, so that "the same" is more than equal text. */
const value = fc.constantFrom(null, "a", "A", "b", "c");
const system = fc.constantFrom(...SYSTEMS);
const witnesses: fc.Arbitrary<Witnesses> = fc.integer({ min: 1, max: 3 }).chain((width) => {
  const values = fc.array(value, { minLength: width, maxLength: width });
  return fc.record({ baseline: values, hubspot: values, salesforce: values });
});
const direction: fc.Arbitrary<Direction> = fc.oneof(
  fc.constant({ way: "both" } as const),
  fc.record({
    way: fc.constantFrom("to-hubspot" as const, "to-salesforce" as const),
    farEdit: fc.constantFrom("put-back" as const, "leave" as const),
  }),
);
const rule: fc.Arbitrary<Rule> = fc.record({
  direction,
  policy: fc.constantFrom(...POLICIES),
  tieBreaker: system,
  finer: system,
  same: fc.constant((_index: number, one: string | null, other: string | null) => {
    return one?.toLowerCase() === other?.toLowerCase();
  }),
});
const instant = fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined });
const times: fc.Arbitrary<EditTimes> = fc.record({
  hubspot: instant,
  salesforce: instant,
  skewMs: fc.nat(3),
});

const OTHER_POLICY: Readonly<Record<Policy, Policy>> = {
  latest: "latest",
  ask: "ask",
  hubspot: "salesforce",
  salesforce: "hubspot",
  "prefer-hubspot-unless-blank": "prefer-salesforce-unless-blank",
  "prefer-salesforce-unless-blank": "prefer-hubspot-unless-blank",
};

function swapDirection(from: Direction): Direction {
  if (from.way === "both") return from;
  return { ...from, way: from.way === "to-hubspot" ? "to-salesforce" : "to-hubspot" };
}

function swapRule(from: Rule): Rule {
  return {
    ...from,
    direction: swapDirection(from.direction),
    policy: OTHER_POLICY[from.policy],
    tieBreaker: otherSystem(from.tieBreaker),
    finer: otherSystem(from.finer),
  };
}

function swapVerdict(from: Verdict): Verdict {
  switch (from.kind) {
    case "agreed":
      return from;
    case "moved":
    case "left":
      return { ...from, by: otherSystem(from.by) };
    case "overruled":
      return { ...from, winner: otherSystem(from.winner) };
    case "open":
      return { ...from, hubspot: from.salesforce, salesforce: from.hubspot };
  }
}

/** Both sides once the writes that the verdict implies are done. */
function written(before: Witnesses, verdict: Verdict): Witnesses {
  switch (verdict.kind) {
    case "moved":
      return { ...before, [otherSystem(verdict.by)]: verdict.value };
    case "overruled":
      return { ...before, [otherSystem(verdict.winner)]: verdict.value };
    default:
      return before;
  }
}

test("R4: once its writes are done and remembered, a fact asks for no more", () => {
  fc.assert(
    fc.property(witnesses, rule, times, times, (seen, by, now, later) => {
      const verdict = decideFact(seen, by, now);
      const settled = written(seen, verdict);
      if (verdict.kind === "open" || verdict.kind === "left") {
        expect(settled).toEqual(seen);
        expect(decideFact(settled, by, later)).toEqual(verdict);
      } else {
        const remembered = { ...settled, baseline: verdict.value };
        expect(decideFact(remembered, by, later).kind).toBe("agreed");
      }
    }),
  );
});

test("R4, P2: a crash between writing and remembering leaves a fact agreed", () => {
  fc.assert(
    fc.property(witnesses, rule, times, times, (seen, by, now, later) => {
      const verdict = decideFact(seen, by, now);
      const again = decideFact(written(seen, verdict), by, later);
      if (verdict.kind === "open" || verdict.kind === "left") expect(again).toEqual(verdict);
      else expect(again.kind).toBe("agreed");
    }),
  );
});

test("R5: swapping the systems, and all that names one, swaps the verdict and nothing else", () => {
  fc.assert(
    fc.property(witnesses, rule, times, (seen, by, when) => {
      const swapped = decideFact(
        { ...seen, hubspot: seen.salesforce, salesforce: seen.hubspot },
        swapRule(by),
        { ...when, hubspot: when.salesforce, salesforce: when.hubspot },
      );
      expect(swapped).toEqual(swapVerdict(decideFact(seen, by, when)));
    }),
  );
});

test("R6: what is written is what one side says now, whole, and the loser is the other side", () => {
  fc.assert(
    fc.property(witnesses, rule, times, (seen, by, when) => {
      const verdict = decideFact(seen, by, when);
      if (verdict.kind === "open") {
        expect(verdict.hubspot).toBe(seen.hubspot);
        expect(verdict.salesforce).toBe(seen.salesforce);
      } else if (verdict.kind === "overruled") {
        expect(verdict.value).toBe(seen[verdict.winner]);
        expect(verdict.lost).toBe(seen[otherSystem(verdict.winner)]);
      } else {
        const left = verdict.kind === "left" ? otherSystem(verdict.by) : undefined;
        expect(verdict.value).toBe(
          seen[left ?? (verdict.kind === "moved" ? verdict.by : by.finer)],
        );
      }
    }),
  );
});

test("R2: where one side alone moved, neither policy nor time has a say", () => {
  fc.assert(
    fc.property(witnesses, rule, times, system, (seen, by, when, mover) => {
      const one = { ...seen, [otherSystem(mover)]: seen.baseline };
      const both: Rule = { ...by, direction: { way: "both" } };
      const verdict = decideFact(one, both, when);
      if (verdict.kind !== "agreed")
        expect(verdict).toEqual({ kind: "moved", by: mover, value: seen[mover] });
    }),
  );
});

test("R3: times are asked by the policy latest alone", () => {
  fc.assert(
    fc.property(witnesses, rule, times, times, (seen, by, when, other) => {
      fc.pre(by.policy !== "latest");
      expect(decideFact(seen, by, when)).toEqual(decideFact(seen, by, other));
    }),
  );
});

test("P1: whatever is given on a side is written, kept as lost, left alone or still open", () => {
  fc.assert(
    fc.property(witnesses, rule, times, (seen, by, when) => {
      const verdict = decideFact(seen, by, when);
      if (verdict.kind !== "moved") return;
      const replaced = seen[otherSystem(verdict.by)];
      const blank = replaced.every((each) => each === null);
      const known = replaced.every((each, i) => by.same(i, each, seen.baseline[i] ?? null));
      expect(blank || known).toBe(true);
    }),
  );
});
