import type { TouchSource } from "../core/touches/touch-source.ts";

const contacts = { system: "hubspot", object: "contacts" } as const;

/**
 * The touches that HubSpot keeps as properties of a contact. The original source is dated by when the
 * contact was first seen, as the first touch of revenue reports is; HubSpot's own date of the first
 * visit may come later, once a cookie is matched. Source of the names: a portal's definitions.
 */
export const TOUCH_SOURCES: readonly TouchSource[] = [
  {
    ...contacts,
    name: "first-source",
    kind: "first-source",
    at: "createdate",
    needs: "hs_analytics_source",
    channel: "hs_analytics_source",
    details: ["hs_analytics_source_data_1", "hs_analytics_source_data_2"],
    campaign: "hs_analytics_first_touch_converting_campaign",
  },
  {
    ...contacts,
    name: "latest-source",
    kind: "latest-source",
    at: "hs_latest_source_timestamp",
    needs: "hs_latest_source",
    channel: "hs_latest_source",
    details: ["hs_latest_source_data_1", "hs_latest_source_data_2"],
    campaign: "hs_analytics_last_touch_converting_campaign",
  },
  {
    ...contacts,
    name: "conversion",
    kind: "form",
    at: "first_conversion_date",
    needs: "first_conversion_event_name",
    title: "first_conversion_event_name",
  },
  {
    ...contacts,
    name: "conversion",
    kind: "form",
    at: "recent_conversion_date",
    needs: "recent_conversion_event_name",
    title: "recent_conversion_event_name",
  },
];
