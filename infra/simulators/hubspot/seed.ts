import { z } from "zod";
import { defineAsText } from "./definitions.ts";
import type { ObjectType } from "./object-type.ts";
import type { Portal } from "./portal.ts";
import { momentOf } from "./property-value.ts";
import { invalid } from "./refusal.ts";
import { modifiedStamps, type StoredRecord } from "./stored-record.ts";

/** Rows of one transaction: enough to be quick, few enough to keep memory flat. */
const ROWS_AT_ONCE = 5_000;

/** Who made a seeded record, where it does not say. */
const SEEDER = "IMPORT";

const id = z.union([z.string(), z.number()]).transform(String);
const seededRecord = z.object({
  id,
  createdAt: z.string().optional(),
  updatedAt: z.string().optional(),
  archived: z.boolean().default(false),
  archivedAt: z.string().optional(),
  properties: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
    .default({}),
  associations: z
    .record(z.string(), z.object({ results: z.array(z.object({ id, type: z.string() })) }))
    .optional(),
});
const seededOwner = z.object({
  id,
  email: z.string().optional(),
  type: z.string().default("PERSON"),
  firstName: z.string().optional(),
  lastName: z.string().optional(),
  userId: z.number().optional(),
  createdAt: z.string().default("1970-01-01T00:00:00.000Z"),
  updatedAt: z.string().default("1970-01-01T00:00:00.000Z"),
  archived: z.boolean().default(false),
});

type SeededRecord = z.output<typeof seededRecord>;

/**
 * Loads records as the API returns them: own ids, own stamps, values unchecked, no webhooks. A
 * record seeded again replaces itself. Answers how many there were.
 */
export function seed(portal: Portal, objectName: string, records: Iterable<unknown>): number {
  const one = seederOf(portal, objectName);
  let total = 0;
  let batch: unknown[] = [];
  const flush = () => {
    const rows = batch;
    batch = [];
    portal.unstamped(() => {
      for (const row of rows) one(row);
    });
  };
  for (const record of records) {
    batch.push(record);
    total += 1;
    if (batch.length >= ROWS_AT_ONCE) flush();
  }
  flush();
  return total;
}

function readSeed<Schema extends z.ZodType>(schema: Schema, row: unknown): z.output<Schema> {
  const parsed = schema.safeParse(row);
  if (parsed.success) return parsed.data;
  throw invalid(`This is not a record as the API returns it: ${z.prettifyError(parsed.error)}`);
}

function seederOf(portal: Portal, objectName: string): (row: unknown) => void {
  if (objectName === "owners")
    return (row) => {
      const owner = readSeed(seededOwner, row);
      portal.owners.set(owner.id, owner);
    };
  const type = portal.objectTypes.find(objectName);
  if (!type) throw invalid(`Unable to infer object type from: ${objectName}`);
  return (row) => {
    const record = readSeed(seededRecord, row);
    portal.store(type).put(storedFrom(portal, type, record));
    linkSeeded(portal, type, record);
  };
}

function storedFrom(portal: Portal, type: ObjectType, record: SeededRecord): StoredRecord {
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(record.properties)) {
    defineAsText(portal.definitions, type, name);
    if (value !== null && value !== "") given[name] = String(value);
  }
  const createdAtMs = momentOf(given["createdate"] ?? record.createdAt ?? "") ?? 0;
  const updatedAtMs =
    momentOf(given[type.modifiedProperty] ?? record.updatedAt ?? "") ?? createdAtMs;
  const archivedAtMs = record.archived
    ? (momentOf(record.archivedAt ?? "") ?? updatedAtMs)
    : undefined;
  const createdIso = new Date(createdAtMs).toISOString();
  return {
    id: record.id,
    createdAtMs,
    updatedAtMs,
    ...(archivedAtMs === undefined ? {} : { archivedAtMs }),
    properties: {
      createdate: createdIso,
      hs_createdate: createdIso,
      hs_object_source: SEEDER,
      ...given,
      ...modifiedStamps(type, updatedAtMs),
      hs_object_id: record.id,
    },
    history: {},
  };
}

/** Associations as a single record carries them, by their string types. */
function linkSeeded(portal: Portal, from: ObjectType, record: SeededRecord): void {
  for (const [plural, { results }] of Object.entries(record.associations ?? {})) {
    const to = portal.objectTypes.find(plural);
    if (!to) throw invalid(`Unable to infer object type from: ${plural}`);
    const types = portal.associations.types(from, to);
    for (const link of results) {
      const typeId = types.find(({ legacyName }) => legacyName === link.type)?.typeId;
      if (typeId === undefined) throw invalid(`'${link.type}' is no association of ${from.plural}`);
      portal.associations.add({ type: from, id: record.id }, { type: to, id: link.id }, [typeId]);
    }
  }
}
