import type { RawValue } from "../core/codec/codec.ts";
import type { WireShape } from "../core/mapping/wire-shape.ts";
import { halfAmounts } from "../sync/half-amounts.ts";
import type { RefusedProperty } from "../sync/ports.ts";
import { type Description, type FieldDescription, fold } from "./describe.ts";
import { jsonNumber } from "./exact-json.ts";
import { CURRENCY, type OrgContext, OWNER } from "./org-context.ts";

/** A value as it stands in the body: numbers are `JSON.rawJSON`, digit by digit. */
export type WireValue = string | boolean | object | null;

export type WriteMode = "create" | "update";

export interface WireValues {
  readonly values: Readonly<Record<string, WireValue>>;
  readonly refused: readonly RefusedProperty[];
}

const DAY = /^\d{4}-\d\d-\d\d$/;
const NUMBERS: ReadonlySet<string> = new Set(["int", "double", "currency", "percent", "long"]);

/**
 * Turns text into what Salesforce takes, field by field. What the description already rules out is
 * refused here, since one such value would make Salesforce refuse the whole record.
 */
export async function wireValues(
  context: OrgContext,
  description: Description,
  mode: WriteMode,
  properties: Readonly<Record<string, RawValue>>,
): Promise<WireValues> {
  const outcomes = await Promise.all(
    Object.entries(properties).map(async ([property, value]) => {
      const field = description.get(property);
      const outcome =
        field === undefined
          ? unknownField(context, property, value)
          : await wireValue(context, field, mode, value);
      return { property, outcome };
    }),
  );
  const values: Record<string, WireValue> = {};
  const refused: RefusedProperty[] = [];
  for (const { property, outcome } of outcomes) {
    if (outcome === "left-out") continue;
    if ("code" in outcome) refused.push({ property, ...outcome });
    else values[property] = outcome.value;
  }
  return { values, refused };
}

/** What is left to write where half of an amount is refused. */
export function withWholeAmounts(shape: WireShape, { values, refused }: WireValues): WireValues {
  const halves = halfAmounts(shape, { written: Object.keys(values), refused });
  const gone = new Set(halves.map(({ property }) => property));
  const kept = Object.entries(values).filter(([property]) => !gone.has(property));
  return { values: Object.fromEntries(kept), refused: [...refused, ...halves] };
}

type Outcome =
  | { readonly value: WireValue }
  | { readonly code: string; readonly message: string }
  | "left-out";

function refusal(code: string, message: string): Outcome {
  return { code, message: `The field ${message}` };
}

function unknownField(context: OrgContext, property: string, value: RawValue): Outcome {
  const isTheOnlyCurrency = value === null || value === context.singleCurrency;
  if (property === CURRENCY && isTheOnlyCurrency) return "left-out";
  return refusal("INVALID_FIELD", "does not exist, or Accord may not see it");
}

async function wireValue(
  context: OrgContext,
  field: FieldDescription,
  mode: WriteMode,
  value: RawValue,
): Promise<Outcome> {
  if (mode === "create" ? !field.createable : !field.updateable)
    return refusal("INVALID_FIELD_FOR_INSERT_UPDATE", `may not be set on ${mode}`);
  if (field.name === OWNER) return ownerValue(context, mode, value);
  if (value !== null) return typedValue(field, value);
  if (mode === "create") return "left-out";
  if (!field.nillable) return refusal("REQUIRED_FIELD_MISSING", "may not be blank");
  return { value: null };
}

/**
 * An owner cannot be blank in Salesforce: blank is Accord's own user, which reads as blank. An owner
 * with that user's e-mail address would read back as blank too, and is refused.
 */
async function ownerValue(
  { org, users }: OrgContext,
  mode: WriteMode,
  owner: RawValue,
): Promise<Outcome> {
  if (owner === null) return mode === "create" ? "left-out" : { value: await org.userId() };
  const id = await users.idOf(owner);
  if (id === undefined)
    return { code: "OWNER_UNKNOWN", message: "No active Salesforce user has this e-mail address" };
  if (id === (await org.userId()))
    return {
      code: "OWNER_UNKNOWN",
      message: "This is the integration user, who stands for nobody",
    };
  return { value: id };
}

function typedValue({ type, length, allowed }: FieldDescription, value: string): Outcome {
  if (type === "boolean") {
    if (value === "true" || value === "false") return { value: value === "true" };
    return refusal("INVALID_TYPE_ON_FIELD_IN_RECORD", "takes true or false");
  }
  if (NUMBERS.has(type)) {
    const number = jsonNumber(value);
    return number === undefined
      ? refusal("INVALID_TYPE_ON_FIELD_IN_RECORD", "takes a number")
      : { value: number };
  }
  if (type === "date" && !DAY.test(value))
    return refusal("INVALID_TYPE_ON_FIELD_IN_RECORD", "takes a day, as 2026-01-31");
  if (type === "datetime" && Number.isNaN(Date.parse(value)))
    return refusal("INVALID_TYPE_ON_FIELD_IN_RECORD", "takes an instant");
  const choices = type === "multipicklist" ? value.split(";") : [value];
  if (allowed !== undefined && !choices.every((choice) => allowed.has(fold(choice))))
    return refusal("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "does not list this value");
  if (length > 0 && [...value].length > length)
    return refusal("STRING_TOO_LONG", `holds ${length} characters at most`);
  return { value };
}
