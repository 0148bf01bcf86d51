import { INTEGRATION_EMAIL } from "./access.ts";
import type { Database, Transaction } from "./database.ts";
import { defaultsOf } from "./defaults.ts";
import { ExactNumber, type Row, textOf } from "./exact-json.ts";
import { makeId } from "./record-id.ts";

/** Name, probability in percent, forecast category and its name. Source: a new org's stages. */
const STAGES = [
  ["Prospecting", 10, "Pipeline", "Pipeline"],
  ["Qualification", 10, "Pipeline", "Pipeline"],
  ["Needs Analysis", 20, "Pipeline", "Pipeline"],
  ["Value Proposition", 50, "Pipeline", "Pipeline"],
  ["Id. Decision Makers", 60, "Pipeline", "Pipeline"],
  ["Perception Analysis", 70, "Pipeline", "Pipeline"],
  ["Proposal/Price Quote", 75, "Pipeline", "Pipeline"],
  ["Negotiation/Review", 90, "Pipeline", "Pipeline"],
  ["Closed Won", 100, "Closed", "Closed"],
  ["Closed Lost", 0, "Omitted", "Omitted"],
] as const;

const LEAD_STATUSES = [
  "Open - Not Contacted",
  "Working - Contacted",
  "Closed - Converted",
  "Closed - Not Converted",
] as const;

/** The corporate currency first. Rates are units of the currency to one of the corporate one. */
const CURRENCIES = [
  ["USD", "1", 2],
  ["EUR", "0.92", 2],
  ["GBP", "0.79", 2],
  ["BRL", "5.1", 2],
  ["JPY", "150", 0],
  ["CHF", "0.88", 2],
  ["CAD", "1.36", 2],
  ["AUD", "1.52", 2],
] as const;

function int(value: number): ExactNumber {
  return new ExactNumber(String(value));
}

/** Puts one row of the org's own making in. */
function putFirst(database: Database, transaction: Transaction, name: string, values: Row): string {
  const type = database.schema.find(name);
  if (!type) throw new Error(`There is no object ${name}`);
  const id = textOf(values, "Id") ?? transaction.newId(type);
  const { stamp, session } = transaction;
  transaction.put(type, {
    ...defaultsOf(type),
    CreatedDate: stamp,
    LastModifiedDate: stamp,
    SystemModstamp: stamp,
    CreatedById: session.userId,
    LastModifiedById: session.userId,
    ...values,
    Id: id,
  });
  return id;
}

function putStatuses(database: Database, transaction: Transaction): void {
  for (const [index, [name, percent, category, categoryName]] of STAGES.entries())
    putFirst(database, transaction, "OpportunityStage", {
      MasterLabel: name,
      ApiName: name,
      IsActive: true,
      SortOrder: int(index + 1),
      IsClosed: name.startsWith("Closed"),
      IsWon: name === "Closed Won",
      DefaultProbability: int(percent),
      ForecastCategory: category,
      ForecastCategoryName: categoryName,
    });
  for (const [index, name] of LEAD_STATUSES.entries())
    putFirst(database, transaction, "LeadStatus", {
      MasterLabel: name,
      ApiName: name,
      SortOrder: int(index + 1),
      IsDefault: index === 0,
      IsConverted: name === "Closed - Converted",
    });
  for (const [code, rate, decimals] of CURRENCIES)
    putFirst(database, transaction, "CurrencyType", {
      IsoCode: code,
      ConversionRate: new ExactNumber(rate),
      DecimalPlaces: int(decimals),
      IsActive: true,
      IsCorporate: code === "USD",
    });
}

interface OrgIds {
  readonly orgId: string;
  readonly integrationUserId: string;
}

/** Sets the org up on its first start, and finds what was set up on every later one. */
export function ensureFirstRows(database: Database): OrgIds {
  const [organization] = database.table("Organization").values();
  const [user] = database.table("User").find("Email", INTEGRATION_EMAIL);
  const known = { orgId: textOf(organization, "Id"), userId: textOf(user, "Id") };
  if (known.orgId !== undefined && known.userId !== undefined)
    return { orgId: known.orgId, integrationUserId: known.userId };
  const orgId = makeId("00D", 1);
  const userId = makeId("005", 1);
  const session = { userId, client: undefined, api: "rest", version: "67.0" } as const;
  database.load(session, (transaction) => {
    putFirst(database, transaction, "Organization", {
      Id: orgId,
      Name: "Salesforce simulator",
      OrganizationType: "Enterprise Edition",
      IsSandbox: true,
      LanguageLocaleKey: "en_US",
      TimeZoneSidKey: "UTC",
      DefaultLocaleSidKey: "en_US",
      FiscalYearStartMonth: int(1),
    });
    const ProfileId = putFirst(database, transaction, "Profile", {
      Name: "System Administrator",
      UserType: "Standard",
    });
    putFirst(database, transaction, "User", {
      Id: userId,
      Username: INTEGRATION_EMAIL,
      Email: INTEGRATION_EMAIL,
      FirstName: "Integration",
      LastName: "User",
      Name: "Integration User",
      Alias: "integ",
      IsActive: true,
      UserType: "Standard",
      TimeZoneSidKey: "UTC",
      DefaultCurrencyIsoCode: "USD",
      ProfileId,
    });
    putStatuses(database, transaction);
  });
  return { orgId, integrationUserId: userId };
}
