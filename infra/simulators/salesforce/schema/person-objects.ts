/** Fields of the objects about people. Facts read from describes of API 48.0 to 59.0. */

const ADDRESS = (prefix: string, compound: string) => `
${prefix}Street textarea 255 ncu @${compound}
${prefix}City string 40 ncu @${compound}
${prefix}State string 80 ncu @${compound}
${prefix}PostalCode string 20 ncu @${compound}
${prefix}Country string 80 ncu @${compound}
${prefix}Latitude double 18.15 ncu @${compound}
${prefix}Longitude double 18.15 ncu @${compound}
${prefix}GeocodeAccuracy picklist 40 ncur @${compound} =Address;NearAddress;Block;Street;ExtendedZip;Zip;Neighborhood;City;County;State;Unknown
${compound} address - n`;

const SOURCES = "=Web;Phone Inquiry;Partner Referral;Purchased List;Other";
const INDUSTRIES =
  "=Agriculture;Apparel;Banking;Biotechnology;Chemicals;Communications;Construction;Consulting;Education;Electronics;Energy;Engineering;Entertainment;Environmental;Finance;Food & Beverage;Government;Healthcare;Hospitality;Insurance;Machinery;Manufacturing;Media;Not For Profit;Recreation;Retail;Shipping;Technology;Telecommunications;Transportation;Utilities;Other";
const RATINGS = "=Hot;Warm;Cold";
const CLEAN = "=Matched;Different;Acknowledged;NotFound;Inactive;Pending;SelectMatch;Skipped";

export const LEAD_FIELDS = `
MasterRecordId reference 18 n >Lead:MasterRecord
LastName string 80 cu @Name
FirstName string 40 ncu @Name
Salutation picklist 40 ncu @Name =Mr.;Ms.;Mrs.;Dr.;Prof.;Mx.
Name string 121 -
Title string 128 ncu
Company string 255 cu
${ADDRESS("", "Address")}
Phone phone 40 ncu
MobilePhone phone 40 ncu
Fax phone 40 ncu
Email email 80 ncu
Website url 255 ncu
PhotoUrl url 255 n
Description textarea 32000 ncu
LeadSource picklist 255 ncu ${SOURCES}
Status picklist 255 cud =Open - Not Contacted*;Working - Contacted;Closed - Converted;Closed - Not Converted
Industry picklist 255 ncu ${INDUSTRIES}
Rating picklist 255 ncu ${RATINGS}
CurrencyIsoCode picklist 3 ncudr =USD*;EUR;GBP;BRL;JPY;CHF;CAD;AUD
AnnualRevenue currency 18.0 ncu
NumberOfEmployees int - ncu
OwnerId reference 18 cud >User,Group:Owner
IsConverted boolean - d
ConvertedDate date - n
ConvertedAccountId reference 18 n >Account:ConvertedAccount
ConvertedContactId reference 18 n >Contact:ConvertedContact
ConvertedOpportunityId reference 18 n >Opportunity:ConvertedOpportunity
IsUnreadByOwner boolean - cud
LastActivityDate date - n
LastViewedDate datetime - n
LastReferencedDate datetime - n
Jigsaw string 20 ncu
JigsawContactId string 20 n
CleanStatus picklist 40 ncur ${CLEAN}
CompanyDunsNumber string 9 ncu
EmailBouncedReason string 255 nu
EmailBouncedDate datetime - nu
`;

export const CONTACT_FIELDS = `
MasterRecordId reference 18 n >Contact:MasterRecord
AccountId reference 18 ncu >Account:Account
LastName string 80 cu @Name
FirstName string 40 ncu @Name
Salutation picklist 40 ncu @Name =Mr.;Ms.;Mrs.;Dr.;Prof.;Mx.
Name string 121 -
${ADDRESS("Other", "OtherAddress")}
${ADDRESS("Mailing", "MailingAddress")}
Phone phone 40 ncu
Fax phone 40 ncu
MobilePhone phone 40 ncu
HomePhone phone 40 ncu
OtherPhone phone 40 ncu
AssistantPhone phone 40 ncu
ReportsToId reference 18 ncu >Contact:ReportsTo
Email email 80 ncu
Title string 128 ncu
Department string 80 ncu
AssistantName string 40 ncu
LeadSource picklist 255 ncu ${SOURCES}
Birthdate date - ncu
Description textarea 32000 ncu
CurrencyIsoCode picklist 3 ncudr =USD*;EUR;GBP;BRL;JPY;CHF;CAD;AUD
OwnerId reference 18 cud >User:Owner
LastActivityDate date - n
LastViewedDate datetime - n
LastReferencedDate datetime - n
EmailBouncedReason string 255 ncu
EmailBouncedDate datetime - ncu
IsEmailBounced boolean - d
PhotoUrl url 255 n
Jigsaw string 20 ncu
JigsawContactId string 20 n
CleanStatus picklist 40 ncur ${CLEAN}
`;

export const ACCOUNT_FIELDS = `
MasterRecordId reference 18 n >Account:MasterRecord
Name string 255 cu
Type picklist 40 ncu =Prospect;Customer - Direct;Customer - Channel;Channel Partner / Reseller;Installation Partner;Technology Partner;Other
ParentId reference 18 ncu >Account:Parent
${ADDRESS("Billing", "BillingAddress")}
${ADDRESS("Shipping", "ShippingAddress")}
Phone phone 40 ncu
Fax phone 40 ncu
AccountNumber string 40 ncu
Website url 255 ncu
PhotoUrl url 255 n
Sic string 20 ncu
Industry picklist 40 ncu ${INDUSTRIES}
CurrencyIsoCode picklist 3 ncudr =USD*;EUR;GBP;BRL;JPY;CHF;CAD;AUD
AnnualRevenue currency 18.0 ncu
NumberOfEmployees int - ncu
Ownership picklist 40 ncu =Public;Private;Subsidiary;Other
TickerSymbol string 20 ncu
Description textarea 32000 ncu
Rating picklist 40 ncu ${RATINGS}
Site string 80 ncu
OwnerId reference 18 cud >User:Owner
LastActivityDate date - n
LastViewedDate datetime - n
LastReferencedDate datetime - n
Jigsaw string 20 ncu
JigsawCompanyId string 20 n
CleanStatus picklist 40 ncur ${CLEAN}
AccountSource picklist 40 ncu ${SOURCES}
DunsNumber string 9 ncu
Tradestyle string 255 ncu
NaicsCode string 8 ncu
NaicsDesc string 120 ncu
YearStarted string 4 ncu
SicDesc string 80 ncu
`;

export const USER_FIELDS = `
Username string 80 cu
LastName string 80 cu @Name
FirstName string 40 ncu @Name
Name string 121 -
CompanyName string 80 ncu
Title string 80 ncu
Department string 80 ncu
${ADDRESS("", "Address")}
Email email 128 cu
Phone phone 40 ncu
MobilePhone phone 40 ncu
Alias string 8 ncud
CommunityNickname string 40 ncud
IsActive boolean - cud
TimeZoneSidKey picklist 40 ncud =America/Los_Angeles*;Europe/Berlin;UTC
LocaleSidKey picklist 40 ncud =en_US*
LanguageLocaleKey picklist 40 ncud =en_US*
EmailEncodingKey picklist 40 ncud =UTF-8*
UserType picklist 40 d =Standard*
DefaultCurrencyIsoCode picklist 3 ncud =USD*
CurrencyIsoCode picklist 3 ncud =USD*
ProfileId reference 18 ncud >Profile:Profile
ManagerId reference 18 ncu >User:Manager
FederationIdentifier string 512 ncu
LastLoginDate datetime - n
`;
