import type { ObjectType } from "./object-type.ts";

/** Versions of one property that are kept; HubSpot's own number is between 20 and 45. */
const KEPT_VERSIONS = 20;

/** Who made a change, as history and webhooks name it: an app, or a person in the browser. */
export interface ChangeSource {
  readonly sourceType: string;
  readonly sourceId: string;
}

export interface PropertyVersion extends ChangeSource {
  readonly value: string;
  readonly timestampMs: number;
}

interface ArchivedLink {
  /** The plural name of the other record's object. */
  readonly to: string;
  readonly toId: string;
  readonly typeId: number;
}

/** A record as it is kept. Replaced as a whole on each change, never changed in place. */
export interface StoredRecord {
  readonly id: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly archivedAtMs?: number;
  /** The associations an archived record had, which come back when it is restored. */
  readonly archivedLinks?: readonly ArchivedLink[];
  /** A property without a value has no entry. */
  readonly properties: Readonly<Record<string, string>>;
  /** Newest first. A property that has not changed since creation has no entry: see `versionsOf`. */
  readonly history: Readonly<Record<string, readonly PropertyVersion[]>>;
}

/** New values by property name; null clears. */
export type PropertyChanges = ReadonlyMap<string, string | null>;

export function versionsOf(record: StoredRecord, name: string): readonly PropertyVersion[] {
  const kept = record.history[name];
  if (kept) return kept;
  const value = record.properties[name];
  if (value === undefined) return [];
  return [
    {
      value,
      timestampMs: record.createdAtMs,
      sourceType: record.properties["hs_object_source"] ?? "IMPORT",
      sourceId: record.properties["hs_object_source_id"] ?? "",
    },
  ];
}

/** The changes that really change something. */
export function effective(
  record: StoredRecord,
  changes: PropertyChanges,
): Map<string, string | null> {
  return new Map(
    [...changes].filter(([name, value]) => (record.properties[name] ?? null) !== value),
  );
}

export interface Revision {
  readonly type: ObjectType;
  readonly changes: PropertyChanges;
  readonly atMs: number;
  readonly source: ChangeSource;
}

/** `record` with `changes` in force, its modified stamps moved and its history longer. */
export function revise(
  record: StoredRecord,
  { type, changes, atMs, source }: Revision,
): StoredRecord {
  const properties = { ...record.properties };
  const history = { ...record.history };
  for (const [name, value] of changes) {
    const version = { value: value ?? "", timestampMs: atMs, ...source };
    history[name] = [version, ...versionsOf(record, name)].slice(0, KEPT_VERSIONS);
    if (value === null) delete properties[name];
    else properties[name] = value;
  }
  return {
    ...record,
    properties: { ...properties, ...modifiedStamps(type, atMs) },
    history,
    updatedAtMs: atMs,
  };
}

/** Contacts carry their modified stamp under two names; a search may use either. */
export function modifiedStamps(type: ObjectType, atMs: number): Record<string, string> {
  const iso = new Date(atMs).toISOString();
  return { hs_lastmodifieddate: iso, [type.modifiedProperty]: iso };
}
