import { type ChangeListener, type DurableMapOptions, openDurableMap } from "./durable-map.ts";
import type { ObjectType } from "./object-type.ts";
import { newSearchIndex, type SearchIndex, type SearchIndexOptions } from "./search-index.ts";
import { newSortedIndex, type SortedIndex } from "./sorted-index.ts";
import type { StoredRecord } from "./stored-record.ts";

/** All records of one object, with the orders and look-ups that the API needs. */
export interface ObjectStore {
  readonly type: ObjectType;
  readonly size: number;
  get(id: string): StoredRecord | undefined;
  put(record: StoredRecord): void;
  purge(id: string): void;
  values(): IterableIterator<StoredRecord>;
  /** The record, not archived, whose unique property has this value. */
  findByUnique(property: string, value: string): StoredRecord | undefined;
  readonly byId: SortedIndex;
  readonly searchIndex: SearchIndex;
}

export interface ObjectStoreOptions
  extends Pick<DurableMapOptions<StoredRecord>, "journal" | "stored"> {
  readonly type: ObjectType;
  readonly uniqueNames: () => readonly string[];
  readonly searching: SearchIndexOptions;
}

export function openObjectStore(options: ObjectStoreOptions): ObjectStore {
  const { type, uniqueNames } = options;
  const unique = newUniqueIndex(uniqueNames);
  const liveCount = () => records?.size ?? 0;
  const byId = newSortedIndex(({ id }) => records.has(id), liveCount);
  const searchIndex = newSearchIndex(options.searching);
  const onChange: ChangeListener<StoredRecord> = (change) => {
    const { id, before, after, undoing } = change;
    unique.change(before, after);
    searchIndex.onChange(change);
    if (!undoing && after && !before) byId.add({ key: Number(id), id });
  };
  const records = openDurableMap<StoredRecord>({ ...options, table: type.plural, onChange });
  return {
    type,
    get size() {
      return records.size;
    },
    get: records.get,
    put: (record) => records.set(record.id, record),
    purge: records.delete,
    values: records.values,
    findByUnique: (property, value) => {
      const id = unique.find(property, value);
      return id === undefined ? undefined : records.get(id);
    },
    byId,
    searchIndex,
  };
}

/** E-mail addresses are one whatever their case; other unique values are compared as written. */
export function uniqueKey(property: string, value: string): string {
  return property === "email" ? value.trim().toLowerCase() : value;
}

function newUniqueIndex(uniqueNames: () => readonly string[]) {
  const ids = new Map<string, string>();
  const keysOf = (record: StoredRecord) => {
    const keys: string[] = [];
    for (const name of uniqueNames()) {
      const value = record.properties[name];
      if (value !== undefined) keys.push(`${name}\n${uniqueKey(name, value)}`);
    }
    for (const email of record.properties["hs_additional_emails"]?.split(";") ?? [])
      if (email !== "") keys.push(`email\n${uniqueKey("email", email)}`);
    return keys;
  };
  return {
    change(before: StoredRecord | undefined, after: StoredRecord | undefined) {
      if (before && before.archivedAtMs === undefined)
        for (const key of keysOf(before)) if (ids.get(key) === before.id) ids.delete(key);
      if (after && after.archivedAtMs === undefined)
        for (const key of keysOf(after)) ids.set(key, after.id);
    },
    find: (property: string, value: string) =>
      ids.get(`${property}\n${uniqueKey(property, value)}`),
  };
}
