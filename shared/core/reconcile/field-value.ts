/**
 * One value of one field, as canonical text made by the field's codec; null is blank.
 *
 * Text, so that what is decided, stored, compared and shown is one thing, and no amount is ever a
 * float. What the text looks like is said by the field's type (see `../codec/field-type.ts`).
 */
export type FieldValue = string | null;
