/** The two systems that Accord keeps in agreement. */
export const SYSTEMS = ["hubspot", "salesforce"] as const;

export type System = (typeof SYSTEMS)[number];

export function otherSystem(system: System): System {
  return system === "hubspot" ? "salesforce" : "hubspot";
}

/** What a record is of. */
export const KINDS = ["person", "company", "opportunity"] as const;

export type Kind = (typeof KINDS)[number];
