import { hostOf } from "../core/codec/field-type.ts";
import type { InclusionRule, KindMapping, Mapping } from "../core/mapping/mapping.ts";
import type { System } from "../core/reconcile/system.ts";
import { otherSystem, SYSTEMS } from "../core/reconcile/system.ts";
import type { Crms, Hint, HintQueue, Observation, Ref } from "./ports.ts";
import { readField } from "./read-fields.ts";
import { type AccordRecord, activeLink, type Link } from "./record.ts";
import type { MatchKey, RecordStore } from "./record-store.ts";

/** What the use cases need of the outside. */
export interface World {
  readonly mapping: Mapping;
  readonly crms: Crms;
  readonly store: RecordStore;
  readonly queue: HintQueue;
  readonly mode: "sync" | "observe";
  readonly now: () => number;
  readonly newId: () => string;
  /** How long a claim must hold, in milliseconds: longer than this worker can still live and write. */
  readonly leaseMs: () => number;
}

/** A record that is being looked at, with what both sides say of it right now. */
export interface Subject {
  /** As it was loaded. */
  readonly before: AccordRecord;
  /** As it will be saved. */
  record: AccordRecord;
  readonly seen: Partial<Record<System, Observation>>;
  readonly hints: Hint[];
  /** Other CRM records that claim to be this one. */
  candidates: readonly Ref[];
  ambiguous: string | undefined;
  create: InclusionRule | undefined;
}

export function subjectOf(record: AccordRecord): Subject {
  return {
    before: record,
    record,
    seen: {},
    hints: [],
    candidates: [],
    ambiguous: undefined,
    create: undefined,
  };
}

/** The kind of record that an object of a system can hold; undefined where nobody maps it. */
export function kindOf(mapping: Mapping, { system, object }: Pick<Ref, "system" | "object">) {
  return mapping.kinds.find(({ objects }) =>
    objects.some((mapped) => mapped.system === system && mapped.object === object),
  );
}

/** The value by which a seen record is known across systems, such as its folded e-mail address. */
export function matchKeyOf(kind: KindMapping, seen: Observation): MatchKey | undefined {
  const field = kind.fields.find(({ name }) => name === kind.matchField);
  if (!field) return undefined;
  const reading = readField(kind, field, seen);
  if (reading.kind !== "value" || reading.value === null) return undefined;
  return keyOf(kind, reading.value);
}

/** Addresses and hosts compare case-folded; a web address by its host. */
export function keyOf({ kind, matchField = "" }: KindMapping, value: string): MatchKey {
  return {
    kind,
    field: matchField,
    value: kind === "company" ? hostOf(value) : value.toLowerCase(),
  };
}

/** Ties a seen record to ours, for a reason that stays readable. */
export function withLink(
  record: AccordRecord,
  ref: Ref,
  because: string,
  now: string,
): AccordRecord {
  if (activeLink(record, ref.system)?.id === ref.id) return record;
  const { system, object, id } = ref;
  return { ...record, links: [...record.links, { system, object, id, since: now, because }] };
}

export function withoutLink(
  record: AccordRecord,
  gone: Link,
  because: string,
  now: string,
): AccordRecord {
  const links = record.links.map((link) =>
    link === gone ? { ...link, ended: { at: now, because } } : link,
  );
  return { ...record, links };
}

/** The side that alone is known of a record, if it is one alone. */
export function lonelySide(subject: Subject): System | undefined {
  const present = SYSTEMS.filter((system) => subject.seen[system]);
  const [only] = present;
  if (present.length !== 1 || !only) return undefined;
  return activeLink(subject.record, otherSystem(only)) ? undefined : only;
}

/** Now, as records say it. */
export function nowText({ now }: World): string {
  return new Date(now()).toISOString();
}
