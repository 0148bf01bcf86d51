import { inParallel } from "../sync/in-parallel.ts";
import { NO_RELATIONS, type Observation, type Ref, type Relations, refKey } from "../sync/ports.ts";
import { observeRoles } from "./observe-roles.ts";
import { CONTACT_ROLE, type OrgContext, propertiesOf, shapeOf, visible } from "./org-context.ts";
import { fullId } from "./record-id.ts";
import { relationsOf } from "./relations.ts";
import { epochMsOf, literal, queryIn, type SoqlRow, textOf } from "./soql.ts";

/** Read of every record besides what the mapping asks for; each only where the object has it. */
const ALWAYS = ["Id", "IsDeleted", "CreatedDate", "SystemModstamp", "LastModifiedById"] as const;
const WHERE_PRESENT = ["IsConverted", "ConvertedContactId", "AccountId", "MasterRecordId"] as const;

/** The fields of a query whose rows `observationsOf` understands. */
export async function observedFields(context: OrgContext, object: string): Promise<string> {
  const shape = shapeOf(context, object);
  const fields = [...ALWAYS, shape.idProperty, ...shape.properties, ...WHERE_PRESENT];
  return visible(await context.describes.of(object), fields).join(", ");
}

/** Two calls for each 200 records of an object (one for leads): the records, and their relations. */
export async function observe(
  context: OrgContext,
  refs: readonly Ref[],
): Promise<ReadonlyMap<string, Observation>> {
  const groups = [...Map.groupBy(refs, ({ object }) => object)];
  const found = await inParallel(groups, ([object, group]) => {
    const ids = [...new Set(group.flatMap(({ id }) => fullId(id) ?? []))];
    return object === CONTACT_ROLE ? observeRoles(context, ids) : observeIds(context, object, ids);
  });
  const byRef = new Map(found.flat().map((observation) => [refKey(observation.ref), observation]));
  return new Map(
    refs.map((ref) => {
      const id = fullId(ref.id);
      const seen = id === undefined ? undefined : byRef.get(refKey({ ...ref, id }));
      return [refKey(ref), seen === undefined ? goneObservation(ref) : { ...seen, ref }];
    }),
  );
}

async function observeIds(
  context: OrgContext,
  object: string,
  ids: readonly string[],
): Promise<Observation[]> {
  const fields = await observedFields(context, object);
  const rows = await queryIn(context.org, ids.map(literal), (piece) => ({
    object,
    rows: "with-deleted",
    text: `SELECT ${fields} FROM ${object} WHERE Id IN (${piece.join(",")})`,
  }));
  return observationsOf(context, object, rows);
}

/** Reads rows with `observedFields`, and the relations of those that live. */
export async function observationsOf(
  context: OrgContext,
  object: string,
  rows: readonly SoqlRow[],
): Promise<Observation[]> {
  const relations = await relationsOf(context, object, rows.filter(isLive));
  return Promise.all(
    rows.map((row) =>
      isLive(row)
        ? observation(context, object, row, relations.get(textOf(row, "Id") ?? ""))
        : goneRow(object, row),
    ),
  );
}

function isLive(row: SoqlRow): boolean {
  return textOf(row, "IsDeleted") !== "true";
}

async function observation(
  context: OrgContext,
  object: string,
  row: SoqlRow,
  relations: Relations = NO_RELATIONS,
): Promise<Observation> {
  const shape = shapeOf(context, object);
  const converted = textOf(row, "ConvertedContactId");
  return {
    ref: refOf(object, textOf(row, "Id") ?? ""),
    gone: false,
    continuedAs:
      textOf(row, "IsConverted") === "true" && converted !== null
        ? refOf("Contact", converted)
        : undefined,
    accordId: textOf(row, shape.idProperty) ?? undefined,
    properties: await propertiesOf(context, shape, row),
    createdAtMs: epochMsOf(row, "CreatedDate"),
    modifiedAtMs: epochMsOf(row, "SystemModstamp"),
    editedByUs:
      fullId(textOf(row, "LastModifiedById") ?? "") === fullId(await context.org.userId()),
    relations,
  };
}

/**
 * A deleted row. The loser of a merge names its master; a plain delete leaves that blank. Source:
 * https://developer.salesforce.com, SOAP API, "merge()" (read 2026-11-21).
 */
function goneRow(object: string, row: SoqlRow): Observation {
  const master = textOf(row, "MasterRecordId");
  return {
    ...goneObservation(refOf(object, textOf(row, "Id") ?? "")),
    continuedAs: master === null ? undefined : refOf(object, master),
    modifiedAtMs: epochMsOf(row, "SystemModstamp"),
  };
}

function goneObservation(ref: Ref): Observation {
  return {
    ref,
    gone: true,
    continuedAs: undefined,
    accordId: undefined,
    properties: {},
    createdAtMs: 0,
    modifiedAtMs: 0,
    relations: NO_RELATIONS,
  };
}

export function refOf(object: string, id: string): Ref {
  return { system: "salesforce", object, id };
}
