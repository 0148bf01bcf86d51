import type { ObjectType } from "./object-type.ts";

/** One meaning an association can have, in one direction. */
export interface AssociationType {
  readonly typeId: number;
  readonly category: string;
  readonly label: string | null;
  /** `plural>plural`. */
  readonly pair: string;
  /** The same association seen from the other record. */
  readonly inverseId: number;
  /** As the `associations` of a single record name it. */
  readonly legacyName: string;
}

function standard(
  [from, to]: readonly [string, string],
  typeId: number,
  inverseId: number,
  legacyName: string,
  label: string | null = null,
): AssociationType {
  return {
    typeId,
    category: "HUBSPOT_DEFINED",
    label,
    pair: `${from}>${to}`,
    inverseId,
    legacyName,
  };
}

/**
 * Ids as in `AssociationTypes` of `@hubspot/api-client` 14.0.1 and, for leads, the leads guide.
 * Unverified: the ids from contact and company to lead (579, 609, 611).
 */
const STANDARD_TYPES: readonly AssociationType[] = [
  standard(["contacts", "companies"], 1, 2, "contact_to_company", "Primary"),
  standard(["contacts", "companies"], 279, 280, "contact_to_company_unlabeled"),
  standard(["companies", "contacts"], 2, 1, "company_to_contact", "Primary"),
  standard(["companies", "contacts"], 280, 279, "company_to_contact_unlabeled"),
  standard(["deals", "contacts"], 3, 4, "deal_to_contact"),
  standard(["contacts", "deals"], 4, 3, "contact_to_deal"),
  standard(["deals", "companies"], 5, 6, "deal_to_company", "Primary"),
  standard(["deals", "companies"], 341, 342, "deal_to_company_unlabeled"),
  standard(["companies", "deals"], 6, 5, "company_to_deal", "Primary"),
  standard(["companies", "deals"], 342, 341, "company_to_deal_unlabeled"),
  standard(["companies", "companies"], 13, 14, "parent_to_child_company", "Child Company"),
  standard(["companies", "companies"], 14, 13, "child_to_parent_company", "Parent Company"),
  standard(["companies", "companies"], 450, 450, "company_to_company"),
  standard(["contacts", "contacts"], 449, 449, "contact_to_contact"),
  standard(["deals", "deals"], 451, 451, "deal_to_deal"),
  standard(["leads", "contacts"], 578, 579, "lead_to_primary_contact", "Primary"),
  standard(["leads", "contacts"], 608, 609, "lead_to_contact"),
  standard(["contacts", "leads"], 579, 578, "primary_contact_to_lead", "Primary"),
  standard(["contacts", "leads"], 609, 608, "contact_to_lead"),
  standard(["leads", "companies"], 610, 611, "lead_to_company"),
  standard(["companies", "leads"], 611, 610, "company_to_lead"),
];

/** The association without a label, which every labelled one includes. */
const PLAIN: Readonly<Record<string, number>> = {
  "contacts>companies": 279,
  "companies>contacts": 280,
  "deals>contacts": 3,
  "contacts>deals": 4,
  "deals>companies": 341,
  "companies>deals": 342,
  "companies>companies": 450,
  "contacts>contacts": 449,
  "deals>deals": 451,
  "leads>contacts": 608,
  "contacts>leads": 609,
  "leads>companies": 610,
  "companies>leads": 611,
};

/** Of these a record has at most one: naming another takes it from the first. */
const ONE_PER_RECORD: ReadonlySet<number> = new Set([1, 5, 578, 14]);

export const PRIMARY_COMPANY = 1;
export const LEAD_PRIMARY_CONTACT = 578;

export function pairOf(from: ObjectType, to: ObjectType): string {
  return `${from.plural}>${to.plural}`;
}

export function standardTypes(pair: string): AssociationType[] {
  return STANDARD_TYPES.filter((type) => type.pair === pair);
}

export function plainTypeId(pair: string): number | undefined {
  return PLAIN[pair];
}

export function isOnePerRecord(typeId: number): boolean {
  return ONE_PER_RECORD.has(typeId);
}
