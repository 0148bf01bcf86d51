const SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
const BLOCKS = [0, 5, 10] as const;
const BITS = [0, 1, 2, 3, 4] as const;

/** Prefixes of the ids of Salesforce's standard objects. */
const ID_PREFIX = {
  Account: "001",
  Campaign: "701",
  CampaignMember: "00v",
  Contact: "003",
  Lead: "00Q",
  Opportunity: "006",
  OpportunityContactRole: "00K",
  User: "005",
} as const;

/**
 * Id number `count` of an object, in 18 characters. The last three say, for each block of five, which
 * of its characters are capitals.
 */
export function salesforceId(object: keyof typeof ID_PREFIX, count: number): string {
  const id15 = `${ID_PREFIX[object]}Gn0${String(count).padStart(9, "0")}`;
  const suffix = BLOCKS.map((start) => {
    const capitals = BITS.filter((bit) => /[A-Z]/.test(id15.charAt(start + bit)));
    return SUFFIX.charAt(capitals.reduce<number>((sum, bit) => sum + 2 ** bit, 0));
  });
  return id15 + suffix.join("");
}
