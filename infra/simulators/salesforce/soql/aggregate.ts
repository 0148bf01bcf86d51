import type { FieldFunctionExpression, Query } from "@jetstreamapp/soql-parser-js";
import { convertAmount, corporateCurrency } from "../records/currency.ts";
import { sumNumbers } from "../records/decimal.ts";
import { ExactNumber, type Row, type Scalar } from "../records/exact-json.ts";
import { Refusal } from "../records/refusal.ts";
import { indexKey } from "../records/table.ts";
import { makeField } from "../schema/field.ts";
import { conditionTree } from "./condition.ts";
import type { Path } from "./path.ts";
import { predicateOf, type Scope } from "./predicate.ts";
import { compareValues, sortingOf } from "./sorting.ts";

type Values = readonly Scalar[];

function count(n: number): ExactNumber {
  return new ExactNumber(String(n));
}

/** Currencies do not add up: an aggregate over amounts is in the corporate one. */
function comparable({ access, type }: Scope, { field, steps, read }: Path, row: Row): Scalar {
  const amount = read(row);
  if (field.type !== "currency" || steps.length > 0 || !(amount instanceof ExactNumber))
    return amount;
  const { database } = access;
  return convertAmount(database, { type, row, amount }, corporateCurrency(database));
}

function aggregate(
  scope: Scope,
  name: string,
  { path, rows }: { readonly path: Path | undefined; readonly rows: readonly Row[] },
): Scalar {
  if (!path) return count(rows.length);
  const values: Values = rows
    .map((row) => comparable(scope, path, row))
    .filter((value) => value !== null);
  const numbers = values.filter((value) => value instanceof ExactNumber);
  const sorted = () => [...values].sort((a, b) => compareValues(path.field, a, b));
  switch (name) {
    case "COUNT":
      return count(values.length);
    case "COUNT_DISTINCT":
      return count(new Set(values.map(indexKey)).size);
    case "SUM":
      return numbers.length === 0 ? null : sumNumbers(numbers);
    case "AVG":
      return numbers.length === 0
        ? null
        : new ExactNumber(String(Number(sumNumbers(numbers).text) / numbers.length));
    case "MIN":
      return sorted()[0] ?? null;
    case "MAX":
      return sorted().at(-1) ?? null;
    default:
      throw new Refusal("MALFORMED_QUERY", `unknown function: ${name}`);
  }
}

/** One column of the answer: its name there, the text that names it elsewhere, its value. */
interface Column {
  readonly name: string;
  readonly operands: readonly string[];
  readonly path: Path;
  readonly compute: (rows: readonly Row[]) => Scalar;
}

function functionColumn(
  scope: Scope,
  selected: Pick<FieldFunctionExpression, "functionName" | "parameters" | "rawValue">,
  name: string,
): Column {
  const [parameter] = selected.parameters;
  const inner = typeof parameter === "string" ? scope.resolve(parameter) : undefined;
  const functionName = selected.functionName.toUpperCase();
  const keepsType = functionName === "MIN" || functionName === "MAX";
  const field = (keepsType && inner?.field) || makeField(name, "double");
  return {
    name,
    operands: [name, selected.rawValue ?? ""],
    path: { steps: [], field, read: (row) => row[name] ?? null },
    compute: (rows) => aggregate(scope, functionName, { path: inner, rows }),
  };
}

/** An aggregate without an alias is called expr0, expr1, …; a grouped field by its last name. */
function columnsOf(scope: Scope, query: Query, grouping: readonly string[]): Column[] {
  let unnamed = 0;
  return (query.fields ?? []).map((selected) => {
    if (selected.type === "FieldFunctionExpression") {
      const name = selected.alias ?? `expr${unnamed++}`;
      return functionColumn(scope, selected, name);
    }
    if (selected.type !== "Field" && selected.type !== "FieldRelationship")
      throw new Refusal("MALFORMED_QUERY", "unexpected selection in a grouped query");
    const operand =
      selected.type === "Field"
        ? selected.field
        : [...selected.relationships, selected.field].join(".");
    if (!grouping.includes(operand.toLowerCase()))
      throw new Refusal("MALFORMED_QUERY", `Field must be grouped or aggregated: ${operand}`);
    const alias = "alias" in selected ? selected.alias : undefined;
    const path = scope.resolve(operand);
    const name = alias ?? path.field.name;
    return {
      name,
      operands: [name, operand],
      path: { steps: [], field: path.field, read: (row) => row[name] ?? null },
      compute: (rows) => (rows[0] ? path.read(rows[0]) : null),
    };
  });
}

function groupRows(rows: readonly Row[], paths: readonly Path[]): Row[][] {
  if (paths.length === 0) return [[...rows]];
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = JSON.stringify(paths.map((path) => indexKey(path.read(row))));
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return [...groups.values()];
}

/** Whether the answer of `query` is made of groups and not of records. */
export function isAggregate(query: Query): boolean {
  const aggregates = ["COUNT", "COUNT_DISTINCT", "SUM", "AVG", "MIN", "MAX"];
  return (
    query.groupBy !== undefined ||
    (query.fields ?? []).some(
      (field) =>
        field.type === "FieldFunctionExpression" &&
        aggregates.includes(field.functionName.toUpperCase()),
    )
  );
}

/** Answers GROUP BY, HAVING and the aggregate functions over the rows that WHERE left. */
export function aggregateRows(scope: Scope, query: Query, rows: readonly Row[]): Row[] {
  const grouping = [query.groupBy ?? []].flat().map((clause) => {
    if ("fn" in clause) throw new Refusal("MALFORMED_QUERY", "GROUP BY takes fields alone here");
    return clause.field;
  });
  const names = grouping.map((operand) => operand.toLowerCase());
  const columns = columnsOf(scope, query, names);
  const hidden: Column[] = [];
  const resolve = (operand: string): Path => {
    const known = [...columns, ...hidden].find((column) =>
      column.operands.some((each) => each.toLowerCase() === operand.toLowerCase()),
    );
    if (known) return known.path;
    const call = /^(\w+)\((.*)\)$/.exec(operand);
    const name = `\u0000${hidden.length}`;
    const path = call ? undefined : scope.resolve(operand);
    const made: Column = call
      ? functionColumn(
          scope,
          { functionName: call[1] ?? "", parameters: call[2] ? [call[2]] : [], rawValue: operand },
          name,
        )
      : {
          name,
          operands: [operand],
          path: {
            steps: [],
            field: path?.field ?? makeField(name, "string"),
            read: (row) => row[name] ?? null,
          },
          compute: (group) => (group[0] && path ? path.read(group[0]) : null),
        };
    hidden.push(made);
    return made.path;
  };
  const inside: Scope = { ...scope, resolve };
  const having = query.having && predicateOf(inside, conditionTree(query.having));
  const orderBy = [query.orderBy ?? []].flat();
  const compare = sortingOf(orderBy, resolve);
  const all = [...columns, ...hidden];
  return groupRows(rows, grouping.map(scope.resolve))
    .map((group) => Object.fromEntries(all.map(({ name, compute }) => [name, compute(group)])))
    .filter((row) => !having || having(row))
    .sort(compare)
    .map((row) => Object.fromEntries(columns.map(({ name }) => [name, row[name] ?? null])));
}
