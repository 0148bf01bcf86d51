import { optionsOf, type PropertyDefinition, standardProperty } from "./property-definition.ts";
import { LIFECYCLE_STAGES, STANDARD_PIPELINES } from "./standard-stages.ts";

const READ_ONLY = { readOnly: true } as const;
const CALCULATED = { calculated: true } as const;

const TRAFFIC_SOURCES = optionsOf(
  "ORGANIC_SEARCH",
  "PAID_SEARCH",
  "EMAIL_MARKETING",
  "SOCIAL_MEDIA",
  "REFERRALS",
  "OTHER_CAMPAIGNS",
  "DIRECT_TRAFFIC",
  "OFFLINE",
  "PAID_SOCIAL",
);

const LEAD_STATUSES = optionsOf(
  "NEW",
  "OPEN",
  "IN_PROGRESS",
  "OPEN_DEAL",
  "UNQUALIFIED",
  "ATTEMPTED_TO_CONTACT",
  "CONNECTED",
  "BAD_TIMING",
);

/** On every object. */
export function systemProperties(): PropertyDefinition[] {
  return [
    standardProperty("createdate", "datetime", READ_ONLY),
    standardProperty("hs_createdate", "datetime", READ_ONLY),
    standardProperty("hs_lastmodifieddate", "datetime", READ_ONLY),
    standardProperty("hs_object_id", "number", { ...READ_ONLY, unique: true }),
    standardProperty("hs_object_source", "string", READ_ONLY),
    standardProperty("hs_object_source_id", "string", READ_ONLY),
    standardProperty("hs_object_source_label", "string", READ_ONLY),
    standardProperty("hs_merged_object_ids", "enumeration/checkbox", READ_ONLY),
    standardProperty("hubspot_owner_assigneddate", "datetime", READ_ONLY),
    standardProperty("hubspot_team_id", "enumeration", READ_ONLY),
    standardProperty("hubspot_owner_id", "enumeration", {
      label: "Owner",
      externalOptions: true,
      referencedObjectType: "OWNER",
    }),
  ];
}

function texts(...names: readonly string[]): PropertyDefinition[] {
  return names.map((name) => standardProperty(name, "string", { formField: true }));
}

/** The stamps HubSpot keeps of each stage a record enters and leaves. */
export function stageStamps(stageId: string): PropertyDefinition[] {
  return [
    standardProperty(`hs_v2_date_entered_${stageId}`, "datetime", READ_ONLY),
    standardProperty(`hs_v2_date_exited_${stageId}`, "datetime", READ_ONLY),
    standardProperty(`hs_v2_latest_time_in_${stageId}`, "number", READ_ONLY),
    standardProperty(`hs_v2_cumulative_time_in_${stageId}`, "number", READ_ONLY),
    standardProperty(`hs_date_entered_${stageId}`, "datetime/calculation_read_time", READ_ONLY),
    standardProperty(`hs_date_exited_${stageId}`, "datetime/calculation_read_time", READ_ONLY),
  ];
}

function lifecycle(): PropertyDefinition[] {
  return [
    standardProperty("lifecyclestage", "enumeration/radio", {
      options: optionsOf(...LIFECYCLE_STAGES),
    }),
    ...LIFECYCLE_STAGES.flatMap(stageStamps),
    ...LIFECYCLE_STAGES.map((id) =>
      standardProperty(`hs_lifecyclestage_${id}_date`, "datetime", READ_ONLY),
    ),
  ];
}

