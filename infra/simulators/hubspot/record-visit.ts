import { acceptValues } from "./accept-values.ts";
import { findLive } from "./find-record.ts";
import { CONTACT } from "./object-type.ts";
import type { Write } from "./portal.ts";
import { notFound } from "./refusal.ts";
import { reviseRecord } from "./revise-record.ts";
import type { StoredRecord } from "./stored-record.ts";
import { createRecord, updateRecord } from "./write-record.ts";

/** A person on the website, known by e-mail, and the form they may have sent. */
export interface Visit {
  readonly email: string;
  readonly source: string;
  readonly sourceData1?: string | undefined;
  readonly sourceData2?: string | undefined;
  readonly url?: string | undefined;
  readonly pageViews: number;
  readonly form?:
    | { readonly name: string; readonly fields: Readonly<Record<string, string>> }
    | undefined;
}

/**
 * What a visit leaves on a contact: its source becomes the latest one, and the original one where
 * the contact has had none yet. A form makes a contact of a stranger, and counts as a conversion.
 * Which of them HubSpot counts, and how it dates them, is unverified beyond the properties' names.
 */
export function recordVisit(write: Write, visit: Visit): StoredRecord {
  const contact = sendForm(write, visit);
  const { properties } = contact;
  const at = new Date(write.atMs).toISOString();
  const counted = (name: string, by: number) =>
    [name, String(Number(properties[name] ?? 0) + by)] as const;
  const isFirst = properties["hs_analytics_num_visits"] === undefined;
  const changes = new Map<string, string | null>([
    ["hs_latest_source", visit.source],
    ["hs_latest_source_data_1", visit.sourceData1 ?? null],
    ["hs_latest_source_data_2", visit.sourceData2 ?? null],
    ["hs_latest_source_timestamp", at],
    ["hs_analytics_last_timestamp", at],
    ["hs_analytics_last_visit_timestamp", at],
    counted("hs_analytics_num_visits", 1),
    counted("hs_analytics_num_page_views", visit.pageViews),
  ]);
  if (visit.url !== undefined) changes.set("hs_analytics_last_url", visit.url);
  if (isFirst) {
    changes.set("hs_analytics_first_timestamp", at);
    changes.set("hs_analytics_first_visit_timestamp", at);
    if (visit.url !== undefined) changes.set("hs_analytics_first_url", visit.url);
  }
  if (visit.form) addConversion(changes, { formName: visit.form.name, contact, at });
  write.portal.count("updates");
  return reviseRecord(
    { ...write, source: { sourceType: "ANALYTICS", sourceId: "WebAnalytics" } },
    CONTACT,
    [contact, changes],
  );
}

function sendForm(write: Write, visit: Visit): StoredRecord {
  const known = findLive(write.portal, CONTACT, { id: visit.email, idProperty: "email" });
  if (!visit.form) {
    if (known) return known;
    throw notFound(`No contact has the e-mail address ${visit.email}; a stranger must send a form`);
  }
  const sent = known
    ? visit.form.fields
    : {
        ...visit.form.fields,
        email: visit.email,
        hs_analytics_source: visit.source,
      };
  const accepted = acceptValues(write.portal, CONTACT, { before: known, sent });
  const byForm = { ...write, source: { sourceType: "FORM", sourceId: visit.form.name } };
  if (known) return updateRecord(byForm, CONTACT, { record: known, accepted });
  for (const [name, value] of [
    ["hs_analytics_source_data_1", visit.sourceData1],
    ["hs_analytics_source_data_2", visit.sourceData2],
  ] as const)
    if (value !== undefined) accepted.values.set(name, value);
  return createRecord(byForm, CONTACT, { accepted, associations: [] });
}

function addConversion(
  changes: Map<string, string | null>,
  { formName, contact, at }: { formName: string; contact: StoredRecord; at: string },
): void {
  const { properties } = contact;
  const count = Number(properties["num_conversion_events"] ?? 0);
  const isRepeated = properties["recent_conversion_event_name"] === formName;
  const unique = Number(properties["num_unique_conversion_events"] ?? 0) + (isRepeated ? 0 : 1);
  changes.set("num_conversion_events", String(count + 1));
  changes.set("num_unique_conversion_events", String(unique));
  changes.set("recent_conversion_event_name", formName);
  changes.set("recent_conversion_date", at);
  if (count > 0) return;
  changes.set("first_conversion_event_name", formName);
  changes.set("first_conversion_date", at);
}
