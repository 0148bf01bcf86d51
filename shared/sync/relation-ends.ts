/** Where an opportunity's relations point on each side, and what holds the records they point at. */
export const ENDS = {
  person: { kind: "person", hubspot: "contacts", salesforce: "Contact" },
  company: { kind: "company", hubspot: "companies", salesforce: "Account" },
} as const;

/** What an opportunity's relation to an object is; undefined for objects that it is not related to. */
export function relationTo(object: string): keyof typeof ENDS | undefined {
  if (object === ENDS.person.hubspot || object === ENDS.person.salesforce) return "person";
  if (object === ENDS.company.hubspot || object === ENDS.company.salesforce) return "company";
  return undefined;
}
