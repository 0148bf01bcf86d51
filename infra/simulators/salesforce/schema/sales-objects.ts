/** Fields of the objects about sales. Facts read from describes of API 48.0 to 59.0. */

export const OPPORTUNITY_FIELDS = `
AccountId reference 18 ncu >Account:Account
IsPrivate boolean - cud
Name string 120 cu
Description textarea 32000 ncu
StageName picklist 255 cu =Prospecting;Qualification;Needs Analysis;Value Proposition;Id. Decision Makers;Perception Analysis;Proposal/Price Quote;Negotiation/Review;Closed Won;Closed Lost
Amount currency 18.2 ncu
Probability percent 3.0 ncud
ExpectedRevenue currency 18.2 n
TotalOpportunityQuantity double 18.2 ncu
CloseDate date - cu
Type picklist 255 ncu =Existing Customer - Upgrade;Existing Customer - Replacement;Existing Customer - Downgrade;New Customer
NextStep string 255 ncu
LeadSource picklist 255 ncu =Web;Phone Inquiry;Partner Referral;Purchased List;Other
IsClosed boolean - d
IsWon boolean - d
ForecastCategory picklist 40 dr =Omitted;Pipeline;BestCase;MostLikely;Forecast;Closed
ForecastCategoryName picklist 255 ncudr =Omitted;Pipeline;Best Case;Commit;Closed
CurrencyIsoCode picklist 3 ncudr =USD*;EUR;GBP;BRL;JPY;CHF;CAD;AUD
CampaignId reference 18 ncu >Campaign:Campaign
HasOpportunityLineItem boolean - d
OwnerId reference 18 cud >User:Owner
LastActivityDate date - n
LastStageChangeDate datetime - n
FiscalQuarter int - n
FiscalYear int - n
Fiscal string 6 n
ContactId reference 18 nc >Contact
LastViewedDate datetime - n
LastReferencedDate datetime - n
HasOpenActivity boolean - d
HasOverdueTask boolean - d
`;

export const OPPORTUNITY_CONTACT_ROLE_FIELDS = `
OpportunityId reference 18 c >Opportunity:Opportunity
ContactId reference 18 cu >Contact:Contact
Role picklist 40 ncu =Business User;Decision Maker;Economic Buyer;Economic Decision Maker;Evaluator;Executive Sponsor;Influencer;Technical Buyer;Other
IsPrimary boolean - cud
CurrencyIsoCode picklist 3 n
`;

export const CAMPAIGN_FIELDS = `
Name string 80 cu
ParentId reference 18 ncu >Campaign:Parent
Type picklist 40 ncu =Conference;Webinar;Trade Show;Public Relations;Partners;Referral Program;Advertisement;Banner Ads;Direct Mail;Email;Telemarketing;Other
Status picklist 40 ncud =Planned*;In Progress;Completed;Aborted
StartDate date - ncu
EndDate date - ncu
ExpectedRevenue currency 18.0 ncu
BudgetedCost currency 18.0 ncu
ActualCost currency 18.0 ncu
ExpectedResponse percent 10.2 ncu
NumberSent double 18.0 ncu
IsActive boolean - cud
Description textarea 32000 ncu
CurrencyIsoCode picklist 3 ncudr =USD*;EUR;GBP;BRL;JPY;CHF;CAD;AUD
OwnerId reference 18 cud >User:Owner
LastActivityDate date - n
LastViewedDate datetime - n
LastReferencedDate datetime - n
`;

export const CAMPAIGN_MEMBER_FIELDS = `
CampaignId reference 18 c >Campaign:Campaign
LeadId reference 18 nc >Lead:Lead
ContactId reference 18 nc >Contact:Contact
Status picklist 40 ncud =Sent*;Responded
HasResponded boolean - d
FirstRespondedDate date - n
LeadOrContactId reference 18 n >Lead,Contact:LeadOrContact
LeadOrContactOwnerId reference 18 n >User:LeadOrContactOwner
Type string 40 n
Name string 255 n
FirstName string 40 n
LastName string 80 n
Email email 80 n
CompanyOrAccount string 255 n
LeadSource picklist 255 n
CurrencyIsoCode picklist 3 n
`;

export const CAMPAIGN_MEMBER_STATUS_FIELDS = `
CampaignId reference 18 c >Campaign:Campaign
Label string 765 cu
SortOrder int - ncu
IsDefault boolean - cud
HasResponded boolean - cud
`;
