import { NO_RELATIONS, type OpportunityPart, type Relations } from "../sync/ports.ts";
import { CONTACT_ROLE, type OrgContext } from "./org-context.ts";
import { literal, queryIn, type SoqlRow, textOf } from "./soql.ts";

/** The relations of live rows of one object, by the id of the row. One more query for each 200. */
export async function relationsOf(
  context: OrgContext,
  object: string,
  rows: readonly SoqlRow[],
): Promise<ReadonlyMap<string, Relations>> {
  const ids = rows.map((row) => textOf(row, "Id") ?? "");
  if (ids.length === 0) return new Map();
  switch (object) {
    case "Opportunity":
      return relationsOfOpportunities(context, rows, ids);
    case "Contact":
      return partsIn(await rolesOf(context, "ContactId", ids), "ContactId", (role) => ({
        id: textOf(role, "OpportunityId"),
        won: isWon(role["Opportunity"]),
      }));
    case "Account":
      return partsIn(await opportunitiesOf(context, ids), "AccountId", (opportunity) => ({
        id: textOf(opportunity, "Id"),
        won: textOf(opportunity, "IsWon") === "true",
      }));
    default:
      return new Map();
  }
}

async function relationsOfOpportunities(
  context: OrgContext,
  rows: readonly SoqlRow[],
  ids: readonly string[],
): Promise<ReadonlyMap<string, Relations>> {
  const roles = Map.groupBy(await rolesOf(context, "OpportunityId", ids), (role) =>
    textOf(role, "OpportunityId"),
  );
  return new Map(
    rows.map((row) => {
      const id = textOf(row, "Id") ?? "";
      const account = textOf(row, "AccountId");
      const persons = (roles.get(id) ?? []).flatMap((role) => textOf(role, "ContactId") ?? []);
      return [
        id,
        {
          ...NO_RELATIONS,
          persons: [...new Set(persons)],
          companies: account === null ? [] : [account],
        },
      ];
    }),
  );
}

function rolesOf(
  { org }: OrgContext,
  by: "OpportunityId" | "ContactId",
  ids: readonly string[],
): Promise<SoqlRow[]> {
  return queryIn(org, ids.map(literal), (piece) => ({
    object: CONTACT_ROLE,
    rows: "live",
    text: `SELECT ContactId, OpportunityId, Opportunity.IsWon FROM ${CONTACT_ROLE} WHERE ${by} IN (${piece.join(",")}) ORDER BY Id`,
  }));
}

function opportunitiesOf({ org }: OrgContext, ids: readonly string[]): Promise<SoqlRow[]> {
  return queryIn(org, ids.map(literal), (piece) => ({
    object: "Opportunity",
    rows: "live",
    text: `SELECT AccountId, Id, IsWon FROM Opportunity WHERE AccountId IN (${piece.join(",")}) ORDER BY Id`,
  }));
}

function isWon(opportunity: unknown): boolean {
  return (
    typeof opportunity === "object" &&
    opportunity !== null &&
    "IsWon" in opportunity &&
    opportunity.IsWon === true
  );
}

/** One part for each opportunity, though a contact may be on it in several roles. */
function partsIn(
  rows: readonly SoqlRow[],
  owner: "ContactId" | "AccountId",
  partOf: (row: SoqlRow) => { readonly id: string | null; readonly won: boolean },
): ReadonlyMap<string, Relations> {
  const parts = new Map<string, Map<string, OpportunityPart>>();
  for (const row of rows) {
    const of = textOf(row, owner);
    const { id, won } = partOf(row);
    if (of === null || id === null) continue;
    const known = parts.get(of) ?? new Map<string, OpportunityPart>();
    parts.set(of, known.set(id, { id, won }));
  }
  return new Map(
    [...parts].map(([of, opportunities]) => [
      of,
      { ...NO_RELATIONS, opportunities: [...opportunities.values()] },
    ]),
  );
}
