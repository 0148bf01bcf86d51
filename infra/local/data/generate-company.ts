import type { DataRecord, DataRecords } from "../../simulators/kit/data-records.ts";
import { makeAwkward } from "./awkward-people.ts";
import { FIRST_NAMES, LAST_NAMES } from "./company-words.ts";
import { hubspotCompanies, hubspotContacts, hubspotOwners, type Owner } from "./hubspot-records.ts";
import {
  allotStages,
  type Company,
  makeCompanies,
  OWNER_COUNT,
  type Person,
  type PersonMaker,
  personMaker,
} from "./made-up-people.ts";
import { makeCampaigns } from "./salesforce-campaigns.ts";
import {
  salesforceAccounts,
  salesforceContacts,
  salesforceLeads,
  salesforceUsers,
} from "./salesforce-people.ts";
import { makeSales } from "./salesforce-sales.ts";
import { type SeededRandom, seededRandom } from "./seeded-random.ts";

export interface CompanyOptions {
  /** Any whole number; the same one makes the same company. */
  readonly seed: number;
  /** HubSpot contacts. Everything else but opportunities and campaigns grows with them. */
  readonly leads?: number;
  readonly opportunities?: number;
  readonly campaigns?: number;
  /** The day that the data is as of, such as `2026-03-31`. No record was changed after it began. */
  readonly todayIso: string;
}

/** Shares of the number of leads, in percent. */
const ACCOUNTS = 20;
const OTHER_COMPANIES = 6;
const SALESFORCE_LEADS = 16;
const SALESFORCE_ONLY = 8;

/**
 * Makes up a company as its two CRMs would hold it, in the shape of a data folder: leads that
 * marketing knows, some of whom sales knows too and has edited, and what was sold to them.
 *
 * Nothing is taken from the clock or from chance, so that a run can be repeated to the last byte.
 */
export function generateCompany({
  seed,
  leads = 500,
  opportunities = 120,
  campaigns = 12,
  todayIso,
}: CompanyOptions): DataRecords[] {
  const todayMs = Date.parse(todayIso);
  if (Number.isNaN(todayMs)) throw new Error(`'${todayIso}' is no day of the form 2026-03-31`);
  const random = seededRandom(seed);
  const share = (percent: number) => Math.max(1, Math.floor((leads * percent) / 100));
  const companies = makeCompanies(random, share(ACCOUNTS) + share(OTHER_COMPANIES));
  const accounts = companies.slice(0, share(ACCOUNTS));
  const maker = personMaker(random, todayMs);
  const people = makePeople(random, maker, { leads, companies, accounts });
  const known = knownToSales(random, people, share(SALESFORCE_LEADS));
  const strangers = Array.from({ length: share(SALESFORCE_ONLY) }, () =>
    maker.make(random.pick(accounts), "lead"),
  );
  const contacts = [...known.contacts, ...strangers];
  const owners = makeOwners(random);
  const count = { leads: known.leads.length, contacts: contacts.length };
  const sent = makeCampaigns({ random, count: campaigns, ...count, todayMs });
  const sales = makeSales({ random, count: opportunities, accounts, contacts, campaigns, todayMs });
  const inBoth = accounts.filter((_, index) => index % 2 === 0);
  return [
    hubspot("owners", hubspotOwners(owners)),
    salesforce("User", salesforceUsers(owners, todayMs)),
    hubspot("companies", hubspotCompanies(random, inBoth, todayMs)),
    salesforce("Account", salesforceAccounts(random, accounts, todayMs)),
    hubspot("contacts", hubspotContacts(random, people)),
    salesforce("Contact", salesforceContacts(random, contacts, accounts, todayMs)),
    salesforce("Lead", salesforceLeads(random, known.leads, todayMs)),
    salesforce("Campaign", sent.campaigns),
    salesforce("CampaignMember", sent.members),
    salesforce("Opportunity", sales.opportunities),
    salesforce("OpportunityContactRole", sales.roles),
  ];
}

function hubspot(object: string, records: readonly DataRecord[]): DataRecords {
  return { system: "hubspot", object, records };
}

function salesforce(object: string, records: readonly DataRecord[]): DataRecords {
  return { system: "salesforce", object, records };
}

interface PeopleInput {
  readonly leads: number;
  readonly companies: readonly Company[];
  readonly accounts: readonly Company[];
}

/** Whoever has come as far as an opportunity works at a company that sales has an account of. */
function makePeople(
  random: SeededRandom,
  maker: PersonMaker,
  { leads, companies, accounts }: PeopleInput,
): Person[] {
  const people = random
    .shuffled(allotStages(leads))
    .map((stage) => maker.make(random.pick(isSold(stage) ? accounts : companies), stage));
  return makeAwkward(people);
}

function isSold(stage: Person["stage"]): boolean {
  return stage === "opportunity" || stage === "customer";
}

/** Sales holds those it sells to as contacts, and some of the qualified as leads. */
function knownToSales(random: SeededRandom, people: readonly Person[], leadCount: number) {
  const qualified = people.filter(
    ({ stage }) => stage === "marketingqualifiedlead" || stage === "salesqualifiedlead",
  );
  return {
    contacts: people.filter(({ stage }) => isSold(stage)),
    leads: random.shuffled(qualified).slice(0, leadCount),
  };
}

/** The same eight people on both sides, known by their e-mail addresses. */
function makeOwners(random: SeededRandom): Owner[] {
  return Array.from({ length: OWNER_COUNT }, (_, index) => ({
    firstName: random.pick(FIRST_NAMES),
    lastName: random.pick(LAST_NAMES),
    email: `rep${index + 1}@brightforge.example`,
  }));
}
