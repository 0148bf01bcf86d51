import { type DurableMapOptions, openDurableMap } from "./durable-map.ts";
import {
  customObjectType,
  findStandardType,
  type ObjectType,
  STANDARD_TYPES,
} from "./object-type.ts";
import { Refusal } from "./refusal.ts";

/** What an account says of an object of its own. */
export interface ObjectSchema {
  readonly objectTypeId: string;
  readonly name: string;
  readonly fullyQualifiedName: string;
  readonly description?: string | undefined;
  readonly labels: {
    readonly singular?: string | undefined;
    readonly plural?: string | undefined;
  };
  readonly primaryDisplayProperty: string;
  readonly secondaryDisplayProperties: readonly string[];
  readonly requiredProperties: readonly string[];
  readonly searchableProperties: readonly string[];
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** The objects of an account: HubSpot's and its own. */
export interface ObjectTypes {
  all(): readonly ObjectType[];
  find(name: string): ObjectType | undefined;
  infer(name: string): ObjectType;
  schemas(): ObjectSchema[];
  schemaOf(type: ObjectType): ObjectSchema | undefined;
  put(schema: ObjectSchema): ObjectType;
  remove(type: ObjectType): void;
}

/** Custom objects are counted on from here; HubSpot's own numbers are unverified. */
const FIRST_NUMBER = 40_000_001;

type Opening = Omit<DurableMapOptions<never>, "table" | "onChange">;

export function openObjectTypes(opening: Opening): ObjectTypes {
  const custom = new Map<string, ObjectType>();
  const kept = openDurableMap<ObjectSchema>({
    ...opening,
    table: "object-schemas",
    onChange: ({ id, after }) => {
      if (!after) custom.delete(id);
      else
        custom.set(
          id,
          customObjectType({
            typeId: id,
            singular: after.name,
            plural: after.fullyQualifiedName,
            queriedProperties: after.searchableProperties,
          }),
        );
    },
  });
  const find = (name: string) => {
    const standard = findStandardType(name);
    if (standard) return standard;
    const lower = name.toLowerCase().replace(/^p_/, "");
    return [...custom.values()].find(
      ({ typeId, singular, plural }) => lower === typeId || lower === plural || lower === singular,
    );
  };
  return {
    all: () => [...STANDARD_TYPES, ...custom.values()],
    find,
    infer(name) {
      const type = find(name);
      if (!type) throw new Refusal(400, `Unable to infer object type from: ${name}`);
      return type;
    },
    schemas: () => [...kept.values()],
    schemaOf: ({ typeId }) => kept.get(typeId),
    put(schema) {
      kept.set(schema.objectTypeId, schema);
      const type = custom.get(schema.objectTypeId);
      if (!type) throw new Error(`${schema.objectTypeId} was not kept`);
      return type;
    },
    remove: ({ typeId }) => kept.delete(typeId),
  };
}

/** The next free type id, `2-N`. */
export function newTypeId(types: ObjectTypes): string {
  const taken = types.schemas().map(({ objectTypeId }) => Number(objectTypeId.split("-")[1]));
  return `2-${Math.max(FIRST_NUMBER - 1, ...taken) + 1}`;
}
