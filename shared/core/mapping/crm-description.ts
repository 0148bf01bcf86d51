import type { System } from "../reconcile/system.ts";

/** What a CRM says that a property holds, as far as a mapping cares. */
export type PropertyType = "text" | "number" | "boolean" | "date" | "datetime" | "choice" | "other";

/** One property of an object, by the CRM's own metadata. */
export interface PropertyDescription {
  readonly type: PropertyType;
  /** Whether Accord may set it on a record that is there. */
  readonly writable: boolean;
  /** Whether no two records may have one value of it, and records are found by it. */
  readonly unique: boolean;
  /** The only values that it takes; undefined where any will do. */
  readonly options: readonly string[] | undefined;
  /** Characters that it holds; undefined where that is no concern. */
  readonly maxLength: number | undefined;
}

/** An object's properties by name. */
export type ObjectDescription = ReadonlyMap<string, PropertyDescription>;

/** Both CRMs' objects, by system and name; undefined where the system has no such object. */
export type CrmDescriptions = Readonly<
  Record<System, ReadonlyMap<string, ObjectDescription | undefined>>
>;
