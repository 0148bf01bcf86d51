import { afterEach, beforeEach, expect, test } from "vitest";
import type { Policy } from "../../shared/core/reconcile/decide-fact.ts";
import type { Ref } from "../../shared/sync/ports.ts";
import { type AccordRecord, activeLink } from "../../shared/sync/record.ts";
import {
  conflictName,
  resolveConflict,
  restoreValue,
  type Target,
} from "../../shared/sync/rule-on.ts";
import { openTwoCrms, type TwoCrms } from "../support/two-crms.ts";
import { hearEchoes, newWatch, sendHints, toldOf, watched } from "../support/watched-world.ts";
import { type Office, openOffice, workThrough } from "../support/work-through.ts";

let two: TwoCrms;
let office: Office;

beforeEach(async () => {
  two = await openTwoCrms();
  office = withTitlePolicy("ask");
}, 60_000);

afterEach(() => two?.stop());

function withTitlePolicy(policy: Policy, byStage?: Readonly<Record<string, Policy>>): Office {
  const plain = openOffice(two);
  const kinds = plain.mapping.kinds.map((kind) => ({
    ...kind,
    fields: kind.fields.map((field) =>
      field.name === "jobTitle"
        ? { ...field, policy, ...(byStage ? { policyByStage: byStage } : {}) }
        : field,
    ),
  }));
  return { ...plain, mapping: { ...plain.mapping, kinds } };
}

/** Looks at these, and hears the echoes of what was written. Answers how many writes it took. */
async function look(...refs: Ref[]): Promise<number> {
  const watch = newWatch();
  const world = watched(office, watch);
  await sendHints(office, await toldOf(two, refs));
  await workThrough(office, two, { worlds: () => world });
  await hearEchoes(office, two, watch);
  return watch.writes;
}

function recordOf({ id }: Pick<Ref, "id">): AccordRecord {
  const record = office.store.records().find(({ links }) => links.some((link) => link.id === id));
  if (!record) throw new Error(`${id} is not known`);
  return record;
}

async function annOnBothSides() {
  const ann = await two.inHubspot.create("contacts", {
    email: "ann@x.example",
    firstname: "Ann",
    lastname: "Lee",
    jobtitle: "CTO",
    lifecyclestage: "marketingqualifiedlead",
  });
  await look(ann);
  const link = activeLink(recordOf(ann), "salesforce");
  if (!link) throw new Error("Ann has no lead");
  const hers = { system: "salesforce", object: link.object, id: link.id } as const;
  await look(ann, hers);
  return { ann, hers };
}

async function bothEditTitle({ ann, hers }: { ann: Ref; hers: Ref }) {
  two.forward(60_000);
  await two.inHubspot.edit(ann, { jobtitle: "Chair", firstname: "Anna" });
  two.forward(60_000);
  await two.inSalesforce.edit(hers, { Title: "CEO" });
  await look(ann, hers);
}

const shown = async () => {
  const { hubspot, salesforce } = await two.read();
  const [contact, lead] = [hubspot.contacts[0], salesforce.Lead[0]];
  return [contact?.["jobtitle"], lead?.["Title"], lead?.["FirstName"]];
};

const world = () => ({ ...office, wait: async () => {} });
const target = (ref: Ref): Target => {
  const { kind, id } = recordOf(ref);
  return { kind, id, field: "jobTitle", by: "sam@x.example", because: "she said so" };
};
const open = (ref: Ref) => recordOf(ref).conflicts.filter(({ winner }) => winner === undefined);

test("P1, P4, R3: a question holds both values with their authors and times, and stops nothing else", async () => {
  const both = await annOnBothSides();
  await bothEditTitle(both);
  expect(await shown()).toEqual(["Chair", "CEO", "Anna"]);
  const isTime = expect.stringMatching(/^\d{4}-/);
  expect(open(both.ann)).toMatchObject([
    {
      fields: ["jobTitle"],
      hubspot: ["Chair"],
      salesforce: ["CEO"],
      because: "ask",
      edited: {
        hubspot: { at: isTime, by: "CRM_UI userId:7" },
        salesforce: { at: isTime, by: expect.stringMatching(/./) },
      },
    },
  ]);
  const { hubspot, salesforce } = open(both.ann)[0]?.edited ?? {};
  expect(Date.parse(salesforce?.at ?? "") - Date.parse(hubspot?.at ?? "")).toBeGreaterThan(50_000);
  expect(await look(both.ann, both.hers)).toBe(0);
});

