import { parseQuery, type Query } from "@jetstreamapp/soql-parser-js";
import type { Access } from "../records/access.ts";
import type { Row, Scalar } from "../records/exact-json.ts";
import { isInBin } from "../records/recycle-bin.ts";
import { Refusal } from "../records/refusal.ts";
import type { SObjectType } from "../schema/schema.ts";
import { aggregateRows, isAggregate } from "./aggregate.ts";
import { candidates } from "./candidates.ts";
import { type Comparing, conditionTree } from "./condition.ts";
import { resolvePath } from "./path.ts";
import { predicateOf, type Scope } from "./predicate.ts";
import { type Projection, projectionOf } from "./projection.ts";
import { isStampOrder, sortingOf } from "./sorting.ts";

/** Largest OFFSET that the platform takes. Source: SOQL reference, OFFSET. */
const MAX_OFFSET_ROWS = 2000;

interface Asking {
  readonly access: Access;
  readonly version: string;
  /** queryAll sees the recycle bin, query does not. */
  readonly withDeleted: boolean;
}

export interface Answer {
  readonly type: SObjectType;
  /** How many rows the query has, which for COUNT() is more than `rows` holds. */
  readonly totalSize: number;
  readonly rows: readonly Row[];
  readonly toRecord: Projection;
  /** The columns in the order of the SELECT list, as a CSV names them. */
  readonly columns: readonly string[];
}

/** Puts the place of an error in front of it, as the platform does. */
function locate(soql: string, word: string, message: string): string {
  const index = soql.toLowerCase().search(new RegExp(`\\b${word.toLowerCase()}\\b`));
  const at = Math.max(index, 0);
  const start = Math.max(at - 30, 0);
  const excerpt = soql.slice(start, at + word.length + 30);
  const caret = `${" ".repeat(at - start)}^`;
  return `\n${excerpt}\n${caret}\nERROR at Row:1:Column:${at + 1}\n${message}`;
}

function parse(soql: string): Query {
  try {
    return parseQuery(soql);
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : "";
    throw new Refusal(
      "MALFORMED_QUERY",
      `\n${soql.slice(0, 60)}\n^\nERROR at Row:1:Column:1\n${reason}`,
    );
  }
}

function scopeOf(asking: Asking, query: Query, type: SObjectType): Scope {
  const { access } = asking;
  const from = { type, alias: query.sObjectAlias };
  const joined = new Map<Comparing, readonly Scalar[]>();
  const semiJoin = (comparing: Comparing): readonly Scalar[] => {
    const known = joined.get(comparing);
    if (known) return known;
    const inner = comparing.subquery;
    const [selected] = inner?.fields ?? [];
    if (!inner || selected?.type !== "Field")
      throw new Refusal("MALFORMED_QUERY", "A semi-join selects one field");
    const innerType = expectType(access, inner, "");
    const column = resolvePath(
      access,
      { type: innerType, alias: inner.sObjectAlias },
      selected.field,
    );
    const values = matches(asking, inner, innerType).rows.map(column.read);
    joined.set(comparing, values);
    return values;
  };
  return {
    access,
    type,
    nowMs: access.database.nowMs(),
    resolve: (operand) => resolvePath(access, from, operand),
    semiJoin,
  };
}

function expectType(access: Access, query: Query, soql: string): SObjectType {
  const name = query.sObject ?? "";
  const type = access.database.schema.find(name);
  if (type) return type;
  const message = `sObject type '${name}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.`;
  throw new Refusal("INVALID_TYPE", locate(soql, name, message));
}

/** The rows of one object that a query asks for, in its order, aggregates aside. */
function matches(asking: Asking, query: Query, type: SObjectType): { rows: Row[]; scope: Scope } {
  const scope = scopeOf(asking, query, type);
  const tree = query.where && conditionTree(query.where);
  const test = tree && predicateOf(scope, tree);
  const orderBy = isAggregate(query) ? [] : [query.orderBy ?? []].flat();
  const wantsStampOrder = isStampOrder(orderBy);
  const compare = sortingOf(orderBy, scope.resolve);
  const found = candidates(scope, tree, wantsStampOrder);
  const isInOrder = orderBy.length === 0 || (found.isByStamp && wantsStampOrder);
  const offset = query.offset ?? 0;
  const end = isAggregate(query) ? Number.POSITIVE_INFINITY : offset + (query.limit ?? Infinity);
  const rows: Row[] = [];
  for (const row of found.rows) {
    if (isInOrder && rows.length >= end) break;
    if (row["IsDeleted"] === true && !(asking.withDeleted && isInBin(row, scope.nowMs))) continue;
    if (!test || test(row)) rows.push(row);
  }
  if (!isInOrder) rows.sort(compare);
  return { rows: isAggregate(query) ? rows : rows.slice(offset, end), scope };
}

function columnsOf(query: Query): string[] {
  return (query.fields ?? []).flatMap((field) => {
    if (field.type === "Field") return [field.field];
    if (field.type === "FieldRelationship")
      return [[...field.relationships, field.field].join(".")];
    return [];
  });
}

function answerAggregate(asking: Asking, query: Query, type: SObjectType): Answer {
  const { rows, scope } = matches(asking, query, type);
  const [first] = query.fields ?? [];
  const isBareCount =
    first?.type === "FieldFunctionExpression" && first.parameters.length === 0 && !query.groupBy;
  const toRecord: Projection = (row) => ({ attributes: { type: "AggregateResult" }, ...row });
  if (isBareCount) {
    const totalSize = Math.min(rows.length, query.limit ?? Number.POSITIVE_INFINITY);
    return { type, totalSize, rows: [], toRecord, columns: [] };
  }
  const offset = query.offset ?? 0;
  const groups = aggregateRows(scope, query, rows).slice(
    offset,
    offset + (query.limit ?? Infinity),
  );
  return {
    type,
    totalSize: groups.length,
    rows: groups,
    toRecord,
    columns: Object.keys(groups[0] ?? {}),
  };
}

/** Answers one SOQL query. Refuses with the codes and the words of the platform. */
export function runQuery(asking: Asking, soql: string): Answer {
  const query = parse(soql);
  try {
    if ((query.offset ?? 0) > MAX_OFFSET_ROWS)
      throw new Refusal(
        "NUMBER_OUTSIDE_VALID_RANGE",
        `Maximum SOQL offset allowed is ${MAX_OFFSET_ROWS}`,
      );
    const type = expectType(asking.access, query, soql);
    if (isAggregate(query)) return answerAggregate(asking, query, type);
    const { access, version } = asking;
    const toRecord = projectionOf({ access, type, version }, query);
    const { rows } = matches(asking, query, type);
    return { type, totalSize: rows.length, rows, toRecord, columns: columnsOf(query) };
  } catch (error) {
    const column = error instanceof Refusal && /^No such column '(\w+)'/.exec(error.message);
    if (!column || !(error instanceof Refusal)) throw error;
    throw new Refusal(error.errorCode, locate(soql, column[1] ?? "", error.message));
  }
}
