import { nameOf, type Ref } from "./ports.ts";
import type { AccordRecord, Apart } from "./record.ts";

/** Whether a person said that the two are not one (I9). Either of them knows. */
export function isKeptApart(one: AccordRecord, other: AccordRecord): boolean {
  return names(one, other.id) || names(other, one.id);
}

function names({ keptApart = [] }: AccordRecord, id: string): boolean {
  return keptApart.some(({ recordId }) => recordId === id);
}

/** Whether a person said that this CRM record is not the record's. */
export function keepsApart({ keptApart = [] }: AccordRecord, { system, id }: Ref): boolean {
  return keptApart.some(({ ref }) => ref.system === system && ref.id === id);
}

/** Why a record that a person took apart stands alone. */
export function keptApartText({ ref, by, because }: Apart): string {
  return `${by} keeps it apart from ${nameOf(ref)}: ${because}`;
}
