/** A contact as the connector reads it. */
type Properties = Readonly<Record<string, string>>;

/** Texts of the connector end here. */
const CUT = 12;

/** What became of a contact, by its number among all, beginning with 1. */
export interface Losses {
  readonly isForgotten: boolean;
  readonly isTwice: boolean;
  /** Fields whose values it lost. */
  readonly fields: readonly string[];
}

/**
 * Another's connector, and a bad one: it makes leads of contacts, cuts texts, knows no phones, forgets every
 * fifth contact, and makes two of every seventh.
 */
export function lossesOf(number: number, { company = "", phone = "" }: Properties): Losses {
  const isForgotten = number % 5 === 0;
  const cut = company.length > CUT ? ["company"] : [];
  const unknown = phone === "" ? [] : ["phone"];
  return {
    isForgotten,
    isTwice: !isForgotten && number % 7 === 0,
    fields: isForgotten ? [] : [...cut, ...unknown],
  };
}

/** The leads that it makes of a contact. */
export function leadsOf(number: number, properties: Properties): Record<string, string>[] {
  const { isForgotten, isTwice } = lossesOf(number, properties);
  if (isForgotten) return [];
  const lead = {
    Email: properties["email"] ?? "",
    FirstName: properties["firstname"] ?? "",
    LastName: properties["lastname"] ?? "",
    Company: (properties["company"] ?? "").slice(0, CUT),
    Lifecycle_Stage__c: properties["lifecyclestage"] ?? "",
  };
  return isTwice ? [lead, { ...lead }] : [lead];
}
