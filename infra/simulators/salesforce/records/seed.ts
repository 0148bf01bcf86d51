import type { Field } from "../schema/field.ts";
import { fieldFromSeed, type SObjectType } from "../schema/schema.ts";
import { INTEGRATION_EMAIL } from "./access.ts";
import type { Database, Transaction } from "./database.ts";
import { normalDate, normalDatetime } from "./datetime.ts";
import { exactNumber } from "./decimal.ts";
import { defaultsOf } from "./defaults.ts";
import { ExactNumber, isObject, type Row, type Scalar, textOf } from "./exact-json.ts";
import { applyStage } from "./object-rules.ts";
import { toId18 } from "./record-id.ts";

/** Rows that the org has from the start do not make it full. */
const CUSTOMER_OBJECTS = [
  "Lead",
  "Contact",
  "Account",
  "Opportunity",
  "OpportunityContactRole",
  "Campaign",
  "CampaignMember",
] as const;

export function isEmptyOrg(database: Database): boolean {
  const hasPeople = [...database.table("User").values()].some(
    (user) => user["Email"] !== INTEGRATION_EMAIL,
  );
  return !hasPeople && CUSTOMER_OBJECTS.every((name) => database.table(name).size === 0);
}

/** A seeded value in the form it is kept in. A seed is trusted: nothing of it is refused. */
function seedValue(field: Field, value: unknown): Scalar {
  if (value === null || value === undefined) return field.type === "boolean" ? false : null;
  if (typeof value === "boolean") return value;
  if (value instanceof ExactNumber) return value;
  if (typeof value === "number") return exactNumber(String(value)) ?? null;
  if (typeof value !== "string") return JSON.stringify(value);
  if (field.type === "datetime") return normalDatetime(value) ?? value;
  if (field.type === "date") return normalDate(value) ?? value;
  if (field.type === "id" || field.type === "reference") return toId18(value) ?? value;
  return value;
}

interface Seeding {
  readonly database: Database;
  readonly transaction: Transaction;
  readonly type: SObjectType;
  readonly integrationUserId: string;
  /** What every row of the object has before the seed fills it in. */
  readonly blank: Row;
}

function stampsOf(seeding: Seeding, row: Row): Row {
  const { transaction, integrationUserId } = seeding;
  const modified = textOf(row, "SystemModstamp") ?? textOf(row, "LastModifiedDate");
  const created = textOf(row, "CreatedDate") ?? modified ?? transaction.stamp;
  const stamp = modified ?? created;
  return {
    CreatedDate: created,
    SystemModstamp: stamp,
    LastModifiedDate: textOf(row, "LastModifiedDate") ?? stamp,
    CreatedById: textOf(row, "CreatedById") ?? integrationUserId,
    LastModifiedById: textOf(row, "LastModifiedById") ?? integrationUserId,
  };
}

/** An id whose last three characters contradict the first fifteen would come back changed. */
function seedId(type: SObjectType, given: unknown): string {
  const id = typeof given === "string" ? toId18(given) : undefined;
  if (typeof given !== "string" || id === undefined || !id.startsWith(given))
    throw new Error(
      `A seeded ${type.name} has the Id ${String(given)}, which is none; from its first 15 characters it would be ${toId18(String(given).slice(0, 15))}`,
    );
  return id;
}

function seedRow(seeding: Seeding, input: Record<string, unknown>): boolean {
  const { database, transaction, type } = seeding;
  const id = seedId(type, input["Id"]);
  if (database.table(type.name).get(id)) return false;
  const row: Record<string, Scalar> = { ...seeding.blank };
  for (const [name, value] of Object.entries(input)) {
    if (name === "attributes" || isObject(value)) continue;
    const known = type.fields.get(name.toLowerCase());
    const field = known ?? fieldFromSeed(name, value);
    if (!known) database.addField(type, field);
    const kept = seedValue(field, value);
    if (kept === null) delete row[field.name];
    else row[field.name] = kept;
  }
  Object.assign(row, stampsOf(seeding, row), { Id: id, IsDeleted: row["IsDeleted"] === true });
  if (row["IsDeleted"]) row["BinnedDate"] = transaction.stamp;
  if (type.fields.has("ownerid")) row["OwnerId"] = row["OwnerId"] ?? seeding.integrationUserId;
  if (type.fields.has("firstname") && !row["Name"])
    row["Name"] = [row["FirstName"], row["LastName"]].filter((part) => part).join(" ");
  if (type.name === "Opportunity")
    applyStage({
      database,
      transaction,
      row,
      before: undefined,
      given: new Set(Object.keys(input)),
    });
  transaction.put(type, row);
  return true;
}

/**
 * Puts records in as the API would return them, with their own ids and stamps. A record whose Id
 * is known already is left alone. Nobody is told, and unknown fields are defined on the way.
 *
 * @returns How many records were new.
 */
export function seedRecords(
  database: Database,
  org: { readonly integrationUserId: string },
  seed: { readonly sobject: string; readonly records: Iterable<unknown> },
): number {
  const { integrationUserId } = org;
  const session = {
    userId: integrationUserId,
    client: undefined,
    api: "rest",
    version: "67.0",
  } as const;
  let count = 0;
  database.load(session, (transaction) => {
    let seeding: Seeding | undefined;
    for (const record of seed.records) {
      if (!isObject(record)) throw new Error("A seeded record is not an object");
      const prefix = String(record["Id"] ?? "").slice(0, 3);
      const type =
        database.schema.find(seed.sobject) ??
        database.addType({
          name: seed.sobject,
          label: seed.sobject,
          plural: `${seed.sobject}s`,
          keyPrefix: prefix,
        });
      seeding ??= { database, transaction, type, integrationUserId, blank: defaultsOf(type) };
      if (seedRow(seeding, record)) count += 1;
    }
  });
  return count;
}
