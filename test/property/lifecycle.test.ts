import fc from "fast-check";
import { expect, test } from "vitest";
import { lifecycle } from "../../shared/config/lifecycle.ts";
import { mapping } from "../../shared/config/mapping.ts";
import { isStage, stageOf, transitionOf } from "../../shared/core/lifecycle/machine.ts";
import { type Hint, NO_RELATIONS, type Ref } from "../../shared/sync/ports.ts";
import { reconcileHints } from "../../shared/sync/reconcile-hints.ts";
import { type AccordRecord, activeLink } from "../../shared/sync/record.ts";
import { memoryHintQueue } from "../support/memory-hint-queue.ts";
import { memoryRecordStore } from "../support/memory-record-store.ts";
import { contact, sfContact } from "../support/sync-builders.ts";
import { writableCrm } from "../support/writable-crm.ts";

const DEALS = { lost: [false, true], open: [false, false], won: [true, true] } as const;

/** What people do: a word on either side, a conversion, an opportunity that moves. */
type Act =
  | { readonly does: "hubspot"; readonly name: string; readonly value: string | null }
  | { readonly does: "salesforce"; readonly name: string; readonly value: string | null }
  | { readonly does: "convert" }
  | { readonly does: "deal"; readonly id: string; readonly is: keyof typeof DEALS };

const valuesOf = (object: string) =>
  (lifecycle.objects[object]?.properties ?? []).flatMap(({ name, values }) =>
    values.map((value) => ({ name, value })),
  );
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .constantFrom(...valuesOf("contacts"))
      .map((one) => ({ does: "hubspot" as const, ...one })),
  },
  {
    weight: 5,
    arbitrary: fc
      .constantFrom(...valuesOf("Lead"))
      .map((one) => ({ does: "salesforce" as const, ...one })),
  },
  { weight: 1, arbitrary: fc.constant({ does: "convert" as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant("deal" as const),
      id: fc.constantFrom("006A", "006B"),
      is: fc.constantFrom("lost" as const, "open" as const, "won" as const),
    }),
  },
);

const HUBSPOT = contact();
const CONTACT = sfContact();

/** One person on both sides, and an Accord that looks when it is told to. */
async function open() {
  let nowMs = Date.parse("2026-11-21T08:00:00.000Z");
  let ids = 0;
  const now = () => nowMs;
  const hubspot = writableCrm("hubspot", { idProperty: "accord_id", now });
  const salesforce = writableCrm("salesforce", { idProperty: "Accord_Id__c", now });
  const store = memoryRecordStore();
  const world = {
    mapping,
    crms: { hubspot: hubspot.crm, salesforce: salesforce.crm },
    store,
    queue: memoryHintQueue(now),
    mode: "sync" as const,
    now,
    newId: () => {
      ids += 1;
      return `0000000${ids}-1111-4111-8111-111111111111`;
    },
    leaseMs: () => 1000,
  };
  const look = (hints: readonly Hint[]) => {
    nowMs += 10_000;
    return reconcileHints(world, hints);
  };
  const record = (): AccordRecord => {
    const [only] = store.records();
    if (!only) throw new Error("nobody is known yet");
    return only;
  };
  hubspot.put(HUBSPOT, { email: "a@x.example", lifecyclestage: "marketingqualifiedlead" });
  await look([{ ref: HUBSPOT }]);
  const there = (): Ref => {
    const link = activeLink(record(), "salesforce");
    return link ? { system: "salesforce", object: link.object, id: link.id } : CONTACT;
  };
  const lead = there();
  let isConverted = false;
  const inSalesforce = () => (isConverted ? CONTACT : lead);
  return {
    look,
    record,
    hints: (): Hint[] => [
      { ref: HUBSPOT },
      { ref: lead },
      ...(isConverted ? [{ ref: CONTACT }] : []),
    ],
    writes: () => hubspot.writes() + salesforce.writes(),
    doIt(one: Act) {
      nowMs += 60_000;
      if (one.does === "hubspot") hubspot.put(HUBSPOT, { [one.name]: one.value });
      if (one.does === "salesforce") salesforce.put(inSalesforce(), { [one.name]: one.value });
      if (one.does === "convert" && !isConverted) {
        const { properties } = salesforce.show(lead);
        salesforce.put(CONTACT, { ...properties });
        salesforce.goOn(lead, CONTACT);
        isConverted = true;
      }
      if (one.does === "deal" && isConverted) {
        const { opportunities } = salesforce.show(CONTACT).relations;
        const [won, closed] = DEALS[one.is];
        const others = opportunities.filter(({ id }) => id !== one.id);
        const part = { id: one.id, won, closed, changedAtMs: nowMs };
        salesforce.relate(CONTACT, { ...NO_RELATIONS, opportunities: [...others, part] });
        salesforce.put(CONTACT, {});
      }
    },
    /** What each side says of the stage now. */
    said() {
      return [hubspot.show(HUBSPOT), salesforce.show(inSalesforce())].map(({ ref, properties }) => {
        const words = lifecycle.objects[ref.object];
        return words ? stageOf(words, properties) : null;
      });
    },
  };
}

