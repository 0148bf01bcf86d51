/** A property as `/crm/v3/properties` describes it. */
export interface PropertyDefinition {
  readonly name: string;
  readonly label: string;
  readonly type: string;
  readonly fieldType: string;
  readonly description: string;
  readonly groupName: string;
  readonly options: readonly PropertyOption[];
  readonly displayOrder: number;
  readonly calculated: boolean;
  readonly externalOptions: boolean;
  readonly hasUniqueValue: boolean;
  readonly hidden: boolean;
  readonly hubspotDefined?: boolean;
  readonly referencedObjectType?: string;
  readonly modificationMetadata: {
    readonly archivable: boolean;
    readonly readOnlyDefinition: boolean;
    readonly readOnlyValue: boolean;
  };
  readonly formField: boolean;
  readonly dataSensitivity: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface PropertyOption {
  readonly label: string;
  readonly value: string;
  readonly description?: string;
  readonly displayOrder: number;
  readonly hidden: boolean;
}

export interface PropertyTraits {
  readonly label?: string;
  readonly groupName?: string;
  readonly description?: string;
  readonly options?: readonly PropertyOption[];
  readonly readOnly?: boolean;
  readonly calculated?: boolean;
  readonly unique?: boolean;
  readonly externalOptions?: boolean;
  readonly referencedObjectType?: string;
  readonly formField?: boolean;
}

const STANDARD_SINCE = "2020-06-30T15:57:37.000Z";

/** A property HubSpot itself defines. `kind` is `type` or `type/fieldType`. */
export function standardProperty(
  name: string,
  kind: string,
  traits: PropertyTraits = {},
): PropertyDefinition {
  const [type = "string", fieldType = FIELD_TYPES[type] ?? "text"] = kind.split("/");
  return {
    name,
    label: traits.label ?? labelOf(name),
    type,
    fieldType,
    description: traits.description ?? "",
    groupName: traits.groupName ?? "information",
    options: traits.options ?? (type === "bool" ? TRUE_FALSE : []),
    displayOrder: -1,
    calculated: traits.calculated ?? false,
    externalOptions: traits.externalOptions ?? false,
    hasUniqueValue: traits.unique ?? false,
    hidden: false,
    hubspotDefined: true,
    ...(traits.referencedObjectType ? { referencedObjectType: traits.referencedObjectType } : {}),
    modificationMetadata: {
      archivable: true,
      readOnlyDefinition: true,
      readOnlyValue: traits.readOnly ?? traits.calculated ?? false,
    },
    formField: traits.formField ?? false,
    dataSensitivity: "non_sensitive",
    createdAt: STANDARD_SINCE,
    updatedAt: STANDARD_SINCE,
  };
}

const FIELD_TYPES: Readonly<Record<string, string>> = {
  string: "text",
  number: "number",
  date: "date",
  datetime: "date",
  bool: "booleancheckbox",
  enumeration: "select",
  phone_number: "phonenumber",
};

/** Options whose labels are their values made readable. */
export function optionsOf(...values: readonly string[]): PropertyOption[] {
  return values.map((value, displayOrder) => ({
    label: labelOf(value),
    value,
    displayOrder,
    hidden: false,
  }));
}

const TRUE_FALSE = optionsOf("true", "false");

function labelOf(name: string): string {
  const words = name.replace(/^hs_/, "").toLowerCase().split("_").join(" ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
