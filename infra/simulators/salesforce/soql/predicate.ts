import type { Access } from "../records/access.ts";
import { compareNumbers } from "../records/decimal.ts";
import { ExactNumber, type Row, type Scalar } from "../records/exact-json.ts";
import { Refusal } from "../records/refusal.ts";
import { indexKey } from "../records/table.ts";
import { comparisonOf, type Field } from "../schema/field.ts";
import type { SObjectType } from "../schema/schema.ts";
import type { Comparing, ConditionTree } from "./condition.ts";
import { type Literal, readLiteral, unquote } from "./literal.ts";
import type { Path } from "./path.ts";

type Predicate = (row: Row) => boolean;

/** What a clause is read against. */
export interface Scope {
  readonly access: Access;
  readonly type: SObjectType;
  readonly nowMs: number;
  /** Finds what stands left of an operator. */
  readonly resolve: (operand: string) => Path;
  /** Answers the values of the one column of a semi-join. */
  readonly semiJoin: (comparing: Comparing) => readonly Scalar[];
}

/** Below zero, zero, or above; undefined where the two cannot be ordered (null is with nothing). */
function order(field: Field, value: Scalar, literal: Literal): number | undefined {
  switch (literal.kind) {
    case "null":
      return value === null ? 0 : undefined;
    case "number":
      return value instanceof ExactNumber ? compareNumbers(value, literal.number) : undefined;
    case "boolean":
      return typeof value === "boolean" ? Number(value) - Number(literal.value) : undefined;
    case "span":
      if (typeof value !== "string") return undefined;
      return value < literal.start ? -1 : value < literal.end ? 0 : 1;
    case "text": {
      if (literal.text === "" && value === null) return 0;
      if (typeof value !== "string") return undefined;
      const text = comparisonOf(field) === "text" ? value.toLowerCase() : value;
      return text === literal.text ? 0 : text < literal.text ? -1 : 1;
    }
  }
}

/** `%` is any text, `_` any one character, and both stand for themselves after a backslash. */
function likePattern(quoted: string): RegExp {
  const source = unquote(quoted).map(({ character, isEscaped }) => {
    if (!isEscaped && character === "%") return ".*";
    if (!isEscaped && character === "_") return ".";
    return character.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
  });
  return new RegExp(`^${source.join("")}$`, "is");
}

const ORDERINGS: Readonly<Record<string, (order: number | undefined) => boolean>> = {
  "=": (order) => order === 0,
  "!=": (order) => order !== 0,
  "<": (order) => order !== undefined && order < 0,
  "<=": (order) => order !== undefined && order <= 0,
  ">": (order) => order !== undefined && order > 0,
  ">=": (order) => order !== undefined && order >= 0,
};

/** Membership in a list. Text, ids and null go through a set, for lists run to thousands. */
function inList(path: Path, literals: readonly Literal[]): Predicate {
  const keys = new Set<string>();
  const rest: Literal[] = [];
  const ignoresCase = comparisonOf(path.field) === "text";
  for (const literal of literals) {
    if (literal.kind === "text") keys.add(literal.text);
    else rest.push(literal);
  }
  return (row) => {
    const value = path.read(row);
    if (typeof value === "string" && keys.has(ignoresCase ? value.toLowerCase() : value))
      return true;
    return rest.some((literal) => order(path.field, value, literal) === 0);
  };
}

function semiJoinPredicate(scope: Scope, path: Path, comparing: Comparing): Predicate {
  const values = scope.semiJoin(comparing).filter((value) => value !== null);
  const keys = new Set(values.map(indexKey));
  const isIn = comparing.operator === "IN";
  return (row) => {
    const value = path.read(row);
    return value !== null && keys.has(indexKey(value)) === isIn;
  };
}

/** `INCLUDES ('A;B','C')`: both A and B are picked, or C is. EXCLUDES is the opposite. */
function pickedPredicate(path: Path, { operator, operand, values }: Comparing): Predicate {
  if (path.field.type !== "multipicklist")
    throw new Refusal("INVALID_QUERY_FILTER_OPERATOR", `invalid operator on field: ${operand}`);
  const wanted = values.map(({ text }) => text.slice(1, -1).split(";"));
  return (row) => {
    const value = path.read(row);
    const picked = typeof value === "string" ? value.split(";") : [];
    const isIn = wanted.some((all) => all.every((each) => picked.includes(each)));
    return isIn === (operator === "INCLUDES");
  };
}

function comparePredicate(scope: Scope, comparing: Comparing): Predicate {
  const { operator, operand } = comparing;
  const path = scope.resolve(operand);
  if (comparing.subquery) return semiJoinPredicate(scope, path, comparing);
  if (operator === "LIKE") {
    const pattern = likePattern(comparing.values[0]?.text ?? "''");
    return (row) => {
      const value = path.read(row);
      return typeof value === "string" && pattern.test(value);
    };
  }
  if (operator === "INCLUDES" || operator === "EXCLUDES") return pickedPredicate(path, comparing);
  const literals = comparing.values.map((value) => readLiteral(path.field, value, scope.nowMs));
  if (operator === "IN") return inList(path, literals);
  if (operator === "NOT IN") {
    const isIn = inList(path, literals);
    return (row) => !isIn(row);
  }
  const test = ORDERINGS[operator];
  const [literal] = literals;
  if (!test || !literal)
    throw new Refusal("MALFORMED_QUERY", `operator '${operator}' is not supported`);
  if (literal.kind === "null" && operator !== "=" && operator !== "!=")
    throw new Refusal("INVALID_QUERY_FILTER_OPERATOR", `invalid operator on field: ${operand}`);
  return (row) => test(order(path.field, path.read(row), literal));
}

/** Turns a condition into a function of a row. Every name in it is resolved here, once. */
export function predicateOf(scope: Scope, tree: ConditionTree): Predicate {
  switch (tree.kind) {
    case "compare":
      return comparePredicate(scope, tree);
    case "not": {
      const inside = predicateOf(scope, tree.of);
      return (row) => !inside(row);
    }
    case "and": {
      const all = tree.of.map((each) => predicateOf(scope, each));
      return (row) => all.every((test) => test(row));
    }
    case "or": {
      const some = tree.of.map((each) => predicateOf(scope, each));
      return (row) => some.some((test) => test(row));
    }
  }
}
