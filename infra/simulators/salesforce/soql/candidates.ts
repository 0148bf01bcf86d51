import type { Row } from "../records/exact-json.ts";
import { indexKey } from "../records/table.ts";
import { comparisonOf } from "../schema/field.ts";
import type { Comparing, ConditionTree } from "./condition.ts";
import { readLiteral } from "./literal.ts";
import type { Scope } from "./predicate.ts";

/**
 * Rows among which every match of `tree` is, found through an index; undefined where only a walk
 * over all rows would tell. The caller still has to test each of them.
 */
function indexedRows(scope: Scope, tree: ConditionTree): Row[] | undefined {
  switch (tree.kind) {
    case "not":
      return undefined;
    case "and": {
      const found = tree.of
        .map((each) => indexedRows(scope, each))
        .filter((rows) => rows !== undefined);
      return found.toSorted((a, b) => a.length - b.length)[0];
    }
    case "or": {
      const found = tree.of.map((each) => indexedRows(scope, each));
      if (found.some((rows) => rows === undefined)) return undefined;
      return [...new Set(found.flatMap((rows) => rows ?? []))];
    }
    case "compare":
      return comparedRows(scope, tree);
  }
}

function comparedRows(scope: Scope, comparing: Comparing): Row[] | undefined {
  if (comparing.operator !== "=" && comparing.operator !== "IN") return undefined;
  const path = scope.resolve(comparing.operand);
  const comparison = comparisonOf(path.field);
  const isText = comparison === "id" || comparison === "text" || comparison === "exact-text";
  if (path.steps.length > 0 || !isText || path.field.formula !== null) return undefined;
  const table = scope.access.database.table(scope.type.name);
  const keys = comparing.subquery
    ? scope.semiJoin(comparing).map(indexKey)
    : comparing.values.map((value) => {
        const literal = readLiteral(path.field, value, scope.nowMs);
        return literal.kind === "text" && literal.text !== ""
          ? indexKey(literal.text)
          : indexKey(null);
      });
  if (path.field.name === "Id") return byId(scope, comparing, keys);
  return [...new Set(keys)].flatMap((key) => table.find(path.field.name, key));
}

/** Ids need no index: the table is one. */
function byId(scope: Scope, comparing: Comparing, keys: readonly string[]): Row[] {
  const table = scope.access.database.table(scope.type.name);
  const wanted = new Set(keys);
  const ids = comparing.subquery
    ? scope.semiJoin(comparing).filter((id) => typeof id === "string")
    : comparing.values.map((value) => {
        const field = scope.type.fields.get("id");
        const literal = field && readLiteral(field, value, scope.nowMs);
        return literal?.kind === "text" ? literal.text : "";
      });
  const rows: Row[] = [];
  for (const id of new Set(ids)) {
    const row = wanted.has(id.toLowerCase()) ? table.get(id) : undefined;
    if (row) rows.push(row);
  }
  return rows;
}

/** The earliest SystemModstamp that a match of `tree` can have. */
function lowestStamp(scope: Scope, tree: ConditionTree): string | undefined {
  if (tree.kind === "not") return undefined;
  if (tree.kind === "compare") {
    const isFloor = [">", ">=", "="].includes(tree.operator);
    const [value] = tree.values;
    const field = scope.type.fields.get("systemmodstamp");
    if (!isFloor || !value || !field || tree.operand.toLowerCase() !== "systemmodstamp")
      return undefined;
    const literal = readLiteral(field, value, scope.nowMs);
    return literal.kind === "span" ? literal.start : undefined;
  }
  const stamps = tree.of.map((each) => lowestStamp(scope, each));
  if (tree.kind === "or" && stamps.some((stamp) => stamp === undefined)) return undefined;
  const known = stamps.filter((stamp) => stamp !== undefined).sort();
  return tree.kind === "and" ? known.at(-1) : known[0];
}

interface Candidates {
  readonly rows: Iterable<Row>;
  /** Whether `rows` come by SystemModstamp, then Id. */
  readonly isByStamp: boolean;
}

/** The fewest rows that have to be looked at to find every match of `tree`. */
export function candidates(
  scope: Scope,
  tree: ConditionTree | undefined,
  wantsStampOrder: boolean,
): Candidates {
  const table = scope.access.database.table(scope.type.name);
  const indexed = tree && indexedRows(scope, tree);
  if (indexed && indexed.length < table.size / 4) return { rows: indexed, isByStamp: false };
  const stamp = tree && lowestStamp(scope, tree);
  if (stamp !== undefined) return { rows: table.fromStamp(stamp), isByStamp: true };
  if (wantsStampOrder) return { rows: table.fromStamp(""), isByStamp: true };
  return { rows: table.values(), isByStamp: false };
}
