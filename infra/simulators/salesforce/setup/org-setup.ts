import { z } from "zod";
import { condition } from "./condition.ts";
import { Declared, type Keeper } from "./declared.ts";

const object = z.string();

/** A row for which all of `when` holds is refused with `message`, at `field` where one is named. */
const validationRule = z.strictObject({
  object,
  name: z.string().optional(),
  when: z.array(condition).min(1),
  message: z.string(),
  field: z.string().optional(),
});

/**
 * A row that agrees in all fields of `matchOn` with a live row of `against` (of its own object where
 * that is left out) is a duplicate. `allow` is "allow with an alert": saved for who asks for it.
 */
const duplicateRule = z.strictObject({
  object,
  name: z.string().default("Standard_Duplicate_Rule"),
  matchOn: z.array(z.string()).min(1),
  against: z.string().optional(),
  action: z.enum(["block", "allow"]),
  message: z.string().default("Use one of these records?"),
});

const literal = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** What a flow puts into a field. `append` and `prepend` leave alone what has the text already. */
const assignment = z.union([
  z.strictObject({ constant: literal }),
  z.strictObject({ copyOf: z.string() }),
  z.strictObject({ upper: z.string() }),
  z.strictObject({ lower: z.string() }),
  z.strictObject({ title: z.string() }),
  z.strictObject({ append: z.string() }),
  z.strictObject({ prepend: z.string() }),
  z.strictObject({ restore: z.literal(true) }),
]);

/** A record-triggered flow, which changes the record before it is saved. */
const flow = z.strictObject({
  object,
  name: z.string().optional(),
  on: z.enum(["create", "update", "create-or-update"]),
  when: z.array(condition).default([]),
  set: z.record(z.string(), assignment),
  /** Id of the user under whom it runs; the user who saves where it is left out. */
  asUser: z.string().optional(),
});

/** Hides a field of `object` from one user, or makes it read-only to that user. */
const fieldSecurity = z.strictObject({
  object,
  field: z.string(),
  /** Id of a user. */
  user: z.string(),
  access: z.enum(["hidden", "read-only"]),
});

/** A kind of record of `object`, with its own choice of values for some of the picklists. */
export const recordTypeRequest = z.strictObject({
  object,
  name: z.string(),
  developerName: z.string().regex(/^[A-Za-z]\w*$/),
  isDefault: z.boolean().default(false),
  picklists: z.record(z.string(), z.array(z.string())).default({}),
});

/** A record type, and the row that stands for it in queries. */
const keptRecordType = recordTypeRequest.extend({ recordTypeId: z.string() });

export type DuplicateRule = z.infer<typeof duplicateRule>;
export type Flow = z.infer<typeof flow>;
export type Assignment = z.infer<typeof assignment>;

/** What an admin has set up besides objects and fields. */
export class OrgSetup {
  readonly validationRules: Declared<z.infer<typeof validationRule>>;
  readonly duplicateRules: Declared<DuplicateRule>;
  readonly flows: Declared<Flow>;
  readonly fieldSecurity: Declared<z.infer<typeof fieldSecurity>>;

  readonly recordTypes: Declared<z.infer<typeof keptRecordType>>;

  constructor(keeper: Keeper) {
    this.validationRules = new Declared(
      { name: "validation-rules", schema: validationRule },
      keeper,
    );
    this.duplicateRules = new Declared({ name: "duplicate-rules", schema: duplicateRule }, keeper);
    this.flows = new Declared({ name: "flows", schema: flow }, keeper);
    this.recordTypes = new Declared({ name: "record-types", schema: keptRecordType }, keeper);
    this.fieldSecurity = new Declared({ name: "field-security", schema: fieldSecurity }, keeper);
  }
}
