/** Fields of the objects that set an org up: statuses, currencies, permissions. */

export const OPPORTUNITY_STAGE_FIELDS = `
MasterLabel string 255 -
ApiName string 255 -
IsActive boolean - -
SortOrder int - n
IsClosed boolean - -
IsWon boolean - -
ForecastCategory picklist 40 -
ForecastCategoryName picklist 255 -
DefaultProbability percent 3.0 n
Description textarea 255 n
`;

export const LEAD_STATUS_FIELDS = `
MasterLabel string 255 -
ApiName string 255 -
SortOrder int - n
IsDefault boolean - -
IsConverted boolean - -
`;

export const CURRENCY_TYPE_FIELDS = `
IsoCode picklist 3 c
ConversionRate double 18.6 cu
DecimalPlaces int - cu
IsActive boolean - cud
IsCorporate boolean - -
`;

export const ORGANIZATION_FIELDS = `
Name string 80 -
PrimaryContact string 80 n
OrganizationType picklist 40 -
InstanceName string 5 n
IsSandbox boolean - -
LanguageLocaleKey picklist 40 -
TimeZoneSidKey picklist 40 -
DefaultLocaleSidKey picklist 40 -
FiscalYearStartMonth int - n
`;

export const PROFILE_FIELDS = `
Name string 255 cu
UserType picklist 40 -
`;

export const PERMISSION_SET_FIELDS = `
Name string 80 cu
Label string 80 cu
Description string 255 ncu
IsOwnedByProfile boolean - d
ProfileId reference 18 n >Profile:Profile
NamespacePrefix string 15 n
Type picklist 40 n
`;

export const PERMISSION_SET_ASSIGNMENT_FIELDS = `
PermissionSetId reference 18 c >PermissionSet:PermissionSet
AssigneeId reference 18 c >User:Assignee
IsActive boolean - d
`;

export const FIELD_PERMISSIONS_FIELDS = `
ParentId reference 18 c >PermissionSet:Parent
SobjectType picklist 255 c
Field picklist 255 c
PermissionsRead boolean - cud
PermissionsEdit boolean - cud
`;

export const OBJECT_PERMISSIONS_FIELDS = `
ParentId reference 18 c >PermissionSet:Parent
SobjectType picklist 255 c
PermissionsCreate boolean - cud
PermissionsRead boolean - cud
PermissionsEdit boolean - cud
PermissionsDelete boolean - cud
PermissionsViewAllRecords boolean - cud
PermissionsModifyAllRecords boolean - cud
`;

export const CUSTOM_FIELD_FIELDS = `
DeveloperName string 80 -
TableEnumOrId picklist 40 -
NamespacePrefix string 15 n
FullName string 255 n
ManageableState string 40 n
Length int - n
`;

export const RECORD_TYPE_FIELDS = `
Name string 80 -
DeveloperName string 80 -
SobjectType picklist 40 -
Description string 255 n
IsActive boolean - -
`;

/** Queues are groups, too: a lead may have one for its owner. */
export const GROUP_FIELDS = `
Name string 40 cu
DeveloperName string 80 ncu
Type picklist 40 c =Regular;Queue
`;

export const DATED_CONVERSION_RATE_FIELDS = `
IsoCode picklist 3 c
ConversionRate double 18.6 cu
StartDate date - c
NextStartDate date - n
`;
