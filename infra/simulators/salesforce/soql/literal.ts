import type { LiteralType } from "@jetstreamapp/soql-parser-js";
import { normalDatetime, writeDatetime } from "../records/datetime.ts";
import { exactNumber } from "../records/decimal.ts";
import type { ExactNumber } from "../records/exact-json.ts";
import { toId18 } from "../records/record-id.ts";
import { Refusal } from "../records/refusal.ts";
import { comparisonOf, type Field } from "../schema/field.ts";
import { spanOf } from "./date-literal.ts";

/** A literal, ready to be held against the values of one field. */
export type Literal =
  | { readonly kind: "null" }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "number"; readonly number: ExactNumber }
  | { readonly kind: "boolean"; readonly value: boolean }
  /** From `start`, up to and without `end`, in the form in which the field is kept. */
  | { readonly kind: "span"; readonly start: string; readonly end: string };

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  b: "\b",
  f: "\f",
};

/** Takes a quoted string apart into characters, telling the escaped ones. */
export function unquote(quoted: string): { character: string; isEscaped: boolean }[] {
  const inside = quoted.slice(1, -1);
  const characters: { character: string; isEscaped: boolean }[] = [];
  for (let at = 0; at < inside.length; at += 1) {
    const character = inside.charAt(at);
    if (character !== "\\") {
      characters.push({ character, isEscaped: false });
      continue;
    }
    at += 1;
    const escaped = inside.charAt(at);
    characters.push({ character: ESCAPES[escaped] ?? escaped, isEscaped: true });
  }
  return characters;
}

function mismatch(field: Field, type: string, advice: string): Refusal {
  return new Refusal(
    "INVALID_FIELD",
    `value of filter criterion for field '${field.name}' must be of type ${type} and should ${advice}be enclosed in quotes`,
  );
}

function readSpan(field: Field, text: string, type: LiteralType, nowMs: number): Literal {
  const isDate = field.type === "date";
  const wanted = mismatch(field, isDate ? "date" : "dateTime", "not ");
  if (type === "DATE" && isDate) return { kind: "span", start: text, end: `${text}\uffff` };
  if (type === "DATETIME" && !isDate) {
    const moment = normalDatetime(text);
    if (moment === undefined) throw wanted;
    return { kind: "span", start: moment, end: `${moment}\uffff` };
  }
  const span =
    type === "DATE_LITERAL" || type === "DATE_N_LITERAL" ? spanOf(text, nowMs) : undefined;
  if (!span) throw wanted;
  const write = (epochMs: number) =>
    isDate ? writeDatetime(epochMs).slice(0, 10) : writeDatetime(epochMs);
  return { kind: "span", start: write(span.startMs), end: write(span.endMs) };
}

function readIdLiteral(text: string): Literal {
  const id = text === "" ? "" : toId18(text);
  if (id === undefined)
    throw new Refusal("INVALID_QUERY_FILTER_OPERATOR", `invalid ID field: ${text}`);
  return { kind: "text", text: id };
}

/** Reads one literal of a WHERE clause against `field`, whose type decides what it may be. */
export function readLiteral(
  field: Field,
  literal: { readonly text: string; readonly type: LiteralType },
  nowMs: number,
): Literal {
  const { text, type } = literal;
  if (type === "NULL") return { kind: "null" };
  const comparison = comparisonOf(field);
  if (comparison === "date" || comparison === "datetime") return readSpan(field, text, type, nowMs);
  if (comparison === "number") {
    const number = type === "STRING" ? undefined : exactNumber(text.replace(/^[A-Za-z]{3}/, ""));
    if (!number) throw mismatch(field, field.type === "int" ? "int" : "double", "not ");
    return { kind: "number", number };
  }
  if (comparison === "boolean") {
    if (type !== "BOOLEAN") throw mismatch(field, "boolean", "not ");
    return { kind: "boolean", value: text.toUpperCase() === "TRUE" };
  }
  if (type !== "STRING") throw mismatch(field, comparison === "id" ? "ID" : "string", "");
  const plain = unquote(text)
    .map(({ character }) => character)
    .join("");
  if (comparison === "id") return readIdLiteral(plain);
  return { kind: "text", text: comparison === "text" ? plain.toLowerCase() : plain };
}
