import { ExactNumber, textOf } from "./exact-json.ts";
import { Refusal } from "./refusal.ts";
import type { RuleContext } from "./rule-context.ts";
import { indexKey } from "./table.ts";

/** Every campaign begins with these two member statuses. */
const FIRST_STATUSES = [
  { Label: "Sent", HasResponded: false, IsDefault: true },
  { Label: "Responded", HasResponded: true, IsDefault: false },
] as const;

/** Gives a new campaign its member statuses. */
export function afterCampaign({ database, transaction, row, before }: RuleContext): void {
  const type = database.schema.find("CampaignMemberStatus");
  if (before || !type) return;
  for (const [index, status] of FIRST_STATUSES.entries())
    transaction.put(type, {
      ...status,
      Id: transaction.newId(type),
      IsDeleted: false,
      CampaignId: row["Id"] ?? null,
      SortOrder: new ExactNumber(String(index + 1)),
      CreatedDate: transaction.stamp,
      CreatedById: transaction.session.userId,
      LastModifiedDate: transaction.stamp,
      LastModifiedById: transaction.session.userId,
      SystemModstamp: transaction.stamp,
    });
}

/** A member is one lead or one contact, once in a campaign, and its name is that person's. */
export function beforeCampaignMember({ database, row, before }: RuleContext): void {
  const personField = row["LeadId"] ? "LeadId" : "ContactId";
  const personId = textOf(row, personField);
  if (personId === undefined)
    throw new Refusal(
      "REQUIRED_FIELD_MISSING",
      "Required fields are missing: [LeadId, ContactId]",
      {
        fields: ["LeadId", "ContactId"],
      },
    );
  const twin = database
    .table("CampaignMember")
    .find(personField, indexKey(personId))
    .some(
      (other) =>
        other["CampaignId"] === row["CampaignId"] &&
        other["Id"] !== row["Id"] &&
        other["IsDeleted"] !== true,
    );
  if (!before && twin)
    throw new Refusal("DUPLICATE_VALUE", "Already a campaign member.", { fields: [] });
  const person = database.table(personField === "LeadId" ? "Lead" : "Contact").get(personId);
  const accountId = textOf(person, "AccountId") ?? "";
  row["Type"] = personField === "LeadId" ? "Lead" : "Contact";
  row["LeadOrContactId"] = personId;
  row["LeadOrContactOwnerId"] = person?.["OwnerId"] ?? null;
  for (const name of ["Name", "FirstName", "LastName", "Email", "LeadSource"] as const)
    row[name] = person?.[name] ?? null;
  row["CompanyOrAccount"] =
    person?.["Company"] ?? database.table("Account").get(accountId)?.["Name"] ?? null;
}

/** HasResponded is read-only and follows Status through the campaign's CampaignMemberStatus. */
export function afterCampaignMember({ database, transaction, row }: RuleContext): void {
  const type = database.schema.find("CampaignMember");
  const status = database
    .table("CampaignMemberStatus")
    .find("CampaignId", indexKey(row["CampaignId"]))
    .find((each) => each["Label"] === row["Status"] && each["IsDeleted"] !== true);
  const hasResponded = status ? status["HasResponded"] === true : row["Status"] === "Responded";
  if (!type || row["HasResponded"] === hasResponded) return;
  const firstRespondedDate = hasResponded ? transaction.stamp.slice(0, 10) : null;
  transaction.put(type, {
    ...row,
    HasResponded: hasResponded,
    FirstRespondedDate: row["FirstRespondedDate"] ?? firstRespondedDate,
  });
}
