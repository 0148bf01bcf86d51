import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { generateCompany } from "../../../infra/local/data/generate-company.ts";
import type { DataRecord } from "../../../infra/simulators/kit/data-records.ts";

const options = { seed: 7, todayIso: "2026-03-31" };
const company = generateCompany(options);

function recordsOf(system: string, object: string, from = company): readonly DataRecord[] {
  return from.find((each) => each.system === system && each.object === object)?.records ?? [];
}

const salesforce = (object: string) => recordsOf("salesforce", object);
const text = (record: DataRecord | undefined, name: string) => String(record?.[name] ?? "");
const properties = (record: DataRecord) => Object(record["properties"]) as Record<string, string>;
const contacts = recordsOf("hubspot", "contacts").map(properties);
const persons = [...salesforce("Contact"), ...salesforce("Lead")];
const opportunities = salesforce("Opportunity");

/** The last three characters of an id, worked out as Salesforce's documentation tells it. */
function checksum(id15: string): string {
  return [0, 5, 10]
    .map((start) => id15.slice(start, start + 5))
    .map((block) => [...block].reverse().map((letter) => (/[A-Z]/.test(letter) ? "1" : "0")))
    .map((bits) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345".charAt(Number.parseInt(bits.join(""), 2)))
    .join("");
}

test("the same seed makes the same company, to the last byte, and another seed another", () => {
  const bytes = JSON.stringify(company);
  expect(JSON.stringify(generateCompany(options))).toBe(bytes);
  expect(JSON.stringify(generateCompany({ ...options, seed: 8 }))).not.toBe(bytes);
});

test("the company is as large as was asked for", () => {
  const counts = Object.fromEntries(company.map((each) => [each.object, each.records.length]));
  expect(counts).toMatchObject({
    owners: 8,
    User: 8,
    contacts: 500,
    companies: 50,
    Account: 100,
    Contact: 140,
    Lead: 80,
    Campaign: 12,
    Opportunity: 120,
  });
  const small = generateCompany({ ...options, leads: 50, opportunities: 10, campaigns: 2 });
  expect(recordsOf("hubspot", "contacts", small)).toHaveLength(50);
  expect(recordsOf("salesforce", "Opportunity", small)).toHaveLength(10);
  expect(recordsOf("salesforce", "Campaign", small)).toHaveLength(2);
});

test("whatever the seed and the size, a company can be made", () => {
  const sizes = fc.record({
    seed: fc.integer(),
    leads: fc.integer({ min: 1, max: 60 }),
    opportunities: fc.nat(30),
    campaigns: fc.nat(4),
  });
  fc.assert(
    fc.property(sizes, (size) => {
      const made = generateCompany({ ...options, ...size });
      expect(recordsOf("hubspot", "contacts", made)).toHaveLength(size.leads);
      expect(recordsOf("salesforce", "Opportunity", made)).toHaveLength(size.opportunities);
    }),
    { numRuns: 30 },
  );
});

test("a day that is none is refused", () => {
  expect(() => generateCompany({ ...options, todayIso: "soon" })).toThrow("'soon' is no day");
});

describe("every record", () => {
  test("of Salesforce has an id of its own with its object's prefix and a right checksum", () => {
    const prefixes = { Account: "001", Contact: "003", Lead: "00Q", Opportunity: "006" };
    for (const { system, object, records } of company.filter((each) => each.system !== "hubspot")) {
      expect(new Set(records.map(({ Id }) => Id)).size, system).toBe(records.length);
      for (const record of records) {
        const id = text(record, "Id");
        expect(id).toMatch(/^[A-Za-z0-9]{18}$/);
        expect(id.slice(15)).toBe(checksum(id.slice(0, 15)));
        expect(record["attributes"]).toEqual({ type: object });
        if (object in prefixes)
          expect(Object.entries(prefixes)).toContainEqual([object, id.slice(0, 3)]);
      }
    }
  });

  test("of HubSpot has an id of its own, and text for every property", () => {
    for (const object of ["owners", "contacts", "companies"]) {
      const records = recordsOf("hubspot", object);
      expect(new Set(records.map(({ id }) => id)).size).toBe(records.length);
      for (const record of records) {
        expect(text(record, "id")).toMatch(/^\d+$/);
        for (const value of Object.values(properties(record))) expect(typeof value).toBe("string");
      }
    }
  });

  test("was made before it was changed, and changed before the day the data is as of", () => {
    for (const { records, object } of company.filter((each) => each.object !== "owners"))
      for (const record of records) {
        const created = text(record, "createdAt") || text(record, "CreatedDate");
        const changed = text(record, "updatedAt") || text(record, "SystemModstamp");
        expect(changed, object).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        expect(created <= changed, object).toBe(true);
        expect(changed <= "2026-03-31T00:00:00.000Z", object).toBe(true);
      }
  });

  test("points at records that exist", () => {
    const ids = (object: string) => new Set(salesforce(object).map(({ Id }) => Id));
    const known = new Map<string, ReadonlySet<unknown>>([
      ["OwnerId", ids("User")],
      ["AccountId", ids("Account")],
      ["CampaignId", ids("Campaign")],
      ["LeadId", ids("Lead")],
      ["ContactId", ids("Contact")],
      ["OpportunityId", ids("Opportunity")],
    ]);
    for (const { records } of company)
      for (const record of records)
        for (const [name, targets] of known)
          if (record[name]) expect(targets).toContain(record[name]);
    const owners = new Set(recordsOf("hubspot", "owners").map(({ id }) => id));
    for (const contact of contacts) expect(owners).toContain(contact["hubspot_owner_id"]);
  });

  test("has e-mail addresses and hosts at .example domains alone", () => {
    const addresses = JSON.stringify(company).match(/[^"\s]+@[^"\s]+/g) ?? [];
    expect(addresses.length).toBeGreaterThan(700);
    for (const address of addresses) expect(address).toMatch(/^[^@]+@[a-z0-9]+\.example$/);
    for (const account of salesforce("Account"))
      expect(text(account, "Website")).toMatch(/^(https?:\/\/)?(www\.)?[a-z0-9]+\.example\/?$/);
  });
});

describe("the two systems", () => {
  const byEmail = new Map(contacts.map((contact) => [contact["email"], contact]));
  const pairs = persons.flatMap((person) => {
    const contact = byEmail.get(text(person, "Email").toLowerCase());
    return contact ? [{ person, contact }] : [];
  });

  test("share 180 people, and sales knows 40 that marketing does not", () => {
    expect(pairs).toHaveLength(180);
    expect(persons.length - pairs.length).toBe(40);
    expect(new Set(persons.map((each) => text(each, "Email").toLowerCase())).size).toBe(220);
  });

  test("differ in what sales has edited", () => {
    const digits = (phone = "") => phone.replaceAll(/\D/g, "");
    const count = (differs: (pair: (typeof pairs)[number]) => boolean) =>
      pairs.filter(differs).length;
    expect(count(({ person, contact }) => person["Email"] !== contact["email"])).toBeGreaterThan(
      20,
    );
    expect(count(({ person, contact }) => person["Title"] !== contact["jobtitle"])).toBeGreaterThan(
      10,
    );
    const phones = ({ person, contact }: (typeof pairs)[number]) =>
      person["Phone"] !== null && text(person, "Phone") !== contact["phone"];
    const same = ({ person, contact }: (typeof pairs)[number]) =>
      digits(text(person, "Phone")) === digits(contact["phone"]);
    expect(count((pair) => phones(pair) && same(pair))).toBeGreaterThan(30);
    expect(count((pair) => phones(pair) && !same(pair))).toBeGreaterThan(5);
    const newer = count(
      ({ person, contact }) => text(person, "SystemModstamp") > (contact["lastmodifieddate"] ?? ""),
    );
    expect(newer).toBeGreaterThan(30);
    expect(newer).toBeLessThan(150);
  });

  test("share their owners by e-mail address, and half of the accounts by host", () => {
    const emails = recordsOf("hubspot", "owners").map(({ email }) => email);
    expect(salesforce("User").map(({ Email }) => Email)).toEqual(emails);
    const hosts = new Set(
      salesforce("Account").map((each) => /[a-z0-9]+\.example/.exec(text(each, "Website"))?.[0]),
    );
    for (const each of recordsOf("hubspot", "companies").map(properties))
      expect(hosts).toContain(each["domain"]);
  });
});

test("leads stand in every stage from subscriber to customer, with a date from MQL onward", () => {
  const counts = new Map<string, number>();
  for (const { lifecyclestage = "", ...contact } of contacts) {
    counts.set(lifecyclestage, (counts.get(lifecyclestage) ?? 0) + 1);
    const mql = contact["hs_lifecyclestage_marketingqualifiedlead_date"];
    expect(mql === undefined).toBe(["subscriber", "lead"].includes(lifecyclestage));
    if (mql) expect(mql > (contact["createdate"] ?? "")).toBe(true);
  }
  expect(Object.fromEntries(counts)).toEqual({
    subscriber: 90,
    lead: 130,
    marketingqualifiedlead: 120,
    salesqualifiedlead: 60,
    opportunity: 60,
    customer: 40,
  });
});

test("some people are awkward", () => {
  const having = (holds: (contact: Record<string, string>) => boolean) =>
    contacts.filter(holds).length;
  expect(having((contact) => contact["email"] === undefined)).toBe(2);
  expect(having((contact) => contact["lastname"] === undefined)).toBe(2);
  expect(having((contact) => contact["jobtitle"]?.length === 128)).toBe(1);
  expect(having((contact) => (contact["jobtitle"]?.length ?? 0) > 128)).toBe(0);
  expect(having((contact) => /\p{Extended_Pictographic}/u.test(contact["firstname"] ?? ""))).toBe(
    1,
  );
  expect(having((contact) => /['’]/.test(contact["lastname"] ?? ""))).toBeGreaterThan(1);
  expect(having((contact) => /[À-ž]/.test(contact["firstname"] ?? ""))).toBeGreaterThan(5);
});

test("opportunities stand in every stage and three currencies, 45 of them won, with exact cents", () => {
  expect(new Set(opportunities.map(({ StageName }) => StageName)).size).toBe(10);
  expect(new Set(opportunities.map((each) => each["CurrencyIsoCode"])).size).toBe(3);
  const won = opportunities.filter(({ IsWon }) => IsWon === true);
  expect(won).toHaveLength(45);
  expect(won.filter(({ Amount }) => Amount === null)).toHaveLength(1);
  for (const { Amount, CloseDate, IsClosed, IsWon, StageName } of opportunities) {
    if (Amount !== null) expect(JSON.stringify(Amount)).toMatch(/^\d+(\.\d{1,2})?$/);
    expect(IsWon).toBe(StageName === "Closed Won");
    expect(IsClosed).toBe(String(StageName).startsWith("Closed"));
    if (IsClosed) expect(String(CloseDate) < "2026-03-31").toBe(true);
  }
});

test("some opportunities have several persons, and a few have none", () => {
  const roles = salesforce("OpportunityContactRole");
  const sizes = opportunities.map(
    ({ Id }) => roles.filter((role) => role["OpportunityId"] === Id).length,
  );
  expect(sizes.filter((size) => size === 0)).toHaveLength(5);
  expect(sizes.filter((size) => size > 1).length).toBeGreaterThan(20);
  const account = new Map(salesforce("Contact").map((each) => [each["Id"], each["AccountId"]]));
  for (const role of roles) {
    const of = opportunities.find(({ Id }) => Id === role["OpportunityId"]);
    expect(account.get(role["ContactId"])).toBe(of?.["AccountId"]);
  }
  const primaries = roles.filter(({ IsPrimary }) => IsPrimary === true);
  expect(primaries).toHaveLength(115);
});

test("a person is a member of a campaign once", () => {
  const members = salesforce("CampaignMember");
  const keys = members.map(
    (each) => `${each["CampaignId"]} ${each["LeadId"] ?? each["ContactId"]}`,
  );
  expect(new Set(keys).size).toBe(keys.length);
  expect(new Set(members.map((each) => each["CampaignId"])).size).toBe(12);
  for (const { LeadId, ContactId, Status, HasResponded } of members) {
    expect([LeadId, ContactId].filter((id) => id !== null)).toHaveLength(1);
    expect(HasResponded).toBe(Status === "Responded");
  }
});

test("who bought was a lead before the sale was closed, so that a first touch can be credited", () => {
  const created = new Map(contacts.map((each) => [each["email"], each["createdate"] ?? ""]));
  const emails = new Map(
    salesforce("Contact").map((each) => [each["Id"], text(each, "Email").toLowerCase()]),
  );
  const known = salesforce("OpportunityContactRole").filter((role) => {
    const of = opportunities.find(({ Id }) => Id === role["OpportunityId"]);
    const since = created.get(emails.get(role["ContactId"]) ?? "");
    return of?.["IsWon"] === true && since !== undefined && since < text(of, "CloseDate");
  });
  expect(new Set(known.map((role) => role["OpportunityId"])).size).toBe(44);
});
