import type { Field } from "../schema/field.ts";
import type { SObjectType } from "../schema/schema.ts";
import { checkLocks } from "./admin-rules.ts";
import { type Row, type Scalar, textOf } from "./exact-json.ts";
import { rulesOf } from "./object-rules.ts";
import { toId18 } from "./record-id.ts";
import { invalidCrossReference, Refusal } from "./refusal.ts";
import { binned } from "./save-row.ts";
import { indexKey } from "./table.ts";
import { deleteRecord, expectLive, updateRecord } from "./write-record.ts";
import type { Draft, Writing } from "./writing.ts";

/** Source: merge(), SOAP API developer guide. */
const MERGEABLE: ReadonlySet<string> = new Set(["Lead", "Contact", "Account"]);
const MAX_LOSERS = 2;

/**
 * References that stay as they were: whoever follows them meets the loser, and its MasterRecordId.
 * That a converted lead keeps the ids it was converted to is from memory (unverified).
 */
const LEFT_ALONE: ReadonlySet<string> = new Set([
  "MasterRecordId",
  "ConvertedAccountId",
  "ConvertedContactId",
]);

/** Ids come as the caller sent them; `values` are fields of the master to change on the way. */
export interface Merge {
  readonly sobject: string;
  readonly masterId: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly loserIds: readonly string[];
}

export interface Merged {
  readonly masterId: string;
  readonly loserIds: readonly string[];
  /** Children that now belong to the master. */
  readonly movedIds: readonly string[];
}

function expectMergeable({ access }: Writing, asked: Merge): SObjectType {
  const type = access.database.schema.find(asked.sobject);
  if (!type || !MERGEABLE.has(type.name))
    throw new Refusal("INVALID_TYPE", `merge is not supported for type: ${asked.sobject}`);
  return type;
}

function expectLosers(writing: Writing, type: SObjectType, asked: Merge, master: Row): Row[] {
  const { loserIds } = asked;
  if (loserIds.length === 0 || loserIds.length > MAX_LOSERS)
    throw new Refusal(
      "INVALID_NUMBER_OF_ENTRIES",
      `a merge takes 1 to ${MAX_LOSERS} records besides the master`,
    );
  const losers = loserIds.map((id) => expectLive(writing.access, type, toId18(id)));
  const ids = new Set([master, ...losers].map((row) => row["Id"]));
  if (ids.size <= losers.length) throw invalidCrossReference(["recordToMergeIds"]);
  return losers;
}

/** A primary contact as the opportunity reflects it: no change of the opportunity itself. */
function isReflection(child: SObjectType, field: Field): boolean {
  return child.name === "Opportunity" && field.name === "ContactId";
}

/** One person is one member of a campaign: where the master is in it already, the other goes. */
function isSecondMember({ access }: Writing, child: SObjectType, row: Row, to: Row): boolean {
  if (child.name !== "CampaignMember") return false;
  return access.database
    .table(child.name)
    .find("LeadOrContactId", indexKey(to["Id"]))
    .some((other) => other["CampaignId"] === row["CampaignId"] && other["IsDeleted"] !== true);
}

function moveChild(
  writing: Writing,
  at: { readonly child: SObjectType; readonly field: Field; readonly row: Row },
  master: Row,
): Scalar {
  const { transaction, access } = writing;
  const { child, field, row: before } = at;
  const masterId = master["Id"] ?? null;
  if (isReflection(child, field)) {
    transaction.put(child, { ...before, [field.name]: masterId });
    return null;
  }
  if (isSecondMember(writing, child, before, master)) {
    deleteRecord(writing, child, before);
    return null;
  }
  const isOwnParent = before["Id"] === masterId;
  const row: Draft = { ...before, [field.name]: isOwnParent ? null : masterId };
  // The move is not the user's edit of the child: its LastModifiedDate stays (unverified).
  row["SystemModstamp"] = transaction.stamp;
  const context = { database: access.database, transaction, row, before, given: new Set<string>() };
  rulesOf(child.name).beforeSave?.(context);
  transaction.put(child, row);
  return row["Id"] ?? null;
}

function childrenOf({ access }: Writing, type: SObjectType, parent: Row) {
  const key = indexKey(parent["Id"]);
  return access.database.schema.all().flatMap((child) =>
    [...child.fields.values()]
      .filter((field) => field.referenceTo.includes(type.name) && !LEFT_ALONE.has(field.name))
      // Derived from LeadId and ContactId, with which it moves.
      .filter((field) => field.name !== "LeadOrContactId")
      .flatMap((field) =>
        access.database
          .table(child.name)
          .find(field.name, key)
          .filter((row) => row["IsDeleted"] !== true)
          .map((row) => ({ child, field, row })),
      ),
  );
}

/**
 * Makes one record of two or three. The losers go first, so that the master may take over what has to
 * be unique; then their children move, and last the master changes.
 */
export function mergeRecords(writing: Writing, asked: Merge): Merged {
  const type = expectMergeable(writing, asked);
  const master = expectLive(writing.access, type, toId18(asked.masterId));
  const losers = expectLosers(writing, type, asked, master);
  checkLocks(writing, type, losers);
  for (const loser of losers)
    writing.transaction.put(type, {
      ...loser,
      ...binned(writing),
      MasterRecordId: master["Id"] ?? null,
    });
  const moved = losers
    .flatMap((loser) => childrenOf(writing, type, loser))
    .map((at) => moveChild(writing, at, master))
    .filter((id) => typeof id === "string");
  const now = writing.access.database.table(type.name).get(textOf(master, "Id") ?? "") ?? master;
  updateRecord(writing, type, now, asked.values);
  return {
    masterId: textOf(master, "Id") ?? "",
    loserIds: losers.map((loser) => textOf(loser, "Id") ?? ""),
    movedIds: [...new Set(moved)],
  };
}
