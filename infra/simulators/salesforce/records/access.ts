import type { Field } from "../schema/field.ts";
import type { SObjectType } from "../schema/schema.ts";
import type { Database } from "./database.ts";
import { textOf } from "./exact-json.ts";
import { unknownColumn } from "./refusal.ts";

/** The user that the simulator itself owns, and whom every token stands for. */
export const INTEGRATION_EMAIL = "integration@salesforce-simulator.example";

/** Whether a permission set that is assigned to `userId` grants `permission` on the field. */
function isGranted(
  database: Database,
  at: { type: SObjectType; field: Field; userId: string },
  permission: "PermissionsRead" | "PermissionsEdit",
): boolean {
  const grants = database
    .table("FieldPermissions")
    .find("Field", `${at.type.name}.${at.field.name}`.toLowerCase());
  const assigned = database
    .table("PermissionSetAssignment")
    .find("AssigneeId", at.userId.toLowerCase());
  return grants.some(
    (grant) =>
      grant[permission] === true &&
      grant["IsDeleted"] !== true &&
      assigned.some(
        (row) => row["PermissionSetId"] === grant["ParentId"] && row["IsDeleted"] !== true,
      ),
  );
}

/** Who looks at the org, and therefore which fields there are. */
export class Access {
  readonly database: Database;
  readonly userId: string;
  readonly #seesEverything: boolean;
  /** What the admin took from this user, by `object.field`. */
  readonly #restricted: ReadonlyMap<string, "hidden" | "read-only">;

  constructor(database: Database, userId: string) {
    this.database = database;
    this.userId = userId;
    const user = database.table("User").get(userId);
    this.#seesEverything = textOf(user, "Email") !== INTEGRATION_EMAIL;
    this.#restricted = new Map(
      database.setup.fieldSecurity
        .all()
        .filter((each) => each.user === userId)
        .map((each) => [`${each.object}.${each.field}`, each.access]),
    );
  }

  canRead(type: SObjectType, field: Field): boolean {
    if (this.#restrictionOf(type, field) === "hidden") return false;
    if (!field.needsPermission || this.#seesEverything) return true;
    const at = { type, field, userId: this.userId };
    return isGranted(this.database, at, "PermissionsRead");
  }

  #restrictionOf(type: SObjectType, field: Field): "hidden" | "read-only" | undefined {
    if (this.#restricted.size === 0) return undefined;
    return this.#restricted.get(`${type.name}.${field.name}`);
  }

  canEdit(type: SObjectType, field: Field): boolean {
    if (this.#restrictionOf(type, field) !== undefined) return false;
    if (!field.needsPermission || this.#seesEverything) return true;
    const at = { type, field, userId: this.userId };
    return isGranted(this.database, at, "PermissionsEdit");
  }

  /** The fields of `type` that this user sees, in the order of the describe. */
  fields(type: SObjectType): Field[] {
    return [...type.fields.values()].filter((field) => this.canRead(type, field));
  }

  find(type: SObjectType, name: string): Field | undefined {
    const field = type.fields.get(name.toLowerCase());
    return field && this.canRead(type, field) ? field : undefined;
  }

  /** The field of that name; a hidden one is unknown, as on the platform. */
  expect(type: SObjectType, name: string): Field {
    const field = this.find(type, name);
    if (!field) throw unknownColumn(name, type.name);
    return field;
  }
}
