import { expect, test } from "vitest";
import { mapping } from "../../../shared/config/mapping.ts";
import type { Observation, Ref } from "../../../shared/sync/ports.ts";
import { reconcileHints } from "../../../shared/sync/reconcile-hints.ts";
import { type AccordRecord, activeLink } from "../../../shared/sync/record.ts";
import type { World } from "../../../shared/sync/subject.ts";
import { memoryHintQueue } from "../../support/memory-hint-queue.ts";
import { type MemoryRecordStore, memoryRecordStore } from "../../support/memory-record-store.ts";
import {
  contact,
  lead,
  NOW_MS,
  recordWith,
  seen,
  sfContact,
  stillCrm,
} from "../../support/sync-builders.ts";

const OURS = "22222222-2222-4222-8222-222222222222";

/** Looks at `refs` in a world that only observes, and answers what became known. */
async function look(
  records: readonly Observation[],
  refs: readonly Ref[],
  store: MemoryRecordStore = memoryRecordStore(),
) {
  let ids = 0;
  const ofSystem = (system: "hubspot" | "salesforce") =>
    stillCrm(
      system,
      records.filter(({ ref }) => ref.system === system),
    );
  const world: World = {
    mapping,
    crms: { hubspot: ofSystem("hubspot"), salesforce: ofSystem("salesforce") },
    store,
    queue: memoryHintQueue(() => NOW_MS),
    mode: "observe",
    now: () => NOW_MS,
    newId: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, "0")}`,
    leaseMs: () => 90_000,
  };
  const { postponed } = await reconcileHints(
    world,
    refs.map((ref) => ({ ref })),
  );
  return { store, postponed };
}

async function keep(store: MemoryRecordStore, record: AccordRecord, email?: string): Promise<void> {
  await store.save({ ...record, version: 0 });
  for (const { system, object, id } of record.links)
    await store.hold({ ref: { system, object, id } }, record.id);
  if (email) await store.hold({ key: { kind: "person", field: "email", value: email } }, record.id);
}

const shown = (store: MemoryRecordStore) =>
  store.records().map((record) => ({
    status: record.status,
    hubspot: activeLink(record, "hubspot")?.id,
    salesforce: activeLink(record, "salesforce")?.id,
    candidates: record.candidates.map(({ id }) => id),
  }));

const ann = seen(contact("1"), { email: "Ann@x.example" });
const leadOf = (id: string, email = "ann@X.example") => seen(lead(id), { Email: email });

test("two records with one address are one person, however it is spelled", async () => {
  const { store } = await look([ann, leadOf("L1")], [contact("1")]);
  expect(shown(store)).toEqual([
    { status: "linked", hubspot: "1", salesforce: "L1", candidates: [] },
  ]);
});

test("I2: of two leads with the address the one created first is taken, and the other is listed", async () => {
  const older = seen(lead("L2"), { Email: "ann@x.example" }, { createdAtMs: NOW_MS - 9000 });
  const { store } = await look([ann, leadOf("L1"), older], [contact("1"), lead("L1")]);
  expect(shown(store)).toEqual([
    { status: "ambiguous", hubspot: undefined, salesforce: "L1", candidates: ["1"] },
    { status: "linked", hubspot: "1", salesforce: "L2", candidates: [] },
  ]);
  expect(store.records()[0]?.statusReason).toBe(
    "Salesforce Lead L2 has its identifying value, too, and comes first",
  );
});

test("I2: of several with the address the one that carries our id is taken", async () => {
  const store = memoryRecordStore();
  await keep(store, recordWith({ email: "ann@x.example" }, [contact("1")], { id: OURS }));
  const ours = seen(lead("L2"), { Email: "ann@x.example" }, { accordId: OURS });
  const known = seen(sfContact("C1"), { Email: "ann@x.example" });
  await look([ann, leadOf("L1"), known, ours], [contact("1")], store);
  expect(shown(store)).toMatchObject([{ status: "linked", hubspot: "1", salesforce: "L2" }]);
});

test("I2: nobody is guessed: two companies of one host are listed, and neither is taken", async () => {
  const ref = (system: Ref["system"], object: string, id: string) => ({ system, object, id });
  const acme = seen(ref("hubspot", "companies", "1"), { domain: "acme.example" });
  const account = (id: string) =>
    seen(ref("salesforce", "Account", id), { Website: "https://www.acme.example/" });
  const { store } = await look([acme, account("A1"), account("A2")], [acme.ref]);
  expect(shown(store)).toEqual([
    { status: "ambiguous", hubspot: "1", salesforce: undefined, candidates: ["A1", "A2"] },
  ]);
  const later = await look([acme, account("A2")], [acme.ref], store);
  expect(shown(later.store)).toEqual([
    { status: "linked", hubspot: "1", salesforce: "A2", candidates: [] },
  ]);
});

const company = (id: string, properties: Record<string, string>) =>
  seen({ system: "hubspot", object: "companies", id }, properties);
const account = (id: string, Website = "") =>
  seen({ system: "salesforce", object: "Account", id }, { Website });
const A1 = "001000000000001AAA";
const A2 = "001000000000002AAA";

test.each([
  ["of 18 characters", A1],
  ["of 15", A1.slice(0, 15)],
])(
  "I12: a company that holds an account's id %s is that account's, without any host",
  async (_form, id) => {
    const named = company("1", { salesforceaccountid: id });
    for (const first of [named, account(A1)]) {
      const { store } = await look([named, account(A1), account(A2)], [first.ref]);
      expect(shown(store)).toMatchObject([{ status: "linked", hubspot: "1", salesforce: A1 }]);
      const because = store.records()[0]?.links.map((link) => link.because);
      expect(because).toContain("one of the two holds the other's id");
    }
  },
);

test("I12: the id counts for more than a host, and the others of that host are listed", async () => {
  const named = company("1", { salesforceaccountid: A1, domain: "acme.example" });
  const other = account(A2, "acme.example");
  const { store } = await look([named, account(A1, "old.example"), other], [named.ref, other.ref]);
  expect(shown(store)).toMatchObject([
    { status: "ambiguous", hubspot: undefined, salesforce: A2, candidates: ["1"] },
    { status: "linked", hubspot: "1", salesforce: A1 },
  ]);
});

test("I12: of two companies that hold one account's id none is guessed", async () => {
  const both = ["1", "2"].map((id) => company(id, { salesforceaccountid: A1 }));
  const { store } = await look([...both, account(A1)], [account(A1).ref]);
  expect(shown(store)).toEqual([
    { status: "ambiguous", hubspot: undefined, salesforce: A1, candidates: ["1", "2"] },
  ]);
});

test("I1: a lead whose address is a contact's secondary one is that contact's partner", async () => {
  const two = seen(contact("1"), {
    email: "ann@x.example",
    hs_additional_emails: "a@y.example;b@y.example",
  });
  for (const first of [contact("1"), lead("L1")]) {
    const { store } = await look([two, leadOf("L1", "B@y.example")], [first]);
    expect(shown(store)).toMatchObject([{ status: "linked", hubspot: "1", salesforce: "L1" }]);
  }
});

test("R1, I1: a lead that a dead worker created and held, and did not get to link, is its contact's partner", async () => {
  const store = memoryRecordStore();
  await keep(
    store,
    recordWith({ email: "ann@x.example" }, [contact("1")], { id: OURS }),
    "ann@x.example",
  );
  await store.hold({ ref: lead("L1") }, OURS);
  await look([ann, leadOf("L1")], [contact("1")], store);
  expect(shown(store)).toMatchObject([{ status: "linked", hubspot: "1", salesforce: "L1" }]);
});

test("I4: two who were alone and turn out to be partners are one: the older goes on, the other points at it", async () => {
  const store = memoryRecordStore();
  const THEIRS = "33333333-3333-4333-8333-333333333333";
  const older = { createdAt: "2026-01-01T00:00:00.000Z", id: OURS };
  await keep(store, recordWith({ email: "ann@x.example" }, [contact("1")], older), "ann@x.example");
  const hers = recordWith({ email: "old@x.example" }, [lead("L1")], { id: THEIRS });
  await keep(store, hers, "old@x.example");
  const born = { createdAtMs: NOW_MS - 9000 };
  const known = seen(contact("1"), { email: "ann@x.example" }, born);
  await look([known, leadOf("L1")], [lead("L1")], store);
  expect(store.records()).toMatchObject([
    { id: OURS, status: "linked" },
    {
      id: THEIRS,
      status: "merged",
      mergedInto: OURS,
      fields: { email: { value: "old@x.example" } },
    },
  ]);
  expect(shown(store)[0]).toMatchObject({ hubspot: "1", salesforce: "L1" });
  expect(store.held()).not.toContain("person#email#old@x.example");
});

test("I8: a lead that is back, and whose place was taken meanwhile, is on its own and listed", async () => {
  const store = memoryRecordStore();
  const gone = { at: "2026-11-20T00:00:00.000Z", because: "deleted there" };
  const record = recordWith({ email: "ann@x.example" }, [lead("L1"), contact("1"), lead("L5")], {
    id: OURS,
  });
  const [first, ...others] = record.links;
  const links = [...(first ? [{ ...first, ended: gone }] : []), ...others];
  await keep(store, { ...record, links }, "ann@x.example");
  await look([ann, leadOf("L1"), leadOf("L5")], [lead("L1")], store);
  expect(shown(store)).toEqual([
    { status: "linked", hubspot: "1", salesforce: "L5", candidates: [] },
    { status: "ambiguous", hubspot: undefined, salesforce: "L1", candidates: ["1"] },
  ]);
});

test("a contact comes before a lead with the same address", async () => {
  const known = seen(sfContact("C1"), { Email: "ann@x.example" });
  const { store } = await look([ann, leadOf("L1"), known], [contact("1")]);
  expect(shown(store)).toMatchObject([{ status: "linked", salesforce: "C1" }]);
});

test("an answer that only nearly matches is nobody's partner", async () => {
  const { store } = await look([ann, leadOf("L1", "joann@x.example")], [contact("1")]);
  expect(shown(store)).toMatchObject([{ status: "excluded", salesforce: undefined }]);
});

test("our id on a record comes before its address", async () => {
  const store = memoryRecordStore();
  await keep(store, recordWith({ email: "ann@x.example" }, [contact("1")], { id: OURS }));
  const moved = seen(lead("L1"), { Email: "new@x.example" }, { accordId: OURS });
  const other = seen(contact("2"), { email: "new@x.example" });
  await look([ann, moved, other], [lead("L1")], store);
  expect(shown(store)).toEqual([
    { status: "linked", hubspot: "1", salesforce: "L1", candidates: [] },
  ]);
});

test("a copy that carries another record's id along is a record of its own", async () => {
  const store = memoryRecordStore();
  await keep(store, recordWith({ email: "ann@x.example" }, [contact("1")], { id: OURS }));
  const copy = seen(contact("2"), { email: "copy@x.example" }, { accordId: OURS });
  await look([ann, copy], [contact("2")], store);
  expect(shown(store)).toMatchObject([{ hubspot: "1" }, { hubspot: "2", status: "excluded" }]);
});

test("a record found with our id is known by that id again, though the table was lost", async () => {
  const { store } = await look([seen(contact("1"), {}, { accordId: OURS })], [contact("1")]);
  expect(store.records().map(({ id }) => id)).toEqual([OURS]);
});

test("what somebody else wrote into our field is nobody's id", async () => {
  const { store } = await look([seen(contact("1"), {}, { accordId: "X-17" })], [contact("1")]);
  expect(store.records().map(({ id }) => id)).toEqual(["00000000-0000-4000-8000-000000000001"]);
});

test("a second lead of somebody who is linked is listed with who is taken, and written nowhere", async () => {
  const store = memoryRecordStore();
  const linked = recordWith({ email: "ann@x.example" }, [contact("1"), lead("L1")], { id: OURS });
  await keep(store, linked, "ann@x.example");
  await look([ann, leadOf("L1"), leadOf("L2")], [lead("L2")], store);
  expect(shown(store)[1]).toEqual({
    status: "ambiguous",
    hubspot: undefined,
    salesforce: "L2",
    candidates: ["1"],
  });
});

test("P2: two newcomers of one batch who share an address are one record", async () => {
  const { store } = await look([ann, leadOf("L1")], [lead("L1"), contact("1")]);
  expect(shown(store)).toEqual([
    { status: "linked", hubspot: "1", salesforce: "L1", candidates: [] },
  ]);
});

test("P2: what a dead worker held for a record that it never saved becomes that record", async () => {
  const store = memoryRecordStore();
  await store.hold({ key: { kind: "person", field: "email", value: "ann@x.example" } }, OURS);
  await store.hold({ ref: lead("L9") }, OURS);
  const { postponed } = await look([ann, leadOf("L9", "")], [contact("1"), lead("L9")], store);
  expect(postponed).toEqual([]);
  expect(shown(store)).toEqual([
    { status: "linked", hubspot: "1", salesforce: "L9", candidates: [] },
  ]);
});

test("P2: an address that its holder has no more goes to whoever has it", async () => {
  const store = memoryRecordStore();
  const moved = recordWith({ email: "new@x.example" }, [contact("2")], { id: OURS });
  await keep(store, moved, "ann@x.example");
  const { postponed } = await look(
    [ann, seen(contact("2"), { email: "new@x.example" })],
    [contact("1")],
    store,
  );
  expect(postponed).toEqual([]);
  expect(shown(store)).toMatchObject([{ hubspot: "2" }, { hubspot: "1", status: "excluded" }]);
});

test("a record that is gone, and was never known, leaves nothing behind", async () => {
  const { store, postponed } = await look([], [contact("1")]);
  expect([store.records(), store.held(), postponed]).toEqual([[], [], []]);
});

test("an object that nobody maps is passed over", async () => {
  const { store } = await look([], [{ system: "hubspot", object: "tickets", id: "1" }]);
  expect(store.records()).toEqual([]);
});
