import type { DataRecord } from "../../simulators/kit/data-records.ts";
import { PRODUCTS } from "./company-words.ts";
import { type Company, DAY_MS, type Person } from "./made-up-people.ts";
import { salesforceId } from "./salesforce-id.ts";
import { accountId, ownerId, stamps } from "./salesforce-people.ts";
import type { SeededRandom } from "./seeded-random.ts";

const OPEN_STAGES = [
  "Prospecting",
  "Qualification",
  "Needs Analysis",
  "Value Proposition",
  "Id. Decision Makers",
  "Perception Analysis",
  "Proposal/Price Quote",
  "Negotiation/Review",
] as const;

/** Shares of all opportunities, in eighths: three are won, one and a half are lost. */
function stageOf(index: number, count: number): string {
  const won = Math.floor((count * 3) / 8);
  if (index < won) return "Closed Won";
  if (index < won + Math.floor((count * 3) / 16)) return "Closed Lost";
  return OPEN_STAGES.at(index % OPEN_STAGES.length) ?? "Prospecting";
}

/** Of every kind of opportunity, one in this many has no contact role, and is nobody's. */
const NO_ROLE_EVERY = 24;

export interface SalesInput {
  readonly random: SeededRandom;
  readonly count: number;
  readonly accounts: readonly Company[];
  /** In the order of Salesforce's contacts. */
  readonly contacts: readonly Person[];
  readonly campaigns: number;
  readonly todayMs: number;
}

/** One opportunity with the places of its persons in the list of contacts; the first is primary. */
interface Sale {
  readonly stage: string;
  readonly company: Company;
  readonly contacts: readonly number[];
}

export interface Sales {
  readonly opportunities: readonly DataRecord[];
  readonly roles: readonly DataRecord[];
}

/** Customers hold a part in what is won, people in stage opportunity in what is still open. */
export function makeSales(input: SalesInput): Sales {
  const sales = Array.from({ length: input.count }, (_, index) => makeSale(input, index));
  const opportunities = sales.map((sale, index) => opportunity(input, sale, index));
  return { opportunities, roles: rolesOf(input.random, sales, opportunities) };
}

function makeSale({ random, count, contacts }: SalesInput, index: number): Sale {
  const stage = stageOf(index, count);
  const places = contacts.map((_, place) => place);
  const wanted = stage === "Closed Won" ? "customer" : "opportunity";
  const fitting = places.filter((place) => contacts[place]?.stage === wanted);
  const candidates = fitting.length > 0 ? fitting : places;
  const primary = candidates.at(index % candidates.length) ?? 0;
  const company = contacts[primary]?.company;
  if (!company) throw new Error("an opportunity needs a contact, so there must be one");
  const colleagues = places.filter(
    (place) => place !== primary && contacts[place]?.company === company,
  );
  const others = random.chance(45) ? random.shuffled(colleagues).slice(0, 3) : [];
  const nobody = index % NO_ROLE_EVERY === NO_ROLE_EVERY - 1;
  return { stage, company, contacts: nobody ? [] : [primary, ...others] };
}

function opportunity(input: SalesInput, sale: Sale, index: number): DataRecord {
  const { random, accounts, todayMs, campaigns } = input;
  const { stage, company } = sale;
  const closed = stage.startsWith("Closed");
  const closeMs = todayMs + (closed ? -random.whole(5, 300) : random.whole(-10, 120)) * DAY_MS;
  const createdMs = Math.min(closeMs, todayMs) - random.whole(20, 110) * DAY_MS;
  const product = random.pick(PRODUCTS);
  return {
    attributes: { type: "Opportunity" },
    Id: salesforceId("Opportunity", index + 1),
    AccountId: accountId(accounts, company),
    Name: `${company.name} - ${product} #${index + 1}`,
    StageName: stage,
    IsClosed: closed,
    IsWon: stage === "Closed Won",
    Amount: amountOf(random, index, stage),
    CurrencyIsoCode: company.currency,
    CloseDate: new Date(closeMs).toISOString().slice(0, 10),
    Type: random.pick(["New Customer", "New Customer", "Existing Customer - Upgrade"]),
    LeadSource: random.pick(["Web", "Partner Referral", "Phone Inquiry", null]),
    CampaignId:
      campaigns > 0 && random.chance(30)
        ? salesforceId("Campaign", random.whole(1, campaigns))
        : null,
    OwnerId: ownerId(company.owner),
    ...stamps(createdMs, closed ? closeMs : todayMs - random.whole(0, 15) * DAY_MS),
  };
}

/** Cents are put behind whole units as text, so that no sum of fractions is ever made. */
function amountOf(random: SeededRandom, index: number, stage: string): number | null {
  const units = random.pick([random.whole(900, 9_999), random.whole(10_000, 240_000)]);
  const cents = String(random.whole(0, 99)).padStart(2, "0");
  // The first that is won has no amount: it happens, and reports have to say so.
  if (index === 0 || (stage === "Prospecting" && random.chance(50))) return null;
  return Number(`${units}.${cents}`);
}

const ROLES = ["Decision Maker", "Economic Buyer", "Evaluator", "Influencer", "Technical Buyer"];

function rolesOf(
  random: SeededRandom,
  sales: readonly Sale[],
  opportunities: readonly DataRecord[],
): DataRecord[] {
  const parts = sales.flatMap(({ contacts }, sale) =>
    contacts.map((contact, place) => ({ sale, contact, place })),
  );
  return parts.map(({ sale, contact, place }, index) => ({
    attributes: { type: "OpportunityContactRole" },
    Id: salesforceId("OpportunityContactRole", index + 1),
    OpportunityId: salesforceId("Opportunity", sale + 1),
    ContactId: salesforceId("Contact", contact + 1),
    Role: place === 0 ? "Decision Maker" : random.pick(ROLES),
    IsPrimary: place === 0,
    SystemModstamp: opportunities[sale]?.["CreatedDate"],
  }));
}
