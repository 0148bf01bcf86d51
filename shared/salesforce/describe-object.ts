import * as z from "zod";
import type { ObjectDescription, PropertyType } from "../core/mapping/crm-description.ts";
import type { OrgContext } from "./org-context.ts";
import { faultOf } from "./refusal.ts";

/** Salesforce's types in words of ours. Source: Object Reference, "Field Types" (read 2026-11-21). */
const TYPES: Readonly<Record<string, PropertyType>> = {
  string: "text",
  textarea: "text",
  email: "text",
  phone: "text",
  url: "text",
  encryptedstring: "text",
  int: "number",
  long: "number",
  double: "number",
  currency: "number",
  percent: "number",
  boolean: "boolean",
  date: "date",
  datetime: "datetime",
  picklist: "choice",
  multipicklist: "choice",
  combobox: "choice",
};

const describeAnswer = z.object({
  fields: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      length: z.coerce.number().catch(0),
      updateable: z.boolean(),
      externalId: z.boolean().catch(false),
      unique: z.boolean().catch(false),
      restrictedPicklist: z.boolean().catch(false),
      picklistValues: z.array(z.object({ value: z.string(), active: z.boolean() })).catch([]),
    }),
  ),
});

/** An object's fields as the integration user sees them; undefined where it sees no such object. */
export async function describeObject(
  { org }: Pick<OrgContext, "org">,
  object: string,
): Promise<ObjectDescription | undefined> {
  const path = `/sobjects/${encodeURIComponent(object)}/describe`;
  const answer = await org.attempt({ method: "GET", path, repeatable: true });
  if (!answer.ok && answer.status === 404) return undefined;
  if (!answer.ok) throw faultOf(answer, `see ${object}`);
  const { fields } = describeAnswer.parse(answer.body);
  return new Map(
    fields.map(({ name, type, length, updateable, externalId, unique, ...field }) => [
      name,
      {
        type: TYPES[type] ?? "other",
        writable: updateable,
        unique: externalId && unique,
        options: field.restrictedPicklist
          ? field.picklistValues.filter(({ active }) => active).map(({ value }) => value)
          : undefined,
        maxLength: length > 0 ? length : undefined,
      },
    ]),
  );
}