test.each([
  ["hubspot", "Chair"],
  ["salesforce", "CEO"],
  [{ value: "President" }, "President"],
] as const)(
  "P1, R9: resolved with %j, both sides hold %s, once, and what was there is kept",
  async (pick, value) => {
    const both = await annOnBothSides();
    await bothEditTitle(both);
    expect(await resolveConflict(world(), target(both.ann), pick)).toEqual({
      done: true,
      values: { jobTitle: value },
    });
    expect(await resolveConflict(world(), target(both.ann), pick)).toMatchObject({ done: false });
    await look(both.ann);
    expect(await shown()).toEqual([value, value, "Anna"]);
    expect(open(both.ann)).toEqual([]);
    expect(recordOf(both.ann)).not.toHaveProperty("rulings");
    expect(recordOf(both.ann).conflicts).toMatchObject([
      { hubspot: ["Chair"], salesforce: ["CEO"], because: "decided by sam@x.example" },
    ]);
    expect(office.store.history().flatMap(({ events }) => events)).toContainEqual({
      what: "decided",
      by: "sam@x.example",
      because: "she said so",
      field: "jobTitle",
      to: value,
    });
    expect(await resolveConflict(world(), target(both.ann), pick)).toEqual({
      done: false,
      because: "no question is open about this field",
    });
    expect(await look(both.ann, both.hers)).toBe(0);
  },
);

test("P1, R9: a lost value is brought back by one call, and calling again changes nothing", async () => {
  office = withTitlePolicy("salesforce");
  const both = await annOnBothSides();
  await bothEditTitle(both);
  expect(await shown()).toEqual(["CEO", "CEO", "Anna"]);
  const [lost] = recordOf(both.ann).conflicts;
  if (!lost) throw new Error("nothing was lost");
  const conflict = conflictName(lost);
  expect(await restoreValue(world(), target(both.ann), { conflict })).toMatchObject({ done: true });
  expect(await restoreValue(world(), target(both.ann), { conflict })).toMatchObject({
    done: false,
  });
  await look(both.ann);
  expect(await shown()).toEqual(["Chair", "Chair", "Anna"]);
  expect(await restoreValue(world(), target(both.ann), { conflict })).toEqual({
    done: false,
    because: "both sides hold this value",
  });
  await restoreValue(world(), target(both.ann), { value: "CTO" });
  await look(both.ann);
  expect(await shown()).toEqual(["CTO", "CTO", "Anna"]);
  await two.inSalesforce.edit(both.hers, { Title: "Chief" });
  await look(both.hers);
  expect(await shown()).toEqual(["Chief", "Chief", "Anna"]);
});

test("R9: what cannot stand on both sides is refused with the reason", async () => {
  const both = await annOnBothSides();
  const restore = (more: Partial<Target>, value: string | null) =>
    restoreValue(world(), { ...target(both.ann), ...more }, { value });
  expect(await restore({}, "x".repeat(129))).toEqual({
    refused: "impossible",
    reason: "Lead cannot hold it: it is 129 characters long, the limit is 128",
  });
  expect(await restore({ field: "mqlDate" }, null)).toMatchObject({ refused: "impossible" });
  expect(await restore({ field: "nothing" }, "x")).toMatchObject({ refused: "impossible" });
  expect(await restore({ id: "nobody" }, "x")).toMatchObject({ refused: "unknown" });
  const name = { conflict: "jobTitle@never" };
  expect(await restoreValue(world(), target(both.ann), name)).toMatchObject({ refused: "unknown" });
});

test("R3: the policy of a field may hang on the person's stage", async () => {
  office = withTitlePolicy("salesforce", { mql: "hubspot" });
  const both = await annOnBothSides();
  await bothEditTitle(both);
  expect(await shown()).toEqual(["Chair", "Chair", "Anna"]);
});
