import type {
  Condition,
  HavingClause,
  LiteralType,
  Query,
  WhereClause,
} from "@jetstreamapp/soql-parser-js";
import { Refusal } from "../records/refusal.ts";

/** One comparison, as the parser gives it but with one literal type for each value. */
export interface Comparing {
  readonly kind: "compare";
  /** A field path, or an aggregate such as `COUNT(Id)`. */
  readonly operand: string;
  readonly operator: string;
  readonly values: readonly { readonly text: string; readonly type: LiteralType }[];
  readonly subquery: Query | undefined;
}

export type ConditionTree =
  | Comparing
  | { readonly kind: "not"; readonly of: ConditionTree }
  | { readonly kind: "and" | "or"; readonly of: readonly ConditionTree[] };

type Token = "(" | ")" | "AND" | "OR" | "NOT" | Comparing;

function toComparing(condition: Exclude<WhereClause["left"], null>): Comparing {
  if (!("operator" in condition)) throw new Refusal("MALFORMED_QUERY", "unexpected token: NOT");
  const operand = "fn" in condition ? (condition.fn.rawValue ?? "") : condition.field;
  const { operator } = condition;
  if ("valueQuery" in condition)
    return { kind: "compare", operand, operator, values: [], subquery: condition.valueQuery };
  const types = [condition.literalType ?? "STRING"].flat();
  const values = [condition.value].flat().map((text, index) => ({
    text,
    type: types[index] ?? types[0] ?? "STRING",
  }));
  return { kind: "compare", operand, operator, values, subquery: undefined };
}

/** The parser keeps parentheses as counts on each condition; here they are tokens again. */
function tokensOf(clause: WhereClause | HavingClause): Token[] {
  const tokens: Token[] = [];
  let next: WhereClause | HavingClause | undefined = clause;
  while (next) {
    const left: WhereClause["left"] | Condition = next.left;
    for (let n = left?.openParen ?? 0; n > 0; n -= 1) tokens.push("(");
    if (left && "operator" in left) {
      tokens.push(toComparing(left));
      for (let n = left.closeParen ?? 0; n > 0; n -= 1) tokens.push(")");
    }
    if (!("operator" in next)) break;
    tokens.push(next.operator);
    next = next.right;
  }
  return tokens;
}

/**
 * Builds the tree of a WHERE or HAVING clause.
 *
 * AND and OR side by side without parentheses are refused, as the platform does.
 */
export function conditionTree(clause: WhereClause | HavingClause): ConditionTree {
  const tokens = tokensOf(clause);
  let position = 0;
  const unary = (): ConditionTree => {
    const token = tokens[position];
    position += 1;
    if (token === "NOT") return { kind: "not", of: unary() };
    if (token === "(") {
      const inside = expression();
      position += 1;
      return inside;
    }
    if (token === undefined || typeof token === "string")
      throw new Refusal("MALFORMED_QUERY", `unexpected token: ${token ?? "<EOF>"}`);
    return token;
  };
  const expression = (): ConditionTree => {
    const of = [unary()];
    const joiner = tokens[position];
    if (joiner !== "AND" && joiner !== "OR") return of[0] ?? unary();
    while (tokens[position] === joiner) {
      position += 1;
      of.push(unary());
    }
    const after = tokens[position];
    if (after === "AND" || after === "OR")
      throw new Refusal("MALFORMED_QUERY", `unexpected token: '${after}'`);
    return { kind: joiner === "AND" ? "and" : "or", of };
  };
  return expression();
}
