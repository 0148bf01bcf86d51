import type { FieldValue } from "../reconcile/field-value.ts";

/**
 * What a field's canonical text means, which is what makes two texts the same.
 *
 * text: as typed. email: case-folded. phone: its digits. domain: the host without scheme, path and
 * `www.`. date: `YYYY-MM-DD`. datetime: an instant, compared to the second, since Salesforce keeps
 * no fractions. money: `BRL 12.34`. choice: by the class that the mapping puts it in.
 */
const FIELD_TYPES = [
  "text",
  "email",
  "phone",
  "domain",
  "date",
  "datetime",
  "money",
  "choice",
] as const;

export type FieldType = (typeof FIELD_TYPES)[number];

/** For `choice`: values of one class compare equal, such as two stages that map to one. */
export type Classes = Readonly<Record<string, string>>;

/** Two values are the same when their keys are. */
export function comparisonKey(
  type: FieldType,
  value: FieldValue,
  classes: Classes = {},
): FieldValue {
  if (value === null) return type === "choice" ? classKey(classes[""]) : null;
  switch (type) {
    case "email":
      return value.toLowerCase();
    case "phone":
      return digitsOf(value);
    case "domain":
      return hostOf(value);
    case "datetime":
      return value.slice(0, 19);
    case "choice":
      return Object.hasOwn(classes, value) ? classKey(classes[value]) : value;
    default:
      return value;
  }
}

/** Told from every value by its leading space: an unlisted choice may be called as a class is. */
function classKey(name: string | undefined): FieldValue {
  return name === undefined ? null : ` ${name}`;
}

function digitsOf(phone: string): string {
  const digits = phone.replaceAll(/\D/g, "");
  return digits === "" ? phone : digits;
}

/**
 * `https://www.acme.example/about` and `acme.example` name one company. A host is its own host,
 * since one side holds nothing else.
 */
export function hostOf(address: string): string {
  const host = address
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, "")
    .replace(/[/?#].*$/, "")
    .trim()
    .replace(/^(?:www\.\s*)+/, "");
  return host === "" ? address : host;
}
