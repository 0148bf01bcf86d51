import type { PropertyDefinition } from "./property-definition.ts";
import type { ValueProblem } from "./refusal.ts";

/** What a client may send as a value. */
export type SentValue = string | number | boolean | null;

/** The value as it is stored, null where it is cleared, or why it is not taken. */
export type Acceptance = { readonly value: string | null } | ValueProblem;

const MAX_TEXT_LENGTH = 65_536;
const DAY_MS = 86_400_000;
const ISO_DAY = /^\d{4}-\d{2}-\d{2}$/;
const ISO_MOMENT = /^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:?\d{2})$/;
const EMAIL = /^[^\s@,;]+@[^\s@,;]+\.[^\s@,;.]+$/;

/**
 * Reads a sent value as `definition` wants it. `current` is what a leading `;` appends to.
 * The codes of bad numbers, dates, booleans and options are unverified.
 */
export function acceptValue(
  definition: PropertyDefinition,
  sent: SentValue,
  current: string | undefined,
): Acceptance {
  const { name, type } = definition;
  const refuse = (error: string, message: string) => ({ name, error, message });
  if (definition.modificationMetadata.readOnlyValue)
    return refuse("READ_ONLY_VALUE", `"${name}" is a read only property; its value cannot be set.`);
  if (sent === null || sent === "") return { value: null };
  const text = String(sent);
  if (text.length > MAX_TEXT_LENGTH)
    return refuse(
      "INVALID_STRING_LENGTH",
      `"${name}" is longer than ${MAX_TEXT_LENGTH} characters.`,
    );
  if (name === "email") return acceptEmail(text);
  if (type === "number")
    return text.trim() !== "" && Number.isFinite(Number(text))
      ? { value: text.trim() }
      : refuse("INVALID_DOUBLE", `${text} was not a valid number.`);
  if (type === "bool")
    return /^(true|false)$/i.test(text)
      ? { value: text.toLowerCase() }
      : refuse("INVALID_BOOLEAN", `${text} was not a valid boolean.`);
  if (type === "date") return acceptDate(name, text);
  if (type === "datetime") {
    const momentMs = momentOf(text);
    return momentMs === undefined
      ? refuse("INVALID_LONG", `${text} was not a valid long.`)
      : { value: new Date(momentMs).toISOString() };
  }
  if (type === "enumeration") return acceptOption(definition, text, current);
  return { value: text };
}

function acceptEmail(text: string): Acceptance {
  const value = text.trim().toLowerCase();
  if (EMAIL.test(value)) return { value };
  return { name: "email", error: "INVALID_EMAIL", message: `Email address ${text} is invalid` };
}

function acceptDate(name: string, text: string): Acceptance {
  const momentMs = ISO_DAY.test(text) ? Date.parse(`${text}T00:00:00Z`) : momentOf(text);
  if (momentMs === undefined || Number.isNaN(momentMs))
    return { name, error: "INVALID_DATE", message: `${text} was not a valid date.` };
  if (momentMs % DAY_MS !== 0)
    return { name, error: "INVALID_DATE", message: `${text} is not at midnight UTC!` };
  return { value: new Date(momentMs).toISOString().slice(0, 10) };
}

function acceptOption(
  definition: PropertyDefinition,
  text: string,
  current: string | undefined,
): Acceptance {
  const { name, options, externalOptions, fieldType } = definition;
  const appended = text.startsWith(";") && current !== undefined ? `${current}${text}` : text;
  const isMultiple = fieldType === "checkbox";
  const parts = isMultiple
    ? [...new Set(appended.split(";").filter((part) => part !== ""))]
    : [text];
  const unknown = parts.find((part) => !options.some(({ value }) => value === part));
  if (!externalOptions && unknown !== undefined) {
    const allowed = options.map(({ value }) => value).join(", ");
    return {
      name,
      error: "INVALID_OPTION",
      message: `${unknown} was not one of the allowed options: [${allowed}]`,
    };
  }
  return { value: parts.join(";") };
}

/** Epoch milliseconds of a moment written in milliseconds or as ISO text with a zone. */
export function momentOf(text: string): number | undefined {
  if (/^-?\d+$/.test(text)) {
    const givenMs = Number(text);
    return Number.isNaN(new Date(givenMs).getTime()) ? undefined : givenMs;
  }
  const parsedMs = ISO_DAY.test(text) || ISO_MOMENT.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(parsedMs) ? undefined : parsedMs;
}
