import { afterEach, beforeEach, expect, test } from "vitest";
import type { Ref } from "../../shared/sync/ports.ts";
import { mql } from "../support/identity-scene.ts";
import { leadsOf } from "../support/lossy-connector.ts";
import { openParityOffice, unbalanced } from "../support/parity-office.ts";
import { openTwoCrms, type TwoCrms } from "../support/two-crms.ts";
import { sendHints } from "../support/watched-world.ts";
import { openOffice, workThrough } from "../support/work-through.ts";

const HOUR = 3_600_000;

let two: TwoCrms;

beforeEach(async () => {
  two = await openTwoCrms();
}, 60_000);

afterEach(() => two?.stop());

test.each(["has never looked at either CRM", "has watched both"])(
  "P9: beside another's connector, an Accord that %s reports what that one lost, and writes nothing",
  async (how) => {
    const contacts: Ref[] = [];
    for (let number = 1; number <= 14; number += 1) {
      const properties = {
        ...mql(`p${number}@x.example`),
        company: number % 2 === 0 ? "Acme" : "Acme International",
        ...(number % 3 === 0 ? { phone: "+49 30 1234567" } : {}),
      };
      contacts.push(await two.inHubspot.create("contacts", properties));
      for (const lead of leadsOf(number, properties)) await two.inSalesforce.create("Lead", lead);
    }
    two.forward(HOUR);
    const office = openOffice(two, "observe");
    if (how === "has watched both") {
      await sendHints(
        office,
        contacts.map((ref) => ({ ref })),
      );
      await workThrough(office, two);
      two.forward(HOUR);
    }
    const before = await two.writes();
    const swept = await openParityOffice(office, two).sweep({ kinds: ["person"] });
    expect(await two.writes()).toEqual(before);
    expect(office.queue.messages()).toEqual([]);
    expect(unbalanced(swept)).toEqual([]);
    const lostOf = (kind: string, field?: string) =>
      swept.findings
        .filter((one) => one.kind === kind && one.field === field)
        .flatMap(({ refs }) => refs.map(({ id }) => contacts.findIndex((one) => one.id === id) + 1))
        .filter((number) => number > 0)
        .sort((one, other) => one - other);
    expect({
      lost: lostOf("missing-on-far-side"),
      cut: lostOf("value-differs", "company"),
      phones: lostOf("value-differs", "phone"),
    }).toEqual({ lost: [5, 10], cut: [1, 3, 7, 9, 11, 13], phones: [3, 6, 9, 12] });
    expect(swept.tallies["person"]?.hubspot).toMatchObject({ missing: 2 });
    expect(swept.tallies["person"]?.salesforce).toMatchObject({ duplicate: 2 });
  },
  60_000,
);

test("P9: two that only a secondary address ties are a pair, and the bridge adds up", async () => {
  const primary = await two.inHubspot.create("contacts", mql("primary@x.example"));
  await two.inHubspot.addEmail(primary, "secondary@x.example");
  const cut = await two.inHubspot.create("contacts", mql("first@x.example"));
  await two.inHubspot.addEmail(cut, "second@x.example");
  const lead = { LastName: "Lee", FirstName: "Ann", Company: "Acme" };
  const stage = { Lifecycle_Stage__c: "marketingqualifiedlead" };
  await two.inSalesforce.create("Lead", { ...lead, ...stage, Email: "secondary@x.example" });
  await two.inSalesforce.create("Lead", {
    ...lead,
    ...stage,
    Email: "second@x.example",
    Company: "A",
  });
  two.forward(HOUR);
  const office = openOffice(two, "observe");
  const swept = await openParityOffice(office, two).sweep({ kinds: ["person"] });
  expect(unbalanced(swept)).toEqual([]);
  const { hubspot, salesforce } = swept.tallies["person"] ?? {};
  expect([hubspot, salesforce]).toEqual([{ both: 2 }, { both: 2 }]);
  const companies = swept.findings.filter(({ field }) => field === "company");
  expect(companies.map(({ refs: [one] }) => one?.id)).toEqual([cut.id]);
}, 60_000);
