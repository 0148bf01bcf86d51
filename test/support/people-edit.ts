import { BEARER, type CrmUrls, salesforceHeaders } from "./crm-reader.ts";
import { type Difference, differences, type WritableState } from "./writable-state.ts";

/** An edit that a person made of what a run had written. */
export interface PersonsEdit {
  /** `hubspot contacts 100001`. */
  readonly record: string;
  readonly property: string;
  readonly value: string;
  /** Whether the run had created the record. */
  readonly created: boolean;
}

/** What anybody can type into, whatever else a record holds. */
const FREE_TEXT = new Set(["jobtitle", "phone", "dealname", "name", "Title", "Phone", "Company"]);

const EACH = 10;

/**
 * Edits some of the values that a run wrote, as a person would: of each object, of records that were there and
 * of records that the run created.
 */
export async function editAsPeople(
  at: CrmUrls,
  before: WritableState,
  after: WritableState,
): Promise<readonly PersonsEdit[]> {
  const written = differences(before, after);
  const text = written.filter((one) => FREE_TEXT.has(one.property) && one.after);
  const isNew = ({ record }: Difference) => !before.has(record);
  const once = [...new Map(text.map((one) => [one.record, one])).values()];
  const sorts = Map.groupBy(once, (one) => `${one.record.split(" ")[1]} ${isNew(one)}`);
  const edits = [...sorts.values()].flatMap((ofSort) =>
    ofSort.slice(0, EACH).map(
      (one): PersonsEdit => ({
        record: one.record,
        property: one.property,
        value: `Edited ${one.record.slice(-6)}`,
        created: isNew(one),
      }),
    ),
  );
  for (const edit of edits) await send(at, edit);
  return edits;
}

async function send(
  { hubspotUrl, salesforceUrl }: CrmUrls,
  { record, property, value }: PersonsEdit,
): Promise<void> {
  const [system, object, id] = record.split(" ");
  const inHubspot = system === "hubspot";
  const url = inHubspot
    ? `${hubspotUrl}/crm/v3/objects/${object}/${id}`
    : `${salesforceUrl}/services/data/v67.0/sobjects/${object}/${id}`;
  const values = { [property]: value };
  const response = await fetch(url, {
    method: "PATCH",
    headers: inHubspot ? BEARER : await salesforceHeaders(salesforceUrl),
    body: JSON.stringify(inHubspot ? { properties: values } : values),
  });
  if (!response.ok) throw new Error(`${record} ${property}: ${await response.text()}`);
}
