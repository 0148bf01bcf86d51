import type { System } from "../reconcile/system.ts";
import { propertiesOfSource } from "../touches/touch-source.ts";
import type { MappedField, Mapping } from "./mapping.ts";

/** Which properties of an object the mapping reads, and which one holds our record id. */
export interface WireShape {
  readonly object: string;
  readonly idProperty: string;
  readonly properties: readonly string[];
  /** The property that holds the value by which records are known across systems. */
  readonly matchProperty?: string;
  /** The property that holds the other system's id of a record. */
  readonly partnerProperty?: string;
  /** Properties that hold one sum of money together: an amount with its currency. */
  readonly amounts?: readonly (readonly string[])[];
}

/** The properties of every mapped object of `system`. */
export function wireShapes(mapping: Mapping, system: System): WireShape[] {
  return mapping.kinds.flatMap(({ objects, fields, matchField, touchSources = [], lifecycle }) =>
    objects
      .filter((mapped) => mapped.system === system)
      .map(({ object, idProperty, alsoKnownBy, partnerIdIn }) => ({
        object,
        idProperty,
        properties: [
          ...new Set([
            ...fields.flatMap((field) => [...(field.places[object]?.properties ?? [])]),
            ...[alsoKnownBy, partnerIdIn].flatMap((name) => name ?? []),
            ...Object.values(lifecycle?.machine.objects[object]?.enteredAt ?? {}).flat(),
            ...touchSources.filter((one) => one.object === object).flatMap(propertiesOfSource),
          ]),
        ].sort(),
        ...matchProperty(fields, matchField, object),
        ...(partnerIdIn === undefined ? {} : { partnerProperty: partnerIdIn }),
        amounts: fields
          .filter(({ type }) => type === "money")
          .flatMap(({ places }) => (places[object] ? [places[object].properties] : [])),
      })),
  );
}

function matchProperty(
  fields: readonly MappedField[],
  matchField: string | undefined,
  object: string,
): Pick<WireShape, "matchProperty"> {
  const [property] =
    fields.find(({ name }) => name === matchField)?.places[object]?.properties ?? [];
  return property === undefined ? {} : { matchProperty: property };
}
