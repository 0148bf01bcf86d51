import type { DataRecord } from "../../simulators/kit/data-records.ts";
import { JOB_TITLES } from "./company-words.ts";
import { formatPhone, type Owner } from "./hubspot-records.ts";
import { type Company, DAY_MS, OWNER_COUNT, type Person } from "./made-up-people.ts";
import { salesforceId } from "./salesforce-id.ts";
import type { SeededRandom } from "./seeded-random.ts";

/** Salesforce's own sources, which know nothing of campaigns or keywords. */
const LEAD_SOURCES = ["Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other"];

export function ownerId(owner: number): string {
  return salesforceId("User", owner + 1);
}

export function stamps(createdMs: number, modifiedMs: number) {
  return {
    CreatedDate: new Date(createdMs).toISOString(),
    SystemModstamp: new Date(modifiedMs).toISOString(),
  };
}

export function salesforceUsers(owners: readonly Owner[], todayMs: number): DataRecord[] {
  const joinedMs = todayMs - 900 * DAY_MS;
  return owners.map(({ email, firstName, lastName }, index) => ({
    attributes: { type: "User" },
    Id: ownerId(index),
    Username: email,
    Email: email,
    FirstName: firstName,
    LastName: lastName,
    IsActive: true,
    ...stamps(joinedMs, joinedMs),
  }));
}

export function salesforceAccounts(
  random: SeededRandom,
  companies: readonly Company[],
  todayMs: number,
): DataRecord[] {
  return companies.map(({ name, domain, owner, currency, legalForm }, index) => {
    const createdMs = todayMs - random.whole(450, 800) * DAY_MS + random.whole(0, DAY_MS - 1);
    const modifiedMs = createdMs + random.whole(0, 440) * DAY_MS;
    return {
      attributes: { type: "Account" },
      Id: salesforceId("Account", index + 1),
      Name: random.chance(30) ? `${name} ${legalForm}` : name,
      Website: random.pick([`https://www.${domain}`, `www.${domain}`, `http://${domain}/`, domain]),
      CurrencyIsoCode: currency,
      OwnerId: ownerId(owner),
      ...stamps(createdMs, modifiedMs),
    };
  });
}

export function accountId(companies: readonly Company[], company: Company): string {
  return salesforceId("Account", companies.indexOf(company) + 1);
}

/** What sales wrote down of a person: mostly what marketing did, with a few edits of its own. */
function personProperties(random: SeededRandom, person: Person, todayMs: number) {
  const { email, phone, company } = person;
  const writtenPhone = formatPhone(phone) ?? null;
  const phones = [writtenPhone?.replace(/^\+1 (\d+)-(\d+)-/, "+1 ($1) $2 ") ?? null, writtenPhone];
  const createdMs = (person.mqlMs ?? person.createdMs) + random.whole(0, 5 * DAY_MS);
  const sinceMs = Math.max(0, todayMs - createdMs);
  return {
    FirstName: person.firstName,
    LastName: person.lastName ?? "[not provided]",
    Email: email === undefined || !random.chance(20) ? (email ?? null) : capitalized(email),
    Phone: random.chance(8) ? `+1 555-${random.whole(100, 999)}-0199` : random.pick(phones),
    Title: random.chance(15) ? random.pick(JOB_TITLES) : person.jobTitle,
    LeadSource: random.pick(LEAD_SOURCES),
    OwnerId: ownerId(random.chance(10) ? random.whole(0, OWNER_COUNT - 1) : company.owner),
    ...stamps(
      Math.min(createdMs, todayMs),
      Math.min(createdMs, todayMs) + Math.floor((sinceMs * random.whole(0, 100)) / 100),
    ),
  };
}

/** `ann.lee@acme.example` as people type it: `Ann.Lee@acme.example`. */
function capitalized(email: string): string {
  return email.replaceAll(/(^|\.)([a-z])(?=[^@]*@)/g, (letters) => letters.toUpperCase());
}

export function salesforceContacts(
  random: SeededRandom,
  people: readonly Person[],
  accounts: readonly Company[],
  todayMs: number,
): DataRecord[] {
  return people.map((person, index) => ({
    attributes: { type: "Contact" },
    Id: salesforceId("Contact", index + 1),
    AccountId: accountId(accounts, person.company),
    ...personProperties(random, person, todayMs),
  }));
}

const LEAD_STATUSES = [
  "Open - Not Contacted",
  "Working - Contacted",
  "Working - Contacted",
  "Closed - Not Converted",
] as const;

export function salesforceLeads(
  random: SeededRandom,
  people: readonly Person[],
  todayMs: number,
): DataRecord[] {
  return people.map((person, index) => ({
    attributes: { type: "Lead" },
    Id: salesforceId("Lead", index + 1),
    Company: person.company.name,
    Status: random.pick(LEAD_STATUSES),
    IsConverted: false,
    ...personProperties(random, person, todayMs),
  }));
}
