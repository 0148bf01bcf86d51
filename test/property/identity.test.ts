import fc from "fast-check";
import { expect, test } from "vitest";
import { compareClaimants } from "../../shared/core/identity/compare-claimants.ts";
import { rankCandidates } from "../../shared/core/identity/rank-candidates.ts";
import type { Observation } from "../../shared/sync/ports.ts";
import { openStillWorld } from "../support/still-world.ts";
import { contact, gone, lead, NOW_MS, seen, sfContact } from "../support/sync-builders.ts";

const candidate = fc.record({
  object: fc.constantFrom("Contact", "Lead"),
  id: fc.uuid(),
  createdAtMs: fc.integer({ min: 0, max: 2 }),
  carriesId: fc.boolean(),
  isPrimary: fc.boolean(),
});

test("I2: whoever stands for several is the same in whatever order they are come upon", () => {
  fc.assert(
    fc.property(fc.uniqueArray(candidate, { selector: ({ id }) => id }), (all) => {
      const objects = ["Contact", "Lead"];
      expect(rankCandidates([...all].reverse(), objects)).toEqual(rankCandidates(all, objects));
    }),
  );
});

const claimant = fc.record({
  id: fc.uuid(),
  isNew: fc.boolean(),
  isLinkedOnBothSides: fc.boolean(),
  holdsShared: fc.boolean(),
  bornMs: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
  bornAs: fc.constantFrom("", "1", "2"),
  createdAt: fc.constantFrom("2026-11-20T00:00:00.000Z", "2026-11-21T00:00:00.000Z"),
});

test("I4: of two that are one it is always the same that goes on, and of three there is a first", () => {
  fc.assert(
    fc.property(claimant, claimant, claimant, (one, two, three) => {
      expect(Math.sign(compareClaimants(one, two))).toBe(
        -Math.sign(compareClaimants(two, one)) || 0,
      );
      if (compareClaimants(one, two) <= 0 && compareClaimants(two, three) <= 0)
        expect(compareClaimants(one, three)).toBeLessThanOrEqual(0);
    }),
  );
});

const EMAILS = ["a@x.example", "b@x.example", "c@x.example"];

/** Contacts of HubSpot, where no two have one address, and whatever people put into Salesforce. */
const crms = fc
  .record({
    // Whose first address each one is, and whose second: HubSpot lets nobody have another's.
    owners: fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.boolean()), {
      minLength: 3,
      maxLength: 3,
    }),
    rows: fc.array(
      fc.record({
        object: fc.constantFrom(lead, sfContact),
        email: fc.constantFrom(...EMAILS),
        createdAtMs: fc.integer({ min: NOW_MS - 9, max: NOW_MS }),
      }),
      { maxLength: 4 },
    ),
  })
  .map(({ owners, rows }): Observation[] => {
    const contacts = [1, 2, 3].flatMap((id) => {
      const own = EMAILS.filter((_, index) => owners[index]?.[0] === id - 1 && owners[index]?.[1]);
      const [email, ...more] = own;
      if (!email) return [];
      return [seen(contact(String(id)), { email, hs_additional_emails: more.join(";") })];
    });
    const people = rows.map(({ object, email, createdAtMs }, index) =>
      seen(object(`row ${index}`), { Email: email }, { createdAtMs }),
    );
    return [...contacts, ...people];
  });

test("P2, I2, I10: in whatever order records are told of, the same ones are linked, and the same listed", async () => {
  await fc.assert(
    fc.asyncProperty(
      crms.chain((all) =>
        fc.tuple(
          fc.constant(all),
          fc.shuffledSubarray(all, { minLength: all.length }),
          fc.array(fc.integer({ min: 1, max: 3 }), {
            minLength: all.length,
            maxLength: all.length,
          }),
        ),
      ),
      async ([all, shuffled, sizes]) => {
        const together = openStillWorld(all);
        await together.tell(all.map(({ ref }) => ref));
        const apart = openStillWorld(all);
        const refs = shuffled.map(({ ref }) => ref);
        for (const size of sizes) await apart.tell(refs.splice(0, size));
        expect(apart.standings()).toEqual(together.standings());
      },
    ),
    { numRuns: 120 },
  );
});

/** Two linked people, of whom HubSpot makes one. */
function twoWhoBecomeOne() {
  const [ann, eve] = ["ann", "eve"].map((name, index) => ({
    contact: seen(contact(name), { email: `${name}@x.example` }),
    lead: seen(lead(name), { Email: `${name}@x.example` }, { createdAtMs: NOW_MS - 9 + index }),
  }));
  if (!ann || !eve) throw new Error("there are two");
  const before = [ann.contact, ann.lead, eve.contact, eve.lead];
  const merged = seen(
    contact("both"),
    { email: "ann@x.example", hs_additional_emails: "eve@x.example" },
    { continues: [ann.contact.ref, eve.contact.ref] },
  );
  const old = [ann.contact.ref, eve.contact.ref].map((ref) => ({
    ...gone(ref),
    continuedAs: merged.ref,
  }));
  const after = [merged, ...old, ann.lead, eve.lead];
  const leads = { ...gone(eve.lead.ref), continuedAs: ann.lead.ref };
  return { before, after, end: [merged, ...old, ann.lead, leads], eve };
}

async function becomeOne(diesAt: number) {
  const { before, after, end, eve } = twoWhoBecomeOne();
  const still = openStillWorld(before);
  await still.tell(before.map(({ ref }) => ref));
  still.change(after);
  const first = still.letDie(diesAt);
  await still.tell([eve.contact.ref]);
  const listed = still.standings();
  still.change(end);
  await still.tell([eve.lead.ref]);
  const calls = first.calls;
  const values = still.store.held().filter((name) => name.startsWith("person#"));
  return { calls, isDead: first.isDead, listed, end: still.standings(), values };
}

test("P2, I4, I5: a worker may die at any call while two people become one: the end is the same", async () => {
  const whole = await becomeOne(Number.POSITIVE_INFINITY);
  expect(whole.end).toEqual([
    { hubspot: "both", salesforce: "ann", status: "linked", candidates: [] },
  ]);
  expect(whole.listed).toContainEqual({
    hubspot: "",
    salesforce: "eve",
    status: "ambiguous",
    candidates: ["both"],
  });
  expect(whole.calls).toBeGreaterThan(15);
  for (let diesAt = 1; diesAt <= whole.calls; diesAt += 1) {
    const { calls: _, ...died } = await becomeOne(diesAt);
    const { listed, end, values } = whole;
    expect({ diesAt, ...died }).toEqual({ diesAt, isDead: true, listed, end, values });
  }
});
