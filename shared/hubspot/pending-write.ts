import type { RawValue } from "../core/codec/codec.ts";
import { halfAmounts } from "../sync/half-amounts.ts";
import type { RecordWrite, RefusedProperty } from "../sync/ports.ts";
import type { HubspotContext } from "./hubspot-context.ts";
import { OWNER_PROPERTY } from "./owner-directory.ts";
import { type Definitions, LONGEST_TEXT } from "./property-definitions.ts";

/** A write on its way, in HubSpot's terms. */
export interface PendingWrite {
  /** Its place among the writes of the call. */
  readonly index: number;
  readonly write: RecordWrite;
  /** What is still to be written. */
  readonly values: Readonly<Record<string, string>>;
  readonly refused: readonly RefusedProperty[];
  /** How often it has been sent alone. */
  readonly attempts: number;
}

/**
 * Puts values into HubSpot's terms, and takes out what HubSpot is known to refuse: one bad value
 * would fail the whole batch. Blank is written as '', since what null does is not documented.
 */
export async function pendingWrite(
  context: HubspotContext,
  write: RecordWrite,
  index: number,
): Promise<PendingWrite> {
  const { idProperty, amounts = [] } = context.shapeOf(write.object);
  const names = Object.keys(write.properties);
  const needed = write.id === undefined ? [...names, idProperty] : names;
  const definitions = await context.definitions.of(write.object, needed);
  const values: Record<string, string> = {};
  const refused: RefusedProperty[] = [];
  const isLeftOut = (property: string, raw: RawValue) =>
    !definitions.has(property) &&
    amounts.some(([, currency]) => currency === property) &&
    (raw === null || raw === context.singleCurrency);
  for (const [property, raw] of Object.entries(write.properties)) {
    if (isLeftOut(property, raw)) continue;
    const problem = knownProblem(definitions, property, raw);
    const value = problem ? undefined : await wireValue(context, property, raw);
    if (value === undefined) refused.push({ property, ...(problem ?? OWNER_UNKNOWN) });
    else values[property] = value;
  }
  return withWholeAmounts(context, { index, write, values, refused, attempts: 0 });
}

/** Without the halves of amounts whose other half is refused. */
function withWholeAmounts(context: HubspotContext, pending: PendingWrite): PendingWrite {
  const { values, refused, write } = pending;
  const halves = halfAmounts(context.shapeOf(write.object), {
    written: Object.keys(values),
    refused,
  });
  return halves.length > 0 ? without(pending, halves) : pending;
}

const OWNER_UNKNOWN = {
  code: "OWNER_UNKNOWN",
  message: "no HubSpot owner has this e-mail address",
};

async function wireValue(
  { owners }: HubspotContext,
  property: string,
  raw: RawValue,
): Promise<string | undefined> {
  if (raw === null || raw === "") return "";
  return property === OWNER_PROPERTY ? owners.idOf(raw) : raw;
}

function knownProblem(
  definitions: Definitions,
  property: string,
  raw: RawValue,
): Pick<RefusedProperty, "code" | "message"> | undefined {
  const definition = definitions.get(property);
  if (!definition)
    return { code: "PROPERTY_DOESNT_EXIST", message: "HubSpot has no property of this name" };
  if (definition.readOnly)
    return { code: "READ_ONLY_VALUE", message: "HubSpot sets this property itself" };
  if (raw === null || property === OWNER_PROPERTY) return undefined;
  if (raw.length > LONGEST_TEXT)
    return { code: "TOO_LONG", message: `HubSpot holds at most ${LONGEST_TEXT} characters` };
  const chosen = definition.several ? raw.split(";").filter((option) => option !== "") : [raw];
  const { options } = definition;
  if (raw !== "" && options && !chosen.every((option) => options.has(option)))
    return { code: "INVALID_OPTION", message: "HubSpot's property has no such option" };
  return raw === "" ? undefined : typeProblem(definition.type, raw);
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Dates go as ISO 8601 or epoch milliseconds; what else HubSpot reads is not documented. */
function typeProblem(type: string, raw: string) {
  if (type === "number" && !NUMBER.test(raw.trim()))
    return { code: "INVALID_DOUBLE", message: "HubSpot's property takes a number" };
  const isDate = type === "date" || type === "datetime";
  if (isDate && !/^-?\d+$/.test(raw) && Number.isNaN(Date.parse(raw)))
    return {
      code: type === "date" ? "INVALID_DATE" : "INVALID_DATETIME",
      message: "HubSpot's property takes a date",
    };
  return undefined;
}

/** The same write without some of its properties, which count as refused. */
export function withoutProperties(
  context: HubspotContext,
  pending: PendingWrite,
  problems: readonly RefusedProperty[],
): PendingWrite {
  return withWholeAmounts(context, without(pending, problems));
}

function without(pending: PendingWrite, problems: readonly RefusedProperty[]): PendingWrite {
  const dropped = new Map(problems.map((problem) => [problem.property, problem]));
  const kept = Object.entries(pending.values).filter(([property]) => !dropped.has(property));
  const refused = [...dropped.values()].filter(({ property }) => property in pending.values);
  return {
    ...pending,
    values: Object.fromEntries(kept),
    refused: [...pending.refused, ...refused],
  };
}
