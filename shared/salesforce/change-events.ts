import * as z from "zod";
import type { RawValue } from "../core/codec/codec.ts";
import type { Hint, SeenValue } from "../sync/ports.ts";
import { changedValues, createdValues } from "./changed-values.ts";
import { fullId } from "./record-id.ts";

const header = z.object({
  entityName: z.string(),
  changeType: z.string(),
  recordIds: z.array(z.string()).catch([]),
  changedFields: z.array(z.string()).catch([]),
  /** Epoch milliseconds. */
  commitTimestamp: z.number().optional().catch(undefined),
});

/**
 * A Salesforce change event as Event Relay hands it to Amazon EventBridge. Its `commitNumber` is beyond
 * 2^53 and arrives rounded, so it is not read. Source: https://developer.salesforce.com, "Event Relay"
 * and "Change Event Header Fields" (read 2026-11-21).
 */
export const salesforceChangeEvent = z.object({
  "detail-type": z.string(),
  source: z.string(),
  detail: z.object({
    payload: z.looseObject({ ChangeEventHeader: header }),
  }),
});

export type SalesforceChangeEvent = z.infer<typeof salesforceChangeEvent>;

export interface HintsOfEvent {
  readonly hints: readonly Hint[];
  /** What the event named and no hint was made of, and why; without any record's data. */
  readonly ignored: readonly string[];
}

const RECORDS: ReadonlySet<string> = new Set(["Lead", "Contact", "Account", "Opportunity"]);
const ROLE = "OpportunityContactRole";
const MEMBER = "CampaignMember";

/**
 * Turns one event into hints. Whatever it leaves out, the next poll finds.
 *
 * @param records - The objects that are mapped.
 */
export function hintsOfChangeEvent(
  { detail }: SalesforceChangeEvent,
  records: ReadonlySet<string> = RECORDS,
): HintsOfEvent {
  const { ChangeEventHeader, ...body } = detail.payload;
  const { entityName, changeType, recordIds } = ChangeEventHeader;
  if (!records.has(entityName) && entityName !== ROLE && entityName !== MEMBER)
    return { hints: [], ignored: [`${entityName} is not mapped`] };
  if (changeType === "GAP_OVERFLOW")
    return { hints: [], ignored: [`${entityName} had more changes than events can carry`] };
  const ids = recordIds.flatMap((id) => fullId(id) ?? []);
  const ignored =
    ids.length === recordIds.length ? [] : [`${entityName} changes without ids of their own`];
  if (entityName === MEMBER) return { hints: hintsOfMember(body), ignored };
  const hints =
    entityName === ROLE ? hintsOfRole(body) : hintsOfRecords(ChangeEventHeader, ids, body);
  return { hints, ignored };
}

function hintsOfRecords(
  { entityName, changeType, changedFields, commitTimestamp }: z.infer<typeof header>,
  ids: readonly string[],
  body: Readonly<Record<string, unknown>>,
): Hint[] {
  if (changeType === "CREATE")
    return ids.map((id) => ({ ...hintOn(entityName, id, createdValues(body)), created: true }));
  const evidence = changeType === "UPDATE" ? changedValues(changedFields, body) : undefined;
  const sightings = sightingsOf(evidence ?? {}, commitTimestamp);
  return ids.map((id) => ({
    ...hintOn(entityName, id, evidence),
    ...(sightings.length > 0 ? { sightings } : {}),
  }));
}

/** Longer values are not watched, and a message has to stay small. */
const LONGEST_SIGHTING = 1000;

/**
 * When the values were given, to the second: SystemModstamp, which they are compared with, is given in
 * whole seconds too, and an edit is never to seem later than the record that holds it.
 */
function sightingsOf(
  evidence: Readonly<Record<string, RawValue>>,
  commitTimestamp: number | undefined,
): SeenValue[] {
  if (commitTimestamp === undefined) return [];
  const atMs = Math.floor(commitTimestamp / 1000) * 1000;
  return Object.entries(evidence)
    .filter(([, raw]) => (raw ?? "").length <= LONGEST_SIGHTING)
    .map(([property, raw]) => ({ property, raw, atMs }));
}

/**
 * A role is part of what its opportunity looks like. Only the event of its creation is sure to name
 * both ends; of any other, the next poll of roles tells.
 */
function hintsOfRole(body: Readonly<Record<string, unknown>>): Hint[] {
  const [opportunity, contact] = [body["OpportunityId"], body["ContactId"]].map((value) =>
    typeof value === "string" ? fullId(value) : undefined,
  );
  if (!opportunity) return [];
  const relations = contact ? [{ object: "Contact", id: contact, present: true }] : undefined;
  return [
    { ...hintOn("Opportunity", opportunity, undefined), ...(relations ? { relations } : {}) },
  ];
}

/** A campaign member is a touch of its person. As with roles, only its creation says whose it is. */
function hintsOfMember(body: Readonly<Record<string, unknown>>): Hint[] {
  for (const [property, object] of [
    ["LeadId", "Lead"],
    ["ContactId", "Contact"],
  ] as const) {
    const value = body[property];
    const id = typeof value === "string" ? fullId(value) : undefined;
    if (id) return [{ ...hintOn(object, id, undefined), touches: [] }];
  }
  return [];
}

function hintOn(
  object: string,
  id: string,
  evidence: Readonly<Record<string, RawValue>> | undefined,
): Hint {
  const ref = { system: "salesforce", object, id } as const;
  return evidence === undefined ? { ref } : { ref, evidence };
}
