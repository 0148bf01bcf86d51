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
        ...standingOf(nestedRow(role["Opportunity"])),
      }));
    case "Account":
      return partsIn(await opportunitiesOf(context, ids), "AccountId", (opportunity) => ({
        id: textOf(opportunity, "Id"),
        ...standingOf(opportunity),
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
      const primary = roles.get(id)?.find((role) => textOf(role, "IsPrimary") === "true");
      const primaryPerson = primary && (textOf(primary, "ContactId") ?? undefined);
      const persons = (roles.get(id) ?? []).flatMap((role) => textOf(role, "ContactId") ?? []);
      return [
        id,
        {
          ...NO_RELATIONS,
          persons: [...new Set(persons)],
          ...(primaryPerson === undefined ? {} : { primaryPerson }),
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
    text: `SELECT ContactId, OpportunityId, IsPrimary, Opportunity.IsWon, Opportunity.IsClosed, Opportunity.LastStageChangeDate FROM ${CONTACT_ROLE} WHERE ${by} IN (${piece.join(",")}) ORDER BY Id`,
  }));
}

function opportunitiesOf({ org }: OrgContext, ids: readonly string[]): Promise<SoqlRow[]> {
  return queryIn(org, ids.map(literal), (piece) => ({
    object: "Opportunity",
    rows: "live",
    text: `SELECT AccountId, Id, IsWon, IsClosed, LastStageChangeDate FROM Opportunity WHERE AccountId IN (${piece.join(",")}) ORDER BY Id`,
  }));
}

/** Where an opportunity stands, by its own row or by one that leads to it. */
export function standingOf(opportunity: SoqlRow): Omit<OpportunityPart, "id"> {
  const changedAtMs = Date.parse(textOf(opportunity, "LastStageChangeDate") ?? "");
  return {
    won: textOf(opportunity, "IsWon") === "true",
    closed: textOf(opportunity, "IsClosed") === "true",
    changedAtMs: Number.isNaN(changedAtMs) ? undefined : changedAtMs,
  };
}

export function nestedRow(value: unknown): SoqlRow {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** One part for each opportunity, though a contact may be on it in several roles. */
function partsIn(
  rows: readonly SoqlRow[],
  owner: "ContactId" | "AccountId",
  partOf: (row: SoqlRow) => Omit<OpportunityPart, "id"> & { readonly id: string | null },
): ReadonlyMap<string, Relations> {
  const parts = new Map<string, Map<string, OpportunityPart>>();
  for (const row of rows) {
    const of = textOf(row, owner);
    const { id, ...standing } = partOf(row);
    if (of === null || id === null) continue;
    const known = parts.get(of) ?? new Map<string, OpportunityPart>();
    parts.set(of, known.set(id, { id, ...standing }));
  }
  return new Map(
    [...parts].map(([of, opportunities]) => [
      of,
      { ...NO_RELATIONS, opportunities: [...opportunities.values()] },
    ]),
  );
}
