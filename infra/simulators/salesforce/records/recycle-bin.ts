import type { SObjectType } from "../schema/schema.ts";
import { checkLocks } from "./admin-rules.ts";
import { checkUnique } from "./check-row.ts";
import { writeDatetime } from "./datetime.ts";
import { type Row, textOf } from "./exact-json.ts";
import { rulesOf } from "./object-rules.ts";
import { Refusal, unknownColumn } from "./refusal.ts";
import { stampsOf } from "./save-row.ts";
import { indexKey } from "./table.ts";
import type { Draft, Writing } from "./writing.ts";

/** How long the recycle bin keeps what was deleted. From memory, not from a page (unverified). */
const BIN_MS = 15 * 86_400_000;

/**
 * Whether the deleted `row` can still be seen by queryAll, and brought back. A seeded row was put into
 * the bin when it was seeded, whatever its own stamps say.
 */
export function isInBin(row: Row, nowMs: number): boolean {
  const binned = textOf(row, "BinnedDate") ?? "";
  return row["IsPurged"] !== true && binned >= writeDatetime(nowMs - BIN_MS);
}

function expectInBin({ access }: Writing, row: Row | undefined): Row {
  if (row?.["IsDeleted"] === true && isInBin(row, access.database.nowMs())) return row;
  throw new Refusal("UNDELETE_FAILED", "Entity is not in the recycle bin", { fields: [] });
}

/**
 * Takes one record out of the recycle bin, and with it what went along into it. The loser of a merge
 * comes back as a record of its own; what it lost to the master stays there.
 */
export function undeleteRecord(writing: Writing, type: SObjectType, found: Row | undefined): Row {
  const { transaction, access } = writing;
  const deleted = expectInBin(writing, found);
  checkLocks(writing, type, [deleted]);
  const row: Draft = { ...deleted, IsDeleted: false, BinnedDate: null, ...stampsOf(writing) };
  if (type.fields.has("masterrecordid")) row["MasterRecordId"] = null;
  checkUnique(writing, type, row);
  transaction.put(type, row);
  for (const [childName, field] of rulesOf(type.name).cascade ?? []) {
    const child = access.database.schema.find(childName);
    if (!child) throw unknownColumn(field, childName);
    for (const each of access.database.table(childName).find(field, indexKey(deleted["Id"])))
      if (each["IsDeleted"] === true && each["BinnedDate"] === deleted["BinnedDate"])
        undeleteRecord(writing, child, each);
  }
  return row;
}

/** Deletes one record for good. No event tells of it. */
export function purgeRecord(writing: Writing, type: SObjectType, found: Row | undefined): Row {
  const row = expectInBin(writing, found);
  writing.transaction.put(type, { ...row, IsPurged: true });
  return row;
}
