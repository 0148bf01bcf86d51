import type { OrderByClause } from "@jetstreamapp/soql-parser-js";
import { compareNumbers } from "../records/decimal.ts";
import { ExactNumber, type Row, type Scalar } from "../records/exact-json.ts";
import { comparisonOf, type Field } from "../schema/field.ts";
import type { Path } from "./path.ts";

type Comparator = (a: Row, b: Row) => number;

/** Orders two values of `field`, neither of them null. */
export function compareValues(field: Field, a: Scalar, b: Scalar): number {
  if (a instanceof ExactNumber && b instanceof ExactNumber) return compareNumbers(a, b);
  if (typeof a === "boolean" && typeof b === "boolean") return Number(a) - Number(b);
  const ignoresCase = comparisonOf(field) === "text";
  const left = ignoresCase ? String(a).toLowerCase() : String(a);
  const right = ignoresCase ? String(b).toLowerCase() : String(b);
  return left === right ? 0 : left < right ? -1 : 1;
}

/** What an ORDER BY item names: a field path, or the text of an aggregate. */
function operandOf(clause: OrderByClause): string {
  return "fn" in clause ? (clause.fn.rawValue ?? "") : clause.field;
}

function comparatorOf(clause: OrderByClause, path: Path): Comparator {
  const direction = clause.order === "DESC" ? -1 : 1;
  const nullSide = clause.nulls === "LAST" ? 1 : -1;
  return (rowA, rowB) => {
    const a = path.read(rowA);
    const b = path.read(rowB);
    if (a === null || b === null) return a === b ? 0 : a === null ? nullSide : -nullSide;
    return direction * compareValues(path.field, a, b);
  };
}

/** Nulls come first unless the query says otherwise, in either direction. */
export function sortingOf(
  clauses: readonly OrderByClause[],
  resolve: (operand: string) => Path,
): Comparator {
  const comparators = clauses.map((clause) => comparatorOf(clause, resolve(operandOf(clause))));
  return (a, b) => {
    for (const compare of comparators) {
      const order = compare(a, b);
      if (order !== 0) return order;
    }
    return 0;
  };
}

/** Whether the order is SystemModstamp, or that and then Id, both rising. */
export function isStampOrder(clauses: readonly OrderByClause[]): boolean {
  const [first, second] = clauses.map((clause) => operandOf(clause).toLowerCase());
  if (clauses.some((clause) => clause.order === "DESC")) return false;
  return (
    first === "systemmodstamp" &&
    (clauses.length === 1 || (clauses.length === 2 && second === "id"))
  );
}
