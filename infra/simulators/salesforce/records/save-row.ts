import type { SObjectType } from "../schema/schema.ts";
import {
  checkDuplicates,
  checkLocks,
  checkRecordType,
  checkValidationRules,
} from "./admin-rules.ts";
import { checkRequired, checkUnique } from "./check-row.ts";
import type { Row } from "./exact-json.ts";
import { rulesOf } from "./object-rules.ts";
import { runFlows } from "./run-flows.ts";
import type { Draft, Writing } from "./writing.ts";

/** A row as it is to be, the row it was, and the fields that the caller set. */
interface Saving {
  readonly row: Draft;
  readonly before: Row | undefined;
  readonly given: ReadonlySet<string>;
}

/** The stamps of a row that this transaction's user changes. */
export function stampsOf({ transaction }: Writing): Row {
  return {
    SystemModstamp: transaction.stamp,
    LastModifiedDate: transaction.stamp,
    LastModifiedById: transaction.session.userId,
  };
}

/** What a row becomes that goes into the recycle bin. BinnedDate is the simulator's own. */
export function binned(writing: Writing): Row {
  return { IsDeleted: true, BinnedDate: writing.transaction.stamp, ...stampsOf(writing) };
}

/**
 * The way of every row into its table, or the refusal that leaves everything as it was. The steps come
 * in the order of the platform's "Triggers and Order of Execution" (Apex developer guide).
 */
export function saveRow(writing: Writing, type: SObjectType, saving: Saving): Row {
  const { access, transaction } = writing;
  const { row, before } = saving;
  checkLocks(writing, type, before ? [before, row] : [row]);
  const flows = runFlows(writing, type, saving);
  const given = new Set([...saving.given, ...flows.changed]);
  const context = { database: access.database, transaction, row, before, given };
  checkRequired(type, row);
  rulesOf(type.name).beforeSave?.(context);
  checkRecordType(writing, type, { row, given });
  checkValidationRules(writing, type, saving);
  checkDuplicates(writing, type, saving);
  Object.assign(row, stampsOf(writing));
  if (flows.userId !== undefined) row["LastModifiedById"] = flows.userId;
  checkUnique(writing, type, row);
  const mark = transaction.mark();
  transaction.put(type, row, flows.userId);
  try {
    rulesOf(type.name).afterSave?.(context);
  } catch (error) {
    transaction.rollbackTo(mark);
    throw error;
  }
  return row;
}
