import type { FieldType } from "../../shared/core/codec/field-type.ts";
import type {
  CrmDescriptions,
  ObjectDescription,
  PropertyDescription,
  PropertyType,
} from "../../shared/core/mapping/crm-description.ts";
import type { Mapping } from "../../shared/core/mapping/mapping.ts";

const TYPES: Readonly<Record<FieldType, PropertyType>> = {
  text: "text",
  email: "text",
  phone: "text",
  domain: "text",
  date: "date",
  datetime: "datetime",
  money: "number",
  choice: "text",
};

const plain = (type: PropertyType): PropertyDescription => ({
  type,
  writable: true,
  unique: false,
  options: undefined,
  maxLength: undefined,
});

/** An object just as a mapping needs it; undefined where it maps no such object. */
export function fittingObject({ kinds }: Mapping, object: string): ObjectDescription | undefined {
  const kind = kinds.find(({ objects }) => objects.some((one) => one.object === object));
  const mapped = kind?.objects.find((one) => one.object === object);
  if (!kind || !mapped) return undefined;
  return new Map([
    ...kind.fields.flatMap(({ type, places }) =>
      (places[object]?.properties ?? []).map((name) => [name, plain(TYPES[type])] as const),
    ),
    [mapped.idProperty, { ...plain("text"), unique: true, maxLength: 36 }],
  ]);
}

/** Both CRMs just as a mapping needs them. */
export function fittingCrms(mapping: Mapping): CrmDescriptions {
  const describe = (system: "hubspot" | "salesforce") =>
    new Map(
      mapping.kinds.flatMap(({ objects }) =>
        objects
          .filter((one) => one.system === system)
          .map(({ object }) => [object, fittingObject(mapping, object)] as const),
      ),
    );
  return { hubspot: describe("hubspot"), salesforce: describe("salesforce") };
}