/** First and latest touch. The sources themselves are writable by definition, their details are not. */
function trafficSources(): PropertyDefinition[] {
  return [
    standardProperty("hs_analytics_source", "enumeration", { options: TRAFFIC_SOURCES }),
    standardProperty("hs_analytics_source_data_1", "string", READ_ONLY),
    standardProperty("hs_analytics_source_data_2", "string", READ_ONLY),
    standardProperty("hs_latest_source", "enumeration", { options: TRAFFIC_SOURCES }),
    standardProperty("hs_latest_source_data_1", "string", READ_ONLY),
    standardProperty("hs_latest_source_data_2", "string", READ_ONLY),
    standardProperty("hs_latest_source_timestamp", "datetime"),
    standardProperty("hs_analytics_first_timestamp", "datetime", READ_ONLY),
    standardProperty("hs_analytics_first_url", "string", READ_ONLY),
    standardProperty("hs_analytics_last_url", "string", READ_ONLY),
    standardProperty("hs_analytics_first_visit_timestamp", "datetime", READ_ONLY),
    standardProperty("hs_analytics_last_timestamp", "datetime", READ_ONLY),
    standardProperty("hs_analytics_last_visit_timestamp", "datetime", READ_ONLY),
    standardProperty("hs_analytics_num_visits", "number", READ_ONLY),
    standardProperty("hs_analytics_num_page_views", "number", READ_ONLY),
    standardProperty("hs_analytics_first_touch_converting_campaign", "string", READ_ONLY),
    standardProperty("hs_analytics_last_touch_converting_campaign", "string", READ_ONLY),
  ];
}

function contactProperties(): PropertyDefinition[] {
  return [
    ...systemProperties(),
    standardProperty("lastmodifieddate", "datetime", READ_ONLY),
    standardProperty("email", "string", { unique: true, formField: true }),
    ...texts("firstname", "lastname", "salutation", "jobtitle", "company", "website"),
    ...texts("address", "city", "state", "zip", "country", "industry", "message", "fax"),
    standardProperty("phone", "string/phonenumber", { formField: true }),
    standardProperty("mobilephone", "string/phonenumber", { formField: true }),
    standardProperty("hs_lead_status", "enumeration/radio", { options: LEAD_STATUSES }),
    standardProperty("hs_additional_emails", "enumeration", CALCULATED),
    standardProperty("hs_email_domain", "string", CALCULATED),
    standardProperty("hs_full_name_or_email", "string", CALCULATED),
    standardProperty("hs_all_contact_vids", "enumeration", CALCULATED),
    standardProperty("hs_calculated_merged_vids", "enumeration", CALCULATED),
    standardProperty("hs_pipeline", "enumeration", READ_ONLY),
    standardProperty("hs_is_unworked", "bool", CALCULATED),
    standardProperty("hs_is_contact", "bool", CALCULATED),
    standardProperty("hs_email_optout", "bool", READ_ONLY),
    standardProperty("hs_marketable_status", "enumeration", READ_ONLY),
    standardProperty("associatedcompanyid", "number"),
    standardProperty("annualrevenue", "string"),
    standardProperty("closedate", "datetime"),
    standardProperty("date_of_birth", "string"),
    standardProperty("num_associated_deals", "number", CALCULATED),
    standardProperty("recent_deal_amount", "number", CALCULATED),
    standardProperty("total_revenue", "number", CALCULATED),
    standardProperty("num_conversion_events", "number", READ_ONLY),
    standardProperty("num_unique_conversion_events", "number", READ_ONLY),
    standardProperty("first_conversion_date", "datetime", READ_ONLY),
    standardProperty("first_conversion_event_name", "string", READ_ONLY),
    standardProperty("recent_conversion_date", "datetime", READ_ONLY),
    standardProperty("recent_conversion_event_name", "string", READ_ONLY),
    ...trafficSources(),
    ...lifecycle(),
  ];
}

function companyProperties(): PropertyDefinition[] {
  return [
    ...systemProperties(),
    ...texts("name", "domain", "website", "description", "address", "address2", "city"),
    ...texts("state", "zip", "country", "timezone", "linkedin_company_page"),
    standardProperty("phone", "string/phonenumber", { formField: true }),
    standardProperty("industry", "enumeration", {
      options: optionsOf(
        "ACCOUNTING",
        "AUTOMOTIVE",
        "BANKING",
        "COMPUTER_SOFTWARE",
        "CONSTRUCTION",
        "CONSUMER_GOODS",
        "EDUCATION_MANAGEMENT",
        "FINANCIAL_SERVICES",
        "HEALTH_WELLNESS_AND_FITNESS",
        "INFORMATION_TECHNOLOGY_AND_SERVICES",
        "INSURANCE",
        "INTERNET",
        "LOGISTICS_AND_SUPPLY_CHAIN",
        "MARKETING_AND_ADVERTISING",
        "REAL_ESTATE",
        "RETAIL",
      ),
    }),
    standardProperty("type", "enumeration/radio", {
      options: optionsOf("PROSPECT", "PARTNER", "RESELLER", "VENDOR", "OTHER"),
    }),
    standardProperty("annualrevenue", "number"),
    standardProperty("numberofemployees", "number"),
    standardProperty("founded_year", "string"),
    standardProperty("closedate", "datetime"),
    standardProperty("hs_lead_status", "enumeration/radio", { options: LEAD_STATUSES }),
    standardProperty("hs_parent_company_id", "number", CALCULATED),
    standardProperty("num_associated_contacts", "number", CALCULATED),
    standardProperty("num_associated_deals", "number", CALCULATED),
    ...trafficSources(),
    ...lifecycle(),
  ];
}

