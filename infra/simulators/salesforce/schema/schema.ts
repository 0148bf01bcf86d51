import { type Field, makeField, parseField } from "./field.ts";
import { STANDARD_OBJECTS, type StandardObject } from "./standard-objects.ts";

/** Fields that every object has. */
const FIRST_FIELDS = "Id id 18 d\nIsDeleted boolean - d";
const AUDIT_FIELDS = `
CreatedDate datetime - d
CreatedById reference 18 d >User:CreatedBy
LastModifiedDate datetime - d
LastModifiedById reference 18 d >User:LastModifiedBy
SystemModstamp datetime - d`;

export interface SObjectType {
  readonly name: string;
  readonly label: string;
  readonly labelPlural: string;
  readonly keyPrefix: string;
  /** Part of the org's set-up, and no customer data. */
  readonly isSetup: boolean;
  readonly writable: boolean;
  /** By lower-case name, in the order of the describe. */
  readonly fields: Map<string, Field>;
}

/** Read once for all the orgs of a process, for some open thousands. */
const readFields = new Map<string, readonly Field[]>();

function fieldsOf(from: StandardObject): readonly Field[] {
  const known = readFields.get(from.fields);
  if (known) return known;
  const lines = `${FIRST_FIELDS}\n${from.fields}\n${AUDIT_FIELDS}`.split("\n");
  const fields = lines.filter((line) => line.trim() !== "").map(parseField);
  readFields.set(from.fields, fields);
  return fields;
}

function makeType(from: StandardObject): SObjectType {
  const fields = fieldsOf(from);
  return {
    name: from.name,
    label: from.label,
    labelPlural: from.plural,
    keyPrefix: from.keyPrefix,
    isSetup: from.isSetup ?? false,
    writable: from.writable ?? true,
    fields: new Map(fields.map((field) => [field.name.toLowerCase(), field])),
  };
}

/** What tells one object from another. */
export type ObjectNames = Pick<StandardObject, "name" | "label" | "plural" | "keyPrefix">;

/** Fields that a custom object has from the start. A name that is left out is the row's id. */
const CUSTOM_OBJECT_FIELDS = `
Name string 80 ncud
OwnerId reference 18 cud >User,Group:Owner
CurrencyIsoCode picklist 3 ncudr =USD*;EUR;GBP;BRL;JPY;CHF;CAD;AUD`;

/** An object that is not yet part of any org, with the fields that it has from the start. */
export function newType({ name, label, plural, keyPrefix }: ObjectNames): SObjectType {
  const fields = name.endsWith("__c") ? CUSTOM_OBJECT_FIELDS : "";
  return makeType({ name, label, plural, keyPrefix, fields });
}

/** The objects and fields of the org. Names are found whatever their case, as the platform does. */
export class Schema {
  readonly #types = new Map<string, SObjectType>();
  readonly #byPrefix = new Map<string, SObjectType>();

  constructor() {
    for (const object of STANDARD_OBJECTS) this.#add(makeType(object));
  }

  all(): SObjectType[] {
    return [...this.#types.values()];
  }

  find(name: string): SObjectType | undefined {
    return this.#types.get(name.toLowerCase());
  }

  findByPrefix(id: string): SObjectType | undefined {
    return this.#byPrefix.get(id.slice(0, 3));
  }

  /** An object that the org did not have: an admin's, or one that only a seed knows. */
  addType(names: ObjectNames): SObjectType {
    const type = newType(names);
    this.#add(type);
    return type;
  }

  /** A prefix of ids that no object has yet, of those that custom objects have. */
  freeKeyPrefix(): string {
    for (let count = 0; ; count += 1) {
      const prefix = `a${count.toString(36).padStart(2, "0")}`;
      if (!this.#byPrefix.has(prefix)) return prefix;
    }
  }

  #add(type: SObjectType): void {
    this.#types.set(type.name.toLowerCase(), type);
    this.#byPrefix.set(type.keyPrefix, type);
  }

  addField(type: SObjectType, field: Field): void {
    type.fields.set(field.name.toLowerCase(), field);
  }

  removeField(type: SObjectType, name: string): void {
    type.fields.delete(name.toLowerCase());
  }
}

/** Longest text that a field of type string holds; what is longer becomes a text area. */
const STRING_LENGTH = 255;

/** A field that a seed brings along: visible, writable, and text unless the value is not. */
export function fieldFromSeed(name: string, value: unknown): Field {
  if (typeof value === "boolean")
    return makeField(name, "boolean", { nillable: false, defaultedOnCreate: true });
  if (typeof value === "string" && value.length > STRING_LENGTH)
    return makeField(name, "textarea", { length: 32_000 });
  if (typeof value === "string" || value === null || value === undefined)
    return makeField(name, "string", { length: STRING_LENGTH });
  return makeField(name, "double", { precision: 18, scale: 6 });
}
