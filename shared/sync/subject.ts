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
  /** Tells whoever watches over Accord; names records by our id, and holds no customer's data. */
  readonly warn?: (message: string, about: Readonly<Record<string, string>>) => void;
  /** How long a claim must hold, in milliseconds: longer than this worker can still live and write. */
  readonly leaseMs: () => number;
}

/** A record that is being looked at, with what both sides say of it right now. */
export interface Subject {
  /** As it was loaded; or as it was saved since, when it took over another record. */
  before: AccordRecord;
  /** As it will be saved. */
  record: AccordRecord;
  readonly seen: Partial<Record<System, Observation>>;
  readonly hints: Hint[];
  /** Other CRM records that claim to be this one. */
  candidates: readonly Ref[];
  ambiguous: string | undefined;
  create: InclusionRule | undefined;
  /** What it took over from others, or let go: who waits for one of them is to be looked at. */
  readonly released: Ref[];
  /** Why it is to be looked at later, and nothing done now. */
  waits: string | undefined;
  /** Its identifying value is held by another record, and may be. */
  withoutKey: boolean;
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
    released: [],
    waits: undefined,
    withoutKey: false,
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
  const reading = readField(field, seen);
  if (reading.kind !== "value" || reading.value === null) return undefined;
  return keyOf(kind, reading.value);
}

/** All such values of a record, its first one first; after it, a contact's secondary addresses. */
export function matchKeysOf(kind: KindMapping, seen: Observation): MatchKey[] {
  const mapped = kind.objects.find(({ object }) => object === seen.ref.object);
  const more = seen.properties[mapped?.alsoKnownBy ?? ""] ?? "";
  const others = more.split(";").flatMap((value) => (value ? [keyOf(kind, value)] : []));
  const first = matchKeyOf(kind, seen);
  return first ? [first, ...others.filter(({ value }) => value !== first.value)] : others;
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
    link === gone && !link.ended ? { ...link, ended: { at: now, because } } : link,
  );
  return { ...record, links };
}

/** What a system says of a subject, if it lives there. */
export function livingOn({ seen }: Subject, system: System): Observation | undefined {
  const observation = seen[system];
  return observation?.gone ? undefined : observation;
}

/** The side that alone is known of a record, if it is one alone. */
export function lonelySide(subject: Subject): System | undefined {
  const [only, other] = SYSTEMS.filter((system) => livingOn(subject, system));
  if (!only || other) return undefined;
  const far = otherSystem(only);
  const isEmpty = subject.seen[far]?.gone || !activeLink(subject.record, far);
  return isEmpty ? only : undefined;
}

/**
 * Seats a CRM record in a subject's place of its system. Whoever had the place and is gone leaves it
 * for that reason, not because of the newcomer.
 */
export function seat(subject: Subject, seen: Observation, now: string): void {
  const { system } = seen.ref;
  const link = activeLink(subject.record, system);
  if (link && subject.seen[system]?.gone)
    subject.record = withoutLink(subject.record, link, DELETED, now);
  subject.seen[system] = seen;
}

/** Why a link to a deleted record ended; the link is its tombstone (I7). */
export const DELETED = "deleted there";

/** Now, as records say it. */
export function nowText({ now }: Pick<World, "now">): string {
  return new Date(now()).toISOString();
}
