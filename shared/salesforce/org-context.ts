import type { RawValue } from "../core/codec/codec.ts";
import type { WireShape } from "../core/mapping/wire-shape.ts";
import { Fault } from "../sync/fault.ts";
import type { Describes, Description } from "./describe.ts";
import type { Org } from "./org.ts";
import { type SoqlRow, textOf } from "./soql.ts";
import type { Users } from "./users.ts";

/** What every part of the adapter works with. */
export interface OrgContext {
  readonly org: Org;
  readonly describes: Describes;
  readonly users: Users;
  readonly shapes: readonly WireShape[];
  /** The currency of an org that has just one, and names it on no record. */
  readonly singleCurrency: string;
  /** From so many rows on, an object is read as a whole by a query job of the Bulk API. */
  readonly bulkFromRows: number;
}

/** Who is on which opportunity. It is no record of ours, but its changes are changes of two that are. */
export const CONTACT_ROLE = "OpportunityContactRole";

/** Who is on which campaign. It is no record of ours, but a touch of one. */
export const CAMPAIGN_MEMBER = "CampaignMember";

/** Stands for an e-mail address with us, and for a user's id in Salesforce. */
export const OWNER = "OwnerId";

/** The currency of every amount on a record. Orgs with one currency lack the field. */
export const CURRENCY = "CurrencyIsoCode";

export function shapeOf({ shapes }: OrgContext, object: string): WireShape {
  const shape = shapes.find((candidate) => candidate.object === object);
  if (shape === undefined)
    throw new Fault("object-unmapped", `The mapping has no Salesforce object ${object}`);
  return shape;
}

/** Those of `fields` that exist and that Accord sees; asking for another fails the whole query. */
export function visible(description: Description, fields: readonly string[]): string[] {
  return [...new Set(fields)].filter((field) => description.has(field));
}

/** The mapped properties of a row, as text; owners as e-mail addresses. */
export async function propertiesOf(
  { users }: OrgContext,
  { properties }: WireShape,
  row: SoqlRow,
): Promise<Record<string, RawValue>> {
  const entries = properties
    .filter((property) => property in row)
    .map(async (property) => {
      const raw = textOf(row, property);
      return [property, property === OWNER ? await users.ownerOf(raw) : raw] as const;
    });
  return Object.fromEntries(await Promise.all(entries));
}
