import type { SObjectType } from "../schema/schema.ts";
import { allHold } from "../setup/condition.ts";
import type { DuplicateRule } from "../setup/org-setup.ts";
import { type Row, textOf } from "./exact-json.ts";
import { parentFieldsOf } from "./object-rules.ts";
import { Refusal } from "./refusal.ts";
import { indexKey } from "./table.ts";
import type { Writing } from "./writing.ts";

interface Checked {
  readonly row: Row;
  readonly before: Row | undefined;
}

/** The admin's validation rules. Every one that is broken is named. */
export function checkValidationRules({ access }: Writing, type: SObjectType, of: Checked): void {
  const [first, ...also] = access.database.setup.validationRules
    .of(type.name)
    .filter((rule) => allHold(rule.when, of))
    .map(({ message, field }) => ({
      errorCode: "FIELD_CUSTOM_VALIDATION_EXCEPTION",
      message,
      fields: field === undefined ? [] : [field],
    }));
  if (first) throw new Refusal(first.errorCode, first.message, { fields: first.fields, also });
}

function duplicatesOf({ access }: Writing, rule: DuplicateRule, row: Row): Row[] {
  const [first = "", ...rest] = rule.matchOn;
  if (rule.matchOn.some((field) => (row[field] ?? null) === null)) return [];
  return access.database
    .table(rule.against ?? rule.object)
    .find(first, indexKey(row[first]))
    .filter((other) => other["Id"] !== row["Id"] && other["IsDeleted"] !== true)
    .filter((other) => other["IsConverted"] !== true)
    .filter((other) => rest.every((field) => indexKey(other[field]) === indexKey(row[field])));
}

function duplicateResult(rule: DuplicateRule, found: readonly Row[], version: string): object {
  const entityType = rule.against ?? rule.object;
  return {
    allowSave: rule.action === "allow",
    duplicateRule: rule.name,
    duplicateRuleEntityType: rule.object,
    errorMessage: rule.message,
    matchResults: [
      {
        entityType,
        errors: [],
        matchEngine: "ExactMatchEngine",
        matchRecords: found.map((row) => ({
          additionalInformation: [],
          fieldDiffs: [],
          matchConfidence: 100,
          record: {
            attributes: {
              type: entityType,
              url: `/services/data/v${version}/sobjects/${entityType}/${textOf(row, "Id")}`,
            },
            Id: row["Id"],
          },
        })),
        rule: `${rule.name}_Matching`,
        size: found.length,
        success: true,
      },
    ],
  };
}

/** An update is held against a duplicate rule only where it changes what that matches on. */
export function checkDuplicates(writing: Writing, type: SObjectType, of: Checked): void {
  const { access, transaction } = writing;
  const { session } = transaction;
  for (const rule of access.database.setup.duplicateRules.of(type.name)) {
    if (rule.action === "allow" && session.allowsDuplicates) continue;
    const isNews = rule.matchOn.some(
      (field) => !of.before || indexKey(of.before[field]) !== indexKey(of.row[field]),
    );
    const found = isNews ? duplicatesOf(writing, rule, of.row) : [];
    if (found.length > 0)
      throw new Refusal("DUPLICATES_DETECTED", rule.message, {
        duplicateResult: duplicateResult(rule, found, session.version),
      });
  }
}

/** A restricted picklist takes, of its values, those that the record's type has. */
export function checkRecordType(
  { access }: Writing,
  type: SObjectType,
  { row, given }: { readonly row: Row; readonly given: ReadonlySet<string> },
): void {
  const id = row["RecordTypeId"];
  const known = access.database.setup.recordTypes.of(type.name);
  const recordType = known.find((each) => each.recordTypeId === id);
  for (const [name, values] of Object.entries(recordType?.picklists ?? {})) {
    const field = type.fields.get(name.toLowerCase());
    const value = textOf(row, name);
    if (!field?.restricted || value === undefined || !given.has(name)) continue;
    if (!values.includes(value))
      throw new Refusal(
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        `${field.label}: bad value for restricted picklist field: ${value}`,
        { fields: [field.name] },
      );
  }
}

/** A row that somebody else holds cannot be written, nor can what belongs to such a row. */
export function checkLocks({ access }: Writing, type: SObjectType, rows: readonly Row[]): void {
  const { locks } = access.database;
  const fields = ["Id", ...parentFieldsOf(type.name)];
  const ids = rows.flatMap((row) => fields.flatMap((field) => textOf(row, field) ?? []));
  const writing = access.database.heldRows(type.name);
  const held =
    writing.flatMap((row) => textOf(row, "Id") ?? []).find((id) => ids.includes(id)) ??
    locks.refuse(ids, access.database.nowMs());
  if (held !== undefined)
    throw new Refusal(
      "UNABLE_TO_LOCK_ROW",
      `unable to obtain exclusive access to this record or 1 records: ${held}`,
      { fields: [] },
    );
}
