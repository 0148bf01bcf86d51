import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const OLD = "2026-01-05T08:00:00.000Z";

/** Persons whom marketing holds qualified, and so are to become leads. */
export const PEOPLE = ["ann", "bo", "cleo", "dee"] as const;

export type Someone = (typeof PEOPLE)[number];

export function addressOf(name: Someone): string {
  return `${name}@small.example`;
}

function contact(name: Someone, index: number) {
  return {
    id: String(201 + index),
    createdAt: OLD,
    updatedAt: OLD,
    archived: false,
    properties: {
      email: addressOf(name),
      firstname: name,
      lastname: "Small",
      phone: `+49 30 90182${index}`,
      jobtitle: "Buyer",
      company: "Small & Co",
      lifecyclestage: "marketingqualifiedlead",
      createdate: OLD,
    },
  };
}

const ACCOUNT = "001Dn0000000001IAA";
const CONTACT = "003Dn0000000001IAA";
const OPPORTUNITY = "006Dn0000000001IAA";

const SOLD = {
  Account: { Id: ACCOUNT, Name: "Won & Co", Website: "won.example" },
  Contact: {
    Id: CONTACT,
    AccountId: ACCOUNT,
    FirstName: "Wanda",
    LastName: "Won",
    Email: "wanda@won.example",
  },
  Opportunity: {
    Id: OPPORTUNITY,
    AccountId: ACCOUNT,
    Name: "Won & Co, first order",
    StageName: "Closed Won",
    IsClosed: true,
    IsWon: true,
    Amount: 1200.5,
    CurrencyIsoCode: "EUR",
    CloseDate: "2026-03-31",
  },
  OpportunityContactRole: {
    Id: "00KDn0000000001MAA",
    OpportunityId: OPPORTUNITY,
    ContactId: CONTACT,
    IsPrimary: true,
  },
} as const;

/** Records by system and object, as a data folder names its files. */
export function smallData(): Readonly<Record<string, readonly object[]>> {
  const sold = Object.entries(SOLD).map(([object, record]) => [
    `salesforce.${object}`,
    [{ ...record, CreatedDate: OLD, SystemModstamp: OLD }],
  ]);
  return { "hubspot.contacts": PEOPLE.map(contact), ...Object.fromEntries(sold) };
}

/** A data folder of four contacts on HubSpot's side and one sale on Salesforce's. */
export function smallDataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "accord-small-"));
  for (const [name, records] of Object.entries(smallData()))
    writeFileSync(
      join(folder, `${name}.ndjson`),
      records.map((record) => JSON.stringify(record)).join("\n"),
    );
  return folder;
}
