import { type DurableMap, type DurableMapOptions, openDurableMap } from "./durable-map.ts";
import { isCustom, type ObjectType } from "./object-type.ts";
import type { PropertyDefinition } from "./property-definition.ts";
import { invalid } from "./refusal.ts";
import { standardProperties, systemProperties } from "./standard-properties.ts";

interface PropertyGroup {
  readonly name: string;
  readonly label: string;
  readonly displayOrder: number;
  readonly archived: boolean;
}

/** The properties and property groups of every object. */
export interface Definitions {
  list(type: ObjectType): PropertyDefinition[];
  get(type: ObjectType, name: string): PropertyDefinition | undefined;
  put(type: ObjectType, definition: PropertyDefinition): void;
  archive(type: ObjectType, name: string): void;
  uniqueNames(type: ObjectType): readonly string[];
  groups(type: ObjectType): PropertyGroup[];
  putGroup(type: ObjectType, group: PropertyGroup): void;
  archiveGroup(type: ObjectType, name: string): void;
}

interface OwnedDefinition {
  readonly plural: string;
  readonly definition: PropertyDefinition;
}

interface OwnedGroup {
  readonly plural: string;
  readonly group: PropertyGroup;
}

type Opening = Omit<DurableMapOptions<never>, "table" | "onChange">;

export function openDefinitions(opening: Opening): Definitions {
  const standard = standardProperties();
  const byType = new Map<string, Map<string, PropertyDefinition>>();
  /** An account's own objects begin with what every object has. */
  const ofPlural = (plural: string) => {
    const known = byType.get(plural);
    if (known) return known;
    const all = standard[plural] ?? systemProperties();
    const fresh = new Map(all.map((each) => [each.name, each]));
    byType.set(plural, fresh);
    return fresh;
  };
  const uniqueNames = new Map<string, readonly string[]>();
  const custom: DurableMap<OwnedDefinition> = openDurableMap({
    ...opening,
    table: "properties",
    onChange: ({ before, after }) => {
      uniqueNames.clear();
      const { plural, definition } = after ?? before ?? {};
      if (plural === undefined || definition === undefined) return;
      const now = after
        ? definition
        : standard[plural]?.find(({ name }) => name === definition.name);
      if (now) ofPlural(plural).set(definition.name, now);
      else ofPlural(plural).delete(definition.name);
    },
  });
  const groups: DurableMap<OwnedGroup> = openDurableMap({ ...opening, table: "property-groups" });
  const keyOf = (type: ObjectType, name: string) => `${type.plural}/${name}`;
  return {
    list: (type) => [...ofPlural(type.plural).values()],
    get: (type, name) => ofPlural(type.plural).get(name),
    put: (type, definition) =>
      custom.set(keyOf(type, definition.name), { plural: type.plural, definition }),
    archive: (type, name) => {
      if (!custom.has(keyOf(type, name)))
        throw invalid(`Property '${name}' is defined by HubSpot and cannot be archived.`);
      custom.delete(keyOf(type, name));
    },
    uniqueNames: (type) => {
      const known = uniqueNames.get(type.plural);
      if (known) return known;
      const names = [...ofPlural(type.plural).values()]
        .filter(({ hasUniqueValue, name }) => hasUniqueValue && name !== "hs_object_id")
        .map(({ name }) => name);
      uniqueNames.set(type.plural, names);
      return names;
    },
    groups: (type) => [
      ...standardGroups(type),
      ...[...groups.values()]
        .filter(({ plural }) => plural === type.plural)
        .map((own) => own.group),
    ],
    putGroup: (type, group) => groups.set(keyOf(type, group.name), { plural: type.plural, group }),
    archiveGroup: (type, name) => groups.delete(keyOf(type, name)),
  };
}

function standardGroups(type: ObjectType): PropertyGroup[] {
  const own = `${type.singular}${isCustom(type) ? "_" : ""}information`;
  return ["information", own].map((name, displayOrder) => ({
    name,
    label: name === own ? `${type.singular} information` : "Information",
    displayOrder,
    archived: false,
  }));
}

/** Values an API write cannot have known: the seed brings properties of its own. */
export function defineAsText(definitions: Definitions, type: ObjectType, name: string): void {
  if (definitions.get(type, name)) return;
  definitions.put(type, newDefinition({ name, label: name }, new Date(0)));
}

export interface NewProperty {
  readonly name: string;
  readonly label?: string | undefined;
  readonly type?: string | undefined;
  readonly fieldType?: string | undefined;
  readonly groupName?: string | undefined;
  readonly description?: string | undefined;
  readonly hasUniqueValue?: boolean | undefined;
  readonly hidden?: boolean | undefined;
  readonly formField?: boolean | undefined;
  readonly externalOptions?: boolean | undefined;
  readonly displayOrder?: number | undefined;
  readonly options?:
    | readonly { label: string; value: string; displayOrder?: number | undefined }[]
    | undefined;
}

/** A property that somebody other than HubSpot defines. */
export function newDefinition(given: NewProperty, at: Date): PropertyDefinition {
  // Such as `calculation_equation`. The formula itself is not worked out here.
  const calculated = given.fieldType?.startsWith("calculation_") ?? false;
  return {
    name: given.name,
    label: given.label ?? given.name,
    type: given.type ?? "string",
    fieldType: given.fieldType ?? "text",
    description: given.description ?? "",
    groupName: given.groupName ?? "information",
    options: (given.options ?? []).map((option, displayOrder) => ({
      label: option.label,
      value: option.value,
      displayOrder: option.displayOrder ?? displayOrder,
      hidden: false,
    })),
    displayOrder: given.displayOrder ?? -1,
    calculated,
    externalOptions: given.externalOptions ?? false,
    hasUniqueValue: given.hasUniqueValue ?? false,
    hidden: given.hidden ?? false,
    modificationMetadata: {
      archivable: true,
      readOnlyDefinition: false,
      readOnlyValue: calculated,
    },
    formField: given.formField ?? false,
    dataSensitivity: "non_sensitive",
    createdAt: at.toISOString(),
    updatedAt: at.toISOString(),
  };
}
