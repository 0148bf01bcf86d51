/** A kind of CRM record, with what differs between kinds on the wire. */
export interface ObjectType {
  readonly typeId: string;
  readonly singular: string;
  readonly plural: string;
  /** Named in list, get, batch read and search answers that ask for nothing in particular. */
  readonly defaultProperties: readonly string[];
  /** Sent with every record, whatever was asked for. */
  readonly alwaysSent: readonly string[];
  readonly modifiedProperty: string;
  /** What the free-text `query` of a search looks at. */
  readonly queriedProperties: readonly string[];
}

function objectType(type: Omit<ObjectType, "alwaysSent">, created = "createdate"): ObjectType {
  return { ...type, alwaysSent: [created, "hs_object_id", type.modifiedProperty] };
}

export const CONTACT = objectType({
  typeId: "0-1",
  singular: "contact",
  plural: "contacts",
  defaultProperties: [
    "createdate",
    "email",
    "firstname",
    "hs_object_id",
    "lastmodifieddate",
    "lastname",
  ],
  modifiedProperty: "lastmodifieddate",
  queriedProperties: ["firstname", "lastname", "email", "hs_additional_emails", "phone", "company"],
});

export const COMPANY = objectType({
  typeId: "0-2",
  singular: "company",
  plural: "companies",
  defaultProperties: ["createdate", "domain", "hs_lastmodifieddate", "hs_object_id", "name"],
  modifiedProperty: "hs_lastmodifieddate",
  queriedProperties: ["name", "domain", "website", "phone"],
});

export const DEAL = objectType({
  typeId: "0-3",
  singular: "deal",
  plural: "deals",
  defaultProperties: [
    "amount",
    "closedate",
    "createdate",
    "dealname",
    "dealstage",
    "hs_lastmodifieddate",
    "hs_object_id",
    "pipeline",
  ],
  modifiedProperty: "hs_lastmodifieddate",
  queriedProperties: ["dealname", "pipeline", "dealstage", "description", "dealtype"],
});

export const LEAD = objectType(
  {
    typeId: "0-136",
    singular: "lead",
    plural: "leads",
    defaultProperties: ["hs_createdate", "hs_lastmodifieddate", "hs_object_id"],
    modifiedProperty: "hs_lastmodifieddate",
    queriedProperties: ["hs_lead_name"],
  },
  "hs_createdate",
);

/** HubSpot's own. */
export const STANDARD_TYPES: readonly ObjectType[] = [CONTACT, COMPANY, DEAL, LEAD];

/** An object that an account has defined: its plural is the fully qualified name. */
export function customObjectType(
  named: Pick<ObjectType, "typeId" | "singular" | "plural" | "queriedProperties">,
): ObjectType {
  return objectType(
    {
      ...named,
      defaultProperties: ["hs_createdate", "hs_lastmodifieddate", "hs_object_id"],
      modifiedProperty: "hs_lastmodifieddate",
    },
    "hs_createdate",
  );
}

export function isCustom({ typeId }: ObjectType): boolean {
  return typeId.startsWith("2-");
}

/** Plural, singular, type id and the long-lived upper-case names all mean the same object. */
export function findStandardType(name: string): ObjectType | undefined {
  const lower = name.toLowerCase();
  return STANDARD_TYPES.find(
    ({ typeId, singular, plural }) => lower === plural || lower === typeId || lower === singular,
  );
}