type Accord = Awaited<ReturnType<typeof open>>;

/** Looks until a look writes nothing; a stage that both sides' words make together is seen by the next. */
async function settle(accord: Accord): Promise<void> {
  for (let round = 0; round < 6; round += 1) {
    const before = JSON.stringify([accord.writes(), accord.record().fields]);
    await accord.look(accord.hints());
    if (JSON.stringify([accord.writes(), accord.record().fields]) === before) return;
  }
  throw new Error(`never settles: ${JSON.stringify([accord.record(), accord.said()])}`);
}

function expectPath({ stages }: AccordRecord): void {
  for (const [index, { stage, transition }] of stages.entries()) {
    const before = stages[index - 1]?.stage ?? null;
    if (!isStage(lifecycle, stage)) throw new Error(`${stage} is no stage`);
    const expected = before === null ? "first seen" : transitionOf(lifecycle, before, stage)?.name;
    expect([before, stage, transition]).toEqual([before, stage, expected]);
  }
}

const isLook = fc.boolean();

test("L3-L10, P1: whatever people do, and whenever Accord looks, the history is a path that never shrinks", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(act, isLook), { maxLength: 14 }), async (acts) => {
      const accord = await open();
      let before = accord.record();
      for (const [one, looks] of acts) {
        accord.doIt(one);
        if (!looks) continue;
        await accord.look(accord.hints());
        const after = accord.record();
        expect(after.stages.slice(0, before.stages.length)).toEqual(before.stages);
        expect(after.lifecycle?.firsts).toMatchObject(before.lifecycle?.firsts ?? {});
        before = after;
      }
      await settle(accord);
      expectPath(accord.record());
    }),
    { numRuns: 60 },
  );
});

test("L4, L6, R4: both sides come to say the stage, or what differs is parked; then nothing is written", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(act, isLook), { maxLength: 14 }), async (acts) => {
      const accord = await open();
      for (const [one, looks] of acts) {
        accord.doIt(one);
        if (looks) await accord.look(accord.hints());
      }
      await settle(accord);
      const { parked, fields } = accord.record();
      const stage = fields["lifecycleStage"]?.value;
      const [hubspot, salesforce] = accord.said();
      const refused = parked.flatMap(({ system, code }) => (code === "illegal-move" ? system : []));
      if (!refused.includes("hubspot")) expect(hubspot).toBe(stage);
      if (!refused.includes("salesforce")) expect(salesforce).toBe(stage);
      const writes = accord.writes();
      await accord.look(accord.hints());
      expect(accord.writes()).toBe(writes);
    }),
    { numRuns: 60 },
  );
});

test("L11, P2: hints in any order, repeated and split up, lead to one stage and one history", async () => {
  const orders = fc.array(fc.array(fc.nat(2), { minLength: 1, maxLength: 3 }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 8 }), orders, async (acts, batches) => {
      const ends = [];
      for (const arranged of [[], batches]) {
        const accord = await open();
        for (const one of acts) accord.doIt(one);
        for (const batch of arranged)
          await accord.look(batch.flatMap((index) => accord.hints()[index] ?? []));
        await settle(accord);
        const { stages, fields, conflicts, parked } = accord.record();
        ends.push({
          said: accord.said(),
          stage: fields["lifecycleStage"]?.value,
          stages: stages.map(({ stage, transition, source }) => [stage, transition, source]),
          conflicts: conflicts.map(({ fields: names, winner }) => [names, winner]),
          parked: parked.map(({ system, code, value }) => [system, code, value]),
        });
      }
      expect(ends[0]).toEqual(ends[1]);
    }),
    { numRuns: 60 },
  );
});
