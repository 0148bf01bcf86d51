import { afterCampaign, afterCampaignMember, beforeCampaignMember } from "./campaign-rules.ts";
import { afterDatedRate } from "./currency.ts";
import type { Database } from "./database.ts";
import { percentOf } from "./decimal.ts";
import { ExactNumber, type Row, type Scalar, textOf } from "./exact-json.ts";
import { invalidCrossReference, Refusal } from "./refusal.ts";
import type { RuleContext } from "./rule-context.ts";
import { beforeAssignment, beforeFieldPermissions, beforePermissionSet } from "./setup-rules.ts";
import { indexKey } from "./table.ts";

interface ObjectRules {
  readonly beforeSave?: (context: RuleContext) => void;
  readonly afterSave?: (context: RuleContext) => void;
  /** What goes along when a row is deleted: object, and the field that names the row. */
  readonly cascade?: readonly (readonly [object: string, field: string])[];
}

/** "Ann" and "Lee" are "Ann Lee". The platform leaves the salutation out of Name in queries. */
function composeName({ row }: RuleContext): void {
  const parts = [textOf(row, "FirstName"), textOf(row, "LastName")];
  row["Name"] = parts.filter((part) => part !== undefined).join(" ");
}

function beforeLead(context: RuleContext): void {
  if (context.before?.["IsConverted"] === true)
    throw new Refusal("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", {
      fields: [],
    });
  composeName(context);
}

/** The OpportunityStage row behind a stage name. Unknown stages have none. */
function findStage(database: Database, stageName: Scalar | undefined): Row | undefined {
  return database.table("OpportunityStage").find("ApiName", indexKey(stageName))[0];
}

/**
 * StageName decides IsClosed, IsWon, Probability and the forecast, unless the caller gave the
 * latter two. A stage that the org does not list leaves an open opportunity.
 */
export function applyStage({ database, row, before, given, transaction }: RuleContext): void {
  const moved = before?.["StageName"] !== row["StageName"];
  const stage = findStage(database, row["StageName"]);
  row["IsClosed"] = stage?.["IsClosed"] ?? false;
  row["IsWon"] = stage?.["IsWon"] ?? false;
  if (moved && !given.has("Probability"))
    row["Probability"] = stage?.["DefaultProbability"] ?? null;
  if (moved && !given.has("ForecastCategoryName")) {
    row["ForecastCategoryName"] = stage?.["ForecastCategoryName"] ?? "Pipeline";
    row["ForecastCategory"] = stage?.["ForecastCategory"] ?? "Pipeline";
  }
  if (moved && before) row["LastStageChangeDate"] = transaction.stamp;
}

function beforeOpportunity(context: RuleContext): void {
  const { row } = context;
  applyStage(context);
  const { Amount, Probability } = row;
  row["ExpectedRevenue"] =
    Amount instanceof ExactNumber && Probability instanceof ExactNumber
      ? percentOf(Amount, Probability)
      : null;
  const [year = "", month = ""] = (textOf(row, "CloseDate") ?? "").split("-");
  const quarter = Math.ceil(Number(month) / 3);
  row["FiscalYear"] = new ExactNumber(String(Number(year)));
  row["FiscalQuarter"] = new ExactNumber(String(quarter));
  row["Fiscal"] = `${year} ${quarter}`;
}

/** Opportunity.ContactId is given on create alone, and makes the primary contact role. */
function afterOpportunity({ database, transaction, row, before }: RuleContext): void {
  const contactId = row["ContactId"];
  const type = database.schema.find("OpportunityContactRole");
  if (before || typeof contactId !== "string" || !type) return;
  transaction.put(type, {
    Id: transaction.newId(type),
    IsDeleted: false,
    OpportunityId: row["Id"] ?? null,
    ContactId: contactId,
    IsPrimary: true,
    CreatedDate: transaction.stamp,
    CreatedById: transaction.session.userId,
    LastModifiedDate: transaction.stamp,
    LastModifiedById: transaction.session.userId,
    SystemModstamp: transaction.stamp,
  });
}

/** An opportunity has one primary contact: a new one takes the place of the old. */
function afterContactRole({ database, transaction, row }: RuleContext): void {
  const roles = database.schema.find("OpportunityContactRole");
  const opportunities = database.schema.find("Opportunity");
  const opportunity = database.table("Opportunity").get(textOf(row, "OpportunityId") ?? "");
  if (!roles || !opportunities || !opportunity) throw invalidCrossReference(["OpportunityId"]);
  if (row["IsPrimary"] !== true) return;
  for (const other of database
    .table("OpportunityContactRole")
    .find("OpportunityId", indexKey(row["OpportunityId"]))) {
    if (other["Id"] === row["Id"] || other["IsPrimary"] !== true || other["IsDeleted"] === true)
      continue;
    transaction.put(roles, {
      ...other,
      IsPrimary: false,
      SystemModstamp: transaction.stamp,
      LastModifiedDate: transaction.stamp,
      LastModifiedById: transaction.session.userId,
    });
  }
  // A reflection of the role, and no change of the opportunity: its stamps stay.
  if (opportunity["ContactId"] !== row["ContactId"])
    transaction.put(opportunities, { ...opportunity, ContactId: row["ContactId"] ?? null });
}

const RULES: Readonly<Record<string, ObjectRules>> = {
  Lead: { beforeSave: beforeLead, cascade: [["CampaignMember", "LeadId"]] },
  Contact: {
    beforeSave: composeName,
    cascade: [
      ["CampaignMember", "ContactId"],
      ["OpportunityContactRole", "ContactId"],
    ],
  },
  User: { beforeSave: composeName },
  Account: {
    cascade: [
      ["Contact", "AccountId"],
      ["Opportunity", "AccountId"],
    ],
  },
  Opportunity: {
    beforeSave: beforeOpportunity,
    afterSave: afterOpportunity,
    cascade: [["OpportunityContactRole", "OpportunityId"]],
  },
  OpportunityContactRole: { afterSave: afterContactRole },
  Campaign: { afterSave: afterCampaign, cascade: [["CampaignMember", "CampaignId"]] },
  CampaignMember: { beforeSave: beforeCampaignMember, afterSave: afterCampaignMember },
  DatedConversionRate: { afterSave: afterDatedRate },
  PermissionSet: { beforeSave: beforePermissionSet },
  PermissionSetAssignment: { beforeSave: beforeAssignment },
  FieldPermissions: { beforeSave: beforeFieldPermissions },
};

const PARENT_FIELDS = new Map<string, string[]>();
for (const { cascade = [] } of Object.values(RULES))
  for (const [child, field] of cascade)
    PARENT_FIELDS.set(child, [...(PARENT_FIELDS.get(child) ?? []), field]);

/** The fields of `sobject` that name what it goes along with when that is deleted. */
export function parentFieldsOf(sobject: string): readonly string[] {
  return PARENT_FIELDS.get(sobject) ?? [];
}

export function rulesOf(sobject: string): ObjectRules {
  return RULES[sobject] ?? {};
}
