import { expect, test } from "vitest";
import { holdAll } from "../../../shared/sync/hold.ts";
import { type AccordRecord, newRecord } from "../../../shared/sync/record.ts";
import type { RecordStore } from "../../../shared/sync/record-store.ts";
import { memoryRecordStore } from "../../support/memory-record-store.ts";
import {
  contact,
  kindNamed,
  lead,
  NOW,
  NOW_MS,
  recordWith,
  seen,
} from "../../support/sync-builders.ts";

const person = kindNamed("person");
const HOLDER = "11111111-1111-4111-8111-111111111111";
const NEWCOMER = "22222222-2222-4222-8222-222222222222";
const key = { kind: "person", field: "email", value: "old@x.example" };

const before = newRecord({ id: NEWCOMER, kind: "person" }, { now: NOW, mappingVersion: "1" });

/** A lead, seen with these properties, is to become a record that holds what `after` is linked to. */
function newcomerHolds(
  store: RecordStore,
  properties: Record<string, string>,
  after: AccordRecord = before,
): Promise<boolean> {
  const saw = { salesforce: seen(lead(), properties) };
  const subject = { before, seen: saw, ambiguous: undefined, withoutKey: false };
  return holdAll({ store, now: () => NOW_MS }, person, subject, after);
}

/** A lead with the address that `holder` holds is to become a record. */
async function newcomerTakesAddressOf(holder: AccordRecord): Promise<boolean> {
  const store = memoryRecordStore();
  await store.save({ ...holder, version: 0 });
  await store.hold({ key }, HOLDER);
  const took = await newcomerHolds(store, { Email: "Old@x.example" });
  expect((await store.holders([], [key])).get("person#email#old@x.example") ?? "").toBe(
    took ? NEWCOMER : HOLDER,
  );
  return took;
}

test.each<[string, Partial<AccordRecord>, string | null, boolean]>([
  ["is known by another one now, lets go of it", {}, "new@x.example", true],
  ["is known by it, keeps it", {}, "old@x.example", false],
  ["is not known by any yet, keeps it", {}, null, false],
  [
    "is being written, keeps it until that is done",
    { lease: { untilMs: NOW_MS + 1, intends: [] } },
    "new@x.example",
    false,
  ],
])("I6: a record that holds an address and %s", async (_what, more, email, expected) => {
  const holder = recordWith({ email }, [contact()], { id: HOLDER, ...more });
  expect(await newcomerTakesAddressOf(holder)).toBe(expected);
});

const SURVIVOR = "33333333-3333-4333-8333-333333333333";

test.each([
  ["does not have it", [contact()], true],
  ["has it", [contact(), lead()], false],
] as const)(
  "I4: what a merged record holds is free where who goes on for it %s",
  async (_what, refs, expected) => {
    const store = memoryRecordStore();
    const merged = { id: HOLDER, version: 0, status: "merged", mergedInto: SURVIVOR } as const;
    await store.save(recordWith({}, [], merged));
    await store.save(recordWith({ email: "s@x.example" }, refs, { id: SURVIVOR, version: 0 }));
    await store.hold({ ref: lead() }, HOLDER);
    const after = recordWith({}, [lead()], { id: NEWCOMER });
    expect(await newcomerHolds(store, {}, after)).toBe(expected);
  },
);
