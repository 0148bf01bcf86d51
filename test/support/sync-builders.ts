import { mapping } from "../../shared/config/mapping.ts";
import type { KindMapping } from "../../shared/core/mapping/mapping.ts";
import type { FieldValue } from "../../shared/core/reconcile/field-value.ts";
import type { Kind } from "../../shared/core/reconcile/system.ts";
import {
  type Crm,
  NO_RELATIONS,
  type Observation,
  type Ref,
  refKey,
} from "../../shared/sync/ports.ts";
import { type AccordRecord, newRecord } from "../../shared/sync/record.ts";

export const NOW = "2026-11-21T08:00:00.000Z";
export const NOW_MS = Date.parse(NOW);

export function kindNamed(name: Kind): KindMapping {
  const kind = mapping.kinds.find((one) => one.kind === name);
  if (!kind) throw new Error(`the mapping has no ${name}`);
  return kind;
}

export const contact = (id = "1"): Ref => ({ system: "hubspot", object: "contacts", id });
export const lead = (id = "00Q000000000001AAA"): Ref => ({
  system: "salesforce",
  object: "Lead",
  id,
});
export const sfContact = (id = "003000000000001AAA"): Ref => ({
  system: "salesforce",
  object: "Contact",
  id,
});

/** What a CRM says of a record that is there. */
export function seen(
  ref: Ref,
  properties: Observation["properties"],
  more: Partial<Observation> = {},
): Observation {
  return {
    ref,
    gone: false,
    continuedAs: undefined,
    accordId: undefined,
    properties,
    createdAtMs: NOW_MS - 1000,
    modifiedAtMs: NOW_MS,
    relations: NO_RELATIONS,
    ...more,
  };
}

export const gone = (ref: Ref) => seen(ref, {}, { gone: true });

/** A stored record whose fields both sides agree on, tied to `refs`. */
export function recordWith(
  values: Readonly<Record<string, FieldValue>>,
  refs: readonly Ref[],
  more: Partial<AccordRecord> = {},
): AccordRecord {
  const blank = newRecord(
    { id: "11111111-1111-4111-8111-111111111111", kind: "person" },
    { now: NOW, mappingVersion: mapping.version },
  );
  return {
    ...blank,
    version: 1,
    status: "linked",
    fields: Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        { value, source: "both", at: NOW, baseline: value },
      ]),
    ),
    links: refs.map((ref) => ({ ...ref, since: NOW, because: "it was seen first here" })),
    ...more,
  };
}

/** A CRM that holds these records and lets nobody change them. */
export function stillCrm(system: Crm["system"], records: readonly Observation[]): Crm {
  const refuse = () => Promise.reject(new Error("nothing is written here"));
  return {
    system,
    observe: async (refs) =>
      new Map(
        refs.map((ref) => [
          refKey(ref),
          records.find((one) => refKey(one.ref) === refKey(ref)) ?? gone(ref),
        ]),
      ),
    // May answer more than was asked for, as the port allows.
    find: async (objects) => records.filter(({ ref }) => objects.includes(ref.object)),
    changedSince: refuse,
    write: refuse,
    relate: refuse,
    archive: refuse,
    lastEdits: async () => new Map(),
    editsByPeople: async () => new Map(),
    describeObject: refuse,
    missingFields: async () => [],
    createFields: refuse,
    propertyFacts: async () => new Map(),
    forgetProperties: () => {},
    callsMade: () => 0,
    setUpCallsMade: () => 0,
  };
}
