import fc from "fast-check";
import { expect, test } from "vitest";
import type { Touch } from "../../shared/core/touches/touch.ts";
import type { Hint, Ref } from "../../shared/sync/ports.ts";
import { reconcileHints } from "../../shared/sync/reconcile-hints.ts";
import { memoryHintQueue } from "../support/memory-hint-queue.ts";
import { memoryRecordStore } from "../support/memory-record-store.ts";
import { lead, NOW_MS, seen, stillCrm } from "../support/sync-builders.ts";
import { memberTouch } from "../support/touch-builders.ts";
import { openOffice } from "../support/work-through.ts";

/** What happens to a campaign member, in the order of the org's clock. */
const edit = fc.record({
  member: fc.nat(2),
  becomes: fc.constantFrom("Sent", "Opened", "Responded", "removed", "back"),
});

/** The org's members after the first edits, each stamped by the edit that changed it last. */
function membersAfter(edits: readonly { member: number; becomes: string }[]): Touch[] {
  const members = new Map<number, Touch>();
  for (const [index, { member, becomes }] of edits.entries()) {
    const toldAtMs = index + 1;
    const before = members.get(member);
    const removed = { at: new Date(toldAtMs).toISOString(), because: "it was removed" };
    members.set(member, {
      ...(before ?? memberTouch({ id: `m${member}`, at: new Date(toldAtMs).toISOString() })),
      ...(becomes === "removed" || becomes === "back" ? {} : { status: becomes }),
      ended: becomes === "removed" ? removed : null,
      toldAtMs,
    });
  }
  return [...members.values()];
}

test("T3, P2: late, repeated and shuffled hints of members leave the touches that the org has", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(edit, { minLength: 1, maxLength: 8 }),
      fc.array(fc.tuple(fc.nat(7), fc.boolean()), { maxLength: 12 }),
      async (edits, looks) => {
        const ann: Ref = lead();
        let now = edits.length;
        const org = {
          ...stillCrm("salesforce", [seen(ann, { LastName: "Lee", Company: "Acme" })]),
          touchesOf: async () =>
            new Map([[`salesforce#Lead#${ann.id}`, membersAfter(edits.slice(0, now))]]),
        };
        const office = {
          ...openOffice({
            crms: { hubspot: stillCrm("hubspot", []), salesforce: org },
            now: () => NOW_MS,
          }),
          store: memoryRecordStore(),
          queue: memoryHintQueue(() => NOW_MS),
        };
        const hintAt = (moment: number): Hint => ({
          ref: ann,
          touches: membersAfter(edits.slice(0, moment)).map(({ id, toldAtMs }) => ({
            id,
            toldAtMs,
          })),
        });
        // A hint may come long after its moment; what it makes the worker read is of now.
        for (const [moment, isLate] of looks) {
          now = Math.min(edits.length, moment + 1);
          await reconcileHints(office, [hintAt(isLate ? Math.min(moment, now) : now)]);
        }
        now = edits.length;
        for (const moment of [edits.length, 1, edits.length])
          await reconcileHints(office, [hintAt(moment)]);
        const [record] = office.store.records();
        const kept = (await office.store.touchesOf([record?.id ?? ""])).get(record?.id ?? "") ?? [];
        expect(new Map(kept.map((touch) => [touch.id, touch]))).toEqual(
          new Map(membersAfter(edits).map((touch) => [touch.id, touch])),
        );
      },
    ),
    { numRuns: 100 },
  );
});
