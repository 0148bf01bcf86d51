import { inParallel } from "../sync/in-parallel.ts";
import type { FindBy, Observation } from "../sync/ports.ts";
import { observationsOf, observedFields } from "./observe.ts";
import { type OrgContext, shapeOf } from "./org-context.ts";
import { fullId } from "./record-id.ts";
import { containsLiteral, literal, queryIn } from "./soql.ts";

/** Live records, found in one query for each 200 values and object, and then observed. */
export async function find(
  context: OrgContext,
  objects: readonly string[],
  by: FindBy,
  values: readonly string[],
): Promise<readonly Observation[]> {
  const wanted =
    by === "id"
      ? values.flatMap((value) => fullId(value) ?? [])
      : values.filter((value) => value.trim() !== "");
  const found = await inParallel([...new Set(objects)], async (object) => {
    const condition = await conditionOn(context, object, by);
    if (condition === undefined || wanted.length === 0) return [];
    const fields = await observedFields(context, object);
    const live = object === "Lead" ? " AND IsConverted = false" : "";
    const rows = await queryIn(context.org, wanted.map(condition.literal), (piece) => ({
      object,
      rows: "live",
      text: `SELECT ${fields} FROM ${object} WHERE (${condition.of(piece)})${live}`,
    }));
    const unique = new Map(rows.map((row) => [row["Id"], row]));
    return observationsOf(context, object, [...unique.values()]);
  });
  return found.flat();
}

interface Condition {
  readonly literal: (value: string) => string;
  readonly of: (piece: readonly string[]) => string;
}

/** Undefined where the object lacks the field: then nothing of it can be found that way. */
async function conditionOn(
  context: OrgContext,
  object: string,
  by: FindBy,
): Promise<Condition | undefined> {
  const { idProperty, matchProperty = "", partnerProperty = "" } = shapeOf(context, object);
  const fields = {
    "accord-id": idProperty,
    email: "Email",
    domain: "Website",
    value: matchProperty,
    id: "Id",
    "partner-id": partnerProperty,
  };
  const field = fields[by];
  if (!(await context.describes.of(object)).has(field)) return undefined;
  const anyOf = (piece: readonly string[]) => `${field} IN (${piece.join(",")})`;
  if (by !== "domain") return { literal, of: anyOf };
  // A website is stored as it was typed: `www.x.io`, `https://x.io/`. The caller compares again.
  return {
    literal: (host) => `${field} LIKE ${containsLiteral(host)}`,
    of: (piece) => piece.join(" OR "),
  };
}
