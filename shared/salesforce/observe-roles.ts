import type { Observation } from "../sync/ports.ts";
import { CONTACT_ROLE, type OrgContext } from "./org-context.ts";
import { nestedRow, standingOf } from "./relations.ts";
import { epochMsOf, literal, queryIn, type SoqlRow, textOf } from "./soql.ts";

/**
 * Contact roles that a change event named without saying whose they are. A role has no values of its
 * own for us: it is its person and its opportunity. A deleted role still names both.
 */
export async function observeRoles(
  { org }: OrgContext,
  ids: readonly string[],
): Promise<Observation[]> {
  const rows = await queryIn(org, ids.map(literal), (piece) => ({
    object: CONTACT_ROLE,
    rows: "with-deleted",
    text: `SELECT Id, IsDeleted, CreatedDate, SystemModstamp, OpportunityId, ContactId, Opportunity.IsWon, Opportunity.IsClosed, Opportunity.LastStageChangeDate FROM ${CONTACT_ROLE} WHERE Id IN (${piece.join(",")})`,
  }));
  return rows.map(roleObservation);
}

function roleObservation(row: SoqlRow): Observation {
  const opportunity = textOf(row, "OpportunityId");
  const contact = textOf(row, "ContactId");
  return {
    ref: { system: "salesforce", object: CONTACT_ROLE, id: textOf(row, "Id") ?? "" },
    gone: textOf(row, "IsDeleted") === "true",
    continuedAs: undefined,
    accordId: undefined,
    properties: {},
    createdAtMs: epochMsOf(row, "CreatedDate"),
    modifiedAtMs: epochMsOf(row, "SystemModstamp"),
    relations: {
      persons: contact === null ? [] : [contact],
      companies: [],
      opportunities:
        opportunity === null
          ? []
          : [{ id: opportunity, ...standingOf(nestedRow(row["Opportunity"])) }],
    },
  };
}
