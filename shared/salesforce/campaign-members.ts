import type { Touch } from "../core/touches/touch.ts";
import type { ChangedRow, Ref } from "../sync/ports.ts";
import { refKey } from "../sync/ports.ts";
import { CAMPAIGN_MEMBER, type OrgContext } from "./org-context.ts";
import { fullId } from "./record-id.ts";
import { epochMsOf, literal, queryIn, type SoqlRow, textOf } from "./soql.ts";

/** What a poll reads of a member: enough to know whose touch it is, and whether it is news. */
export const MEMBER_POLL_FIELDS = ["LeadId", "ContactId"] as const;

const MEMBER_FIELDS = [
  ...["Id", "IsDeleted", "CreatedDate", "SystemModstamp", "LeadId", "ContactId"],
  ...["Status", "HasResponded", "FirstRespondedDate"],
  ...["CampaignId", "Campaign.Name", "Campaign.Type"],
];

/** Where a campaign member says who it is. A converted lead's stands under both. */
const PERSON_FIELDS = { Lead: "LeadId", Contact: "ContactId" } as const;

/**
 * The campaign members of persons, removed ones included while they are in the recycle bin: one call
 * for each 200 persons.
 */
export async function touchesOf(
  context: OrgContext,
  persons: readonly Ref[],
): Promise<ReadonlyMap<string, readonly Touch[]>> {
  const known = persons.flatMap(({ object, id }) => {
    const field = object === "Lead" || object === "Contact" ? PERSON_FIELDS[object] : undefined;
    const full = fullId(id);
    return field && full ? [{ field, id: full }] : [];
  });
  const fieldOf = new Map(known.map(({ field, id }) => [literal(id), field]));
  const rows = await queryIn(context.org, [...fieldOf.keys()], (piece) => ({
    object: CAMPAIGN_MEMBER,
    rows: "with-deleted",
    text: `SELECT ${MEMBER_FIELDS.join(", ")} FROM ${CAMPAIGN_MEMBER} WHERE ${whose(piece, fieldOf)}`,
  }));
  const members = [...new Map(rows.map((row) => [textOf(row, "Id"), row])).values()];
  return new Map(
    persons.map((person) => {
      const field = person.object === "Lead" ? "LeadId" : "ContactId";
      const theirs = members.filter((row) => textOf(row, field) === fullId(person.id));
      return [refKey(person), theirs.flatMap(touchesOfMember)];
    }),
  );
}

function whose(piece: readonly string[], fieldOf: ReadonlyMap<string, string>): string {
  return [...Map.groupBy(piece, (id) => fieldOf.get(id) ?? "ContactId")]
    .map(([field, ids]) => `${field} IN (${ids.join(",")})`)
    .join(" OR ");
}

/**
 * That a person was put on a campaign, and that they answered it (T5). The response comes first: a
 * worker that stops in between leaves a membership that is not known yet, and is read again.
 */
function touchesOfMember(row: SoqlRow): Touch[] {
  const campaign = nested(row["Campaign"]);
  const stamp = epochMsOf(row, "SystemModstamp");
  const member: Touch = {
    id: memberTouchId(row),
    at: new Date(epochMsOf(row, "CreatedDate")).toISOString(),
    kind: "campaign-member",
    system: "salesforce",
    origin: { object: CAMPAIGN_MEMBER, id: textOf(row, "Id") ?? "" },
    channel: textOf(campaign, "Type"),
    details: [],
    title: null,
    campaign: { id: textOf(row, "CampaignId") ?? "", name: textOf(campaign, "Name") },
    status: textOf(row, "Status"),
    ended:
      textOf(row, "IsDeleted") === "true"
        ? { at: new Date(stamp).toISOString(), because: "it was removed from the campaign" }
        : null,
    toldAtMs: stamp,
  };
  const respondedOn = textOf(row, "FirstRespondedDate");
  if (respondedOn === null) return [member];
  const response: Touch = {
    ...member,
    id: `${member.id}#response`,
    at: `${respondedOn}T00:00:00.000Z`,
    kind: "campaign-response",
  };
  return [response, member];
}

function memberTouchId(row: SoqlRow): string {
  return `salesforce#${CAMPAIGN_MEMBER}#${textOf(row, "Id")}`;
}

function nested(value: unknown): SoqlRow {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** A member is a touch of its person; one of an account alone is nobody's. */
export function toldByMember(row: SoqlRow): ChangedRow["touches"] {
  const lead = textOf(row, "LeadId");
  const id = lead ?? textOf(row, "ContactId");
  if (id === null) return undefined;
  return {
    person: { system: "salesforce", object: lead === null ? "Contact" : "Lead", id },
    seen: { id: memberTouchId(row), toldAtMs: epochMsOf(row, "SystemModstamp") },
  };
}
