import type { ObjectType } from "./object-type.ts";
import { PORTAL_ID, type Portal } from "./portal.ts";
import { type StoredRecord, versionsOf } from "./stored-record.ts";

/** Which properties of a record an answer names. */
export interface Wanted {
  readonly properties: readonly string[];
  readonly withHistory: readonly string[];
}

/** A record as the API returns it. An unknown property is left out, an empty one is null. */
export function recordAnswer(
  portal: Portal,
  type: ObjectType,
  { record, wanted }: { record: StoredRecord; wanted: Wanted },
): Record<string, unknown> {
  const asked = [...wanted.properties, ...wanted.withHistory];
  const names = asked.length === 0 ? type.defaultProperties : [...asked, ...type.alwaysSent];
  const properties: Record<string, string | null> = {};
  for (const name of [...new Set(names)].sort())
    if (portal.definitions.get(type, name)) properties[name] = record.properties[name] ?? null;
  return {
    ...envelope(type, record, properties),
    ...(wanted.withHistory.length > 0
      ? {
          propertiesWithHistory: historyAnswer(portal, type, { record, names: wanted.withHistory }),
        }
      : {}),
  };
}

/** A record with every value it has, as a create or an update answers. */
export function wholeRecordAnswer(type: ObjectType, record: StoredRecord): Record<string, unknown> {
  const sorted = Object.entries(record.properties).sort(([a], [b]) => (a < b ? -1 : 1));
  return envelope(type, record, Object.fromEntries(sorted));
}

function envelope(
  type: ObjectType,
  record: StoredRecord,
  properties: Record<string, string | null>,
): Record<string, unknown> {
  const { archivedAtMs } = record;
  return {
    id: record.id,
    properties,
    createdAt: new Date(record.createdAtMs).toISOString(),
    updatedAt: new Date(record.updatedAtMs).toISOString(),
    archived: archivedAtMs !== undefined,
    ...(archivedAtMs === undefined ? {} : { archivedAt: new Date(archivedAtMs).toISOString() }),
    url: `https://app.hubspot.com/contacts/${PORTAL_ID}/record/${type.typeId}/${record.id}`,
  };
}

function historyAnswer(
  portal: Portal,
  type: ObjectType,
  { record, names }: { record: StoredRecord; names: readonly string[] },
) {
  const known = names.filter((name) => portal.definitions.get(type, name));
  return Object.fromEntries(
    known.map((name) => [
      name,
      versionsOf(record, name).map(({ value, timestampMs, sourceType, sourceId }) => ({
        value,
        timestamp: new Date(timestampMs).toISOString(),
        sourceType,
        sourceId,
        ...personOf(sourceId),
      })),
    ]),
  );
}

/** A person who made a change is named once more, as a number. */
function personOf(sourceId: string): { updatedByUserId?: number } {
  const userId = /^userId:(\d+)$/.exec(sourceId)?.[1];
  return userId === undefined ? {} : { updatedByUserId: Number(userId) };
}

/** The `associations` of a single record: string ids, named types, the first hundred of each object. */
export function associationsAnswer(
  portal: Portal,
  from: { type: ObjectType; id: string },
  toTypes: readonly ObjectType[],
): Record<string, unknown> {
  const found = toTypes.flatMap((to) => {
    const results = portal.associations
      .linked(from, to)
      .flatMap(({ toId, types }) =>
        types.map(({ legacyName }) => ({ id: toId, type: legacyName })),
      );
    if (results.length === 0) return [];
    const page = results.slice(0, EMBEDDED_ASSOCIATIONS);
    const next = results[EMBEDDED_ASSOCIATIONS];
    return [
      [to.plural, { results: page, ...(next ? { paging: { next: { after: next.id } } } : {}) }],
    ];
  });
  return found.length === 0 ? {} : { associations: Object.fromEntries(found) };
}

const EMBEDDED_ASSOCIATIONS = 100;
