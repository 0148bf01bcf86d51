import { inParallel } from "../sync/in-parallel.ts";
import type { MissingField } from "../sync/ports.ts";
import type { OrgContext } from "./org-context.ts";
import { allowFields } from "./permissions.ts";

type NotCreated = { readonly field: MissingField; readonly message: string };

/** Our ids are UUIDs. Other text takes what Salesforce gives a text field at most. */
const ID_LENGTH = 36;
const TEXT_LENGTH = 255;

/** Before and behind the point together. Source: "Custom Field Types", Salesforce help. */
const MOST_DIGITS = 18;

/** The field is there, but hidden from us so far: then all it needs is the permission. */
const EXISTS: ReadonlySet<string> = new Set(["DUPLICATE_DEVELOPER_NAME", "DUPLICATE_VALUE"]);

/** Those that do not exist, or that the integration user does not see, which comes to the same. */
export async function missingFields(
  { describes }: OrgContext,
  wanted: readonly MissingField[],
): Promise<readonly MissingField[]> {
  const ours = wanted.filter(({ system }) => system === "salesforce");
  const seen = await inParallel(ours, async (field) =>
    (await describes.of(field.object)).has(field.property),
  );
  return ours.filter((_field, index) => seen[index] === false);
}

/**
 * Creates fields one by one, since the Tooling API has no collections of them, and lets the
 * integration user see and edit them: a field made by API is visible to nobody until somebody says so.
 */
export async function createFields(
  context: OrgContext,
  missing: readonly MissingField[],
): Promise<readonly NotCreated[]> {
  if (missing.length === 0) return [];
  const attempts: { readonly field: MissingField; readonly message: string | undefined }[] = [];
  // One after the other: Salesforce locks an object's metadata while a field is added to it.
  for (const field of missing) attempts.push({ field, message: await createField(context, field) });
  const created = attempts.filter(({ message }) => message === undefined);
  const hidden = await allowFields(
    context,
    created.map(({ field }) => field),
  );
  context.describes.forget();
  const refused = attempts.flatMap(({ field, message }) =>
    message === undefined ? [] : [{ field, message }],
  );
  return [...refused, ...hidden];
}

/** @returns Why it was not created, or undefined. */
async function createField({ org }: OrgContext, field: MissingField): Promise<string | undefined> {
  const answer = await org.attempt({
    method: "POST",
    path: "/tooling/sobjects/CustomField",
    body: JSON.stringify({
      FullName: `${field.object}.${field.property}`,
      Metadata: metadataOf(field),
    }),
    repeatable: false,
  });
  if (answer.ok || EXISTS.has(answer.code)) return undefined;
  return `${answer.code}: ${answer.message}`;
}

function metadataOf({ label, type, decimals = 0, unique }: MissingField): object {
  if (type === "number") return { label, type: "Number", precision: MOST_DIGITS, scale: decimals };
  if (type === "datetime") return { label, type: "DateTime" };
  if (type === "date") return { label, type: "Date" };
  if (!unique) return { label, type: "Text", length: TEXT_LENGTH };
  return {
    label,
    type: "Text",
    length: ID_LENGTH,
    unique: true,
    externalId: true,
    caseSensitive: false,
  };
}
