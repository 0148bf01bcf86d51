import type { Field } from "../schema/field.ts";
import { normalDate, normalDatetime } from "./datetime.ts";
import { exactNumber, wholeDigits } from "./decimal.ts";
import { ExactNumber, type Scalar } from "./exact-json.ts";
import { toId18 } from "./record-id.ts";
import { Refusal } from "./refusal.ts";

/** One address, loosely: something, an at sign, a host with a dot, and no blanks. */
const EMAIL = /^[^\s@<>(),;:"[\]\\]+@[^\s@.,;:"<>()[\]\\]+(?:\.[^\s@.,;:"<>()[\]\\]+)+$/;

function cannotRead(field: Field, value: unknown): Refusal {
  const kind = typeof value === "string" ? "STRING" : "SCALAR";
  const shown = value instanceof ExactNumber ? value.text : String(value);
  return new Refusal(
    "JSON_PARSER_ERROR",
    `Cannot deserialize instance of ${field.type} from VALUE_${kind} value ${shown} or request may be missing a required field at [line:1, column:1]`,
  );
}

/** Values of a multi-select picklist come back in the order of its list, each once. */
function inListOrder(field: Field, values: readonly string[]): string[] {
  const listed = field.picklist.map(({ value }) => value);
  const known = listed.filter((value) => values.includes(value));
  return [...known, ...new Set(values.filter((value) => !listed.includes(value)))];
}

function readText(field: Field, value: string): Scalar {
  const text = value.trim();
  if (text === "") return null;
  const refuse = (code: string, message: string) =>
    new Refusal(code, `${field.label}: ${message}`, { fields: [field.name] });
  if (field.type === "email" && !EMAIL.test(text))
    throw refuse("INVALID_EMAIL_ADDRESS", `invalid email address: ${text}`);
  if (text.length > field.length)
    throw refuse("STRING_TOO_LONG", `data value too large: ${text} (max length=${field.length})`);
  const values = field.type === "multipicklist" ? text.split(";") : [text];
  const isKnown = (value: string) => field.picklist.some((entry) => entry.value === value);
  const unknown = field.restricted ? values.find((value) => !isKnown(value)) : undefined;
  if (unknown !== undefined)
    throw refuse(
      "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
      `bad value for restricted picklist field: ${unknown}`,
    );
  return values.length === 1 ? text : inListOrder(field, values).join(";");
}

function readNumber(field: Field, value: unknown): Scalar {
  if (value === "") return null;
  const number =
    value instanceof ExactNumber
      ? value
      : typeof value === "string"
        ? exactNumber(value)
        : undefined;
  if (!number) throw cannotRead(field, value);
  const limit = field.type === "int" ? 10 : field.precision - field.scale;
  if (wholeDigits(number) > limit)
    throw new Refusal(
      "NUMBER_OUTSIDE_VALID_RANGE",
      `${field.label}: value outside of valid range on numeric field: ${number.text}`,
      { fields: [field.name] },
    );
  return number;
}

function readId(field: Field, value: unknown): Scalar {
  if (value === "") return null;
  const id = typeof value === "string" ? toId18(value) : undefined;
  if (id === undefined)
    throw new Refusal(
      "MALFORMED_ID",
      `${field.label}: id value of incorrect type: ${typeof value === "string" ? value : "?"}`,
      { fields: [field.name] },
    );
  return id;
}

function readBoolean(field: Field, value: unknown): Scalar {
  if (value === true || value === "true") return true;
  if (value === false || value === "false") return false;
  throw cannotRead(field, value);
}

function readMoment(field: Field, value: unknown): Scalar {
  if (value === "") return null;
  if (typeof value !== "string") throw cannotRead(field, value);
  const moment = field.type === "date" ? normalDate(value) : normalDatetime(value);
  if (moment === undefined) throw cannotRead(field, value);
  return moment;
}

/** Brings what a caller sent for `field` into the form it is kept in, or refuses it. */
export function readFieldValue(field: Field, value: unknown): Scalar {
  if (value === null || value === undefined) {
    if (field.type !== "boolean") return null;
    throw new Refusal(
      "INVALID_TYPE_ON_FIELD_IN_RECORD",
      `${field.label}: value not of required type: null`,
      { fields: [field.name] },
    );
  }
  switch (field.type) {
    case "id":
    case "reference":
      return readId(field, value);
    case "boolean":
      return readBoolean(field, value);
    case "int":
    case "double":
    case "currency":
    case "percent":
      return readNumber(field, value);
    case "date":
    case "datetime":
      return readMoment(field, value);
    default:
      if (typeof value === "string") return readText(field, value);
      if (value instanceof ExactNumber) return readText(field, value.text);
      if (typeof value === "boolean") return readText(field, String(value));
      throw cannotRead(field, value);
  }
}