function dealProperties(): PropertyDefinition[] {
  const stages = STANDARD_PIPELINES["deals"]?.flatMap(({ stages: all }) => all) ?? [];
  return [
    ...systemProperties(),
    ...texts("dealname", "description", "hs_next_step"),
    standardProperty("closed_lost_reason", "string/textarea"),
    standardProperty("closed_won_reason", "string/textarea"),
    standardProperty("dealstage", "enumeration/radio", { externalOptions: true }),
    standardProperty("pipeline", "enumeration", { externalOptions: true }),
    standardProperty("dealtype", "enumeration/radio", {
      options: optionsOf("newbusiness", "existingbusiness"),
    }),
    standardProperty("hs_priority", "enumeration", { options: optionsOf("low", "medium", "high") }),
    standardProperty("amount", "number"),
    standardProperty("amount_in_home_currency", "number", CALCULATED),
    standardProperty("deal_currency_code", "enumeration", { externalOptions: true }),
    standardProperty("hs_exchange_rate", "number", READ_ONLY),
    standardProperty("closedate", "datetime"),
    standardProperty("hs_is_closed", "bool", CALCULATED),
    standardProperty("hs_is_closed_won", "bool", CALCULATED),
    standardProperty("hs_is_closed_lost", "bool", CALCULATED),
    standardProperty("hs_closed_amount", "number", CALCULATED),
    standardProperty("hs_deal_stage_probability", "number"),
    standardProperty("hs_forecast_amount", "number"),
    standardProperty("hs_acv", "number"),
    standardProperty("hs_arr", "number"),
    standardProperty("hs_mrr", "number"),
    standardProperty("hs_tcv", "number"),
    standardProperty("num_associated_contacts", "number", CALCULATED),
    standardProperty("hs_analytics_source", "enumeration", {
      options: TRAFFIC_SOURCES,
      readOnly: true,
    }),
    standardProperty("hs_analytics_source_data_1", "string", READ_ONLY),
    standardProperty("hs_analytics_source_data_2", "string", READ_ONLY),
    ...stages.flatMap(({ id }) => stageStamps(id)),
  ];
}

function leadProperties(): PropertyDefinition[] {
  return [
    ...systemProperties(),
    ...texts("hs_lead_name"),
    standardProperty("hs_lead_type", "enumeration/radio", {
      options: optionsOf("NEW_BUSINESS", "RE_ATTEMPTING", "UPSELL"),
    }),
    standardProperty("hs_lead_label", "enumeration/radio", {
      options: optionsOf("WARM", "HOT", "COLD"),
    }),
    standardProperty("hs_pipeline", "enumeration", { externalOptions: true }),
    standardProperty("hs_pipeline_stage", "enumeration/radio", { externalOptions: true }),
    standardProperty("hs_primary_contact_id", "number", CALCULATED),
    ...(STANDARD_PIPELINES["leads"] ?? []).flatMap(({ stages }) =>
      stages.flatMap(({ id }) => stageStamps(id)),
    ),
  ];
}

/** What a new account defines, by plural object name: a working subset of HubSpot's hundreds. */
export function standardProperties(): Record<string, PropertyDefinition[]> {
  return {
    contacts: contactProperties(),
    companies: companyProperties(),
    deals: dealProperties(),
    leads: leadProperties(),
  };
}
