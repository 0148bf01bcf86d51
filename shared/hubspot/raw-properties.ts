import type { RawValue } from "../core/codec/codec.ts";
import type { WireShape } from "../core/mapping/wire-shape.ts";
import { OWNER_PROPERTY, type OwnerDirectory } from "./owner-directory.ts";
import type { WireRecord } from "./wire-record.ts";

/** The mapped properties of a record in Accord's terms: blanks as null, owners by e-mail address. */
export async function rawProperties(
  shape: WireShape,
  { properties }: Pick<WireRecord, "properties">,
  owners: OwnerDirectory,
): Promise<Record<string, RawValue>> {
  const raw: Record<string, RawValue> = {};
  for (const name of shape.properties) raw[name] = properties[name] || null;
  const ownerId = raw[OWNER_PROPERTY];
  if (ownerId) raw[OWNER_PROPERTY] = await owners.emailOf(ownerId);
  return raw;
}
