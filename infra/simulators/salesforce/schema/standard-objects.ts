import * as people from "./person-objects.ts";
import * as sales from "./sales-objects.ts";
import * as setup from "./setup-objects.ts";

export interface StandardObject {
  readonly name: string;
  readonly label: string;
  readonly plural: string;
  readonly keyPrefix: string;
  readonly fields: string;
  readonly isSetup?: boolean;
  readonly writable?: boolean;
}

const SETUP = { isSetup: true } as const;
const READ_ONLY = { isSetup: true, writable: false } as const;

function object(
  [name, label, plural]: readonly [string, string, string],
  keyPrefix: string,
  fields: string,
  more: Pick<StandardObject, "isSetup" | "writable"> = {},
): StandardObject {
  return { name, label, plural, keyPrefix, fields, ...more };
}

/** Every object this org has. Key prefixes are those of the platform. */
export const STANDARD_OBJECTS: readonly StandardObject[] = [
  object(["Lead", "Lead", "Leads"], "00Q", people.LEAD_FIELDS),
  object(["Contact", "Contact", "Contacts"], "003", people.CONTACT_FIELDS),
  object(["Account", "Account", "Accounts"], "001", people.ACCOUNT_FIELDS),
  object(["User", "User", "Users"], "005", people.USER_FIELDS),
  object(["Opportunity", "Opportunity", "Opportunities"], "006", sales.OPPORTUNITY_FIELDS),
  object(
    ["OpportunityContactRole", "Opportunity Contact Role", "Opportunity Contact Role"],
    "00K",
    sales.OPPORTUNITY_CONTACT_ROLE_FIELDS,
  ),
  object(["Campaign", "Campaign", "Campaigns"], "701", sales.CAMPAIGN_FIELDS),
  object(
    ["CampaignMember", "Campaign Member", "Campaign Members"],
    "00v",
    sales.CAMPAIGN_MEMBER_FIELDS,
  ),
  object(
    ["CampaignMemberStatus", "Campaign Member Status", "Campaign Member Statuses"],
    "01Y",
    sales.CAMPAIGN_MEMBER_STATUS_FIELDS,
  ),
  object(
    ["OpportunityStage", "Opportunity Stage", "Opportunity Stage"],
    "01J",
    setup.OPPORTUNITY_STAGE_FIELDS,
    READ_ONLY,
  ),
  object(
    ["LeadStatus", "Lead Status Value", "Lead Status Value"],
    "01k",
    setup.LEAD_STATUS_FIELDS,
    READ_ONLY,
  ),
  object(
    ["CurrencyType", "Currency Type", "Currency Types"],
    "01L",
    setup.CURRENCY_TYPE_FIELDS,
    SETUP,
  ),
  object(
    ["DatedConversionRate", "Dated Conversion Rate", "Dated Conversion Rates"],
    "04w",
    setup.DATED_CONVERSION_RATE_FIELDS,
    SETUP,
  ),
  object(
    ["Organization", "Organization", "Organizations"],
    "00D",
    setup.ORGANIZATION_FIELDS,
    READ_ONLY,
  ),
  object(["RecordType", "Record Type", "Record Types"], "012", setup.RECORD_TYPE_FIELDS, READ_ONLY),
  object(["Group", "Group", "Groups"], "00G", setup.GROUP_FIELDS, SETUP),
  object(["Profile", "Profile", "Profiles"], "00e", setup.PROFILE_FIELDS, READ_ONLY),
  object(
    ["PermissionSet", "Permission Set", "Permission Sets"],
    "0PS",
    setup.PERMISSION_SET_FIELDS,
    SETUP,
  ),
  object(
    ["PermissionSetAssignment", "Permission Set Assignment", "Permission Set Assignments"],
    "0Pa",
    setup.PERMISSION_SET_ASSIGNMENT_FIELDS,
    SETUP,
  ),
  object(
    ["FieldPermissions", "Field Permissions", "Field Permissions"],
    "01q",
    setup.FIELD_PERMISSIONS_FIELDS,
    SETUP,
  ),
  object(
    ["ObjectPermissions", "Object Permissions", "Object Permissions"],
    "110",
    setup.OBJECT_PERMISSIONS_FIELDS,
    SETUP,
  ),
  object(
    ["CustomField", "Custom Field", "Custom Fields"],
    "00N",
    setup.CUSTOM_FIELD_FIELDS,
    READ_ONLY,
  ),
];
