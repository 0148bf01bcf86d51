/** The two systems that Accord keeps in agreement. */
export const SYSTEMS = ["hubspot", "salesforce"] as const;

export type System = (typeof SYSTEMS)[number];

export function otherSystem(system: System): System {
  return system === "hubspot" ? "salesforce" : "hubspot";
}

/**
 * What a record is of, as the mapping declares it. `person`, `company` and `opportunity` have roles of
 * their own: opportunities have persons and a company, and persons have touches and a lifecycle.
 */
export type Kind = string;
