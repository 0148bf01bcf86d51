import { isDeepStrictEqual } from "node:util";
import type { InclusionRule, KindMapping } from "../core/mapping/mapping.ts";
import { otherSystem, SYSTEMS, type System } from "../core/reconcile/system.ts";
import { forgottenStanding } from "./forget.ts";
import { keptApartText } from "./kept-apart.ts";
import { isNamedPartner } from "./known-as.ts";
import type { Sides } from "./plan-field.ts";
import type { Observation, Ref } from "./ports.ts";
import { readField } from "./read-fields.ts";
import { type AccordRecord, activeLink, type Link } from "./record.ts";
import { DELETED, livingOn, lonelySide, type Subject, withLink, withoutLink } from "./subject.ts";

/** Why a record was tied to what was just seen of it. */
const BECAUSE_KEY = "the identifying value is the same";
const BECAUSE_NAMED = "one of the two holds the other's id";
const BECAUSE_FIRST = "it was seen first here";
const CONTINUED = "continued from the record before";
const RECREATED = "its partner was deleted, and is made again";

/**
 * Brings a subject's links up to what was seen: ends those of deleted records, follows a lead that
 * became a contact, ties what was identified; then says where the record stands, and why.
 */
export function tieUp(kind: KindMapping, subject: Subject, now: string): void {
  for (const system of SYSTEMS) {
    const seen = subject.seen[system];
    const link = activeLink(subject.record, system);
    if (!seen) continue;
    if (seen.gone) {
      if (link) subject.record = withoutLink(subject.record, link, DELETED, now);
      delete subject.seen[system];
      continue;
    }
    if (link && link.id !== seen.ref.id)
      subject.record = withoutLink(subject.record, link, "it lives on as another record", now);
    const first = subject.record.links.length === 0;
    const because = link ? CONTINUED : first ? BECAUSE_FIRST : becauseOf(kind, subject);
    if (!link && !wasTied(subject.record, seen.ref))
      subject.record = withoutBaselines(subject.record);
    subject.record = withLink(subject.record, seen.ref, because, now);
  }
  subject.create = subject.ambiguous ? undefined : inclusionOf(kind, subject);
  if (subject.create?.name === RECREATED) subject.record = withoutBaselines(subject.record);
  const stands = subject.record.forgotten
    ? forgottenStanding(kind, subject.record)
    : standing(subject);
  subject.record = { ...subject.record, ...stands, candidates: subject.candidates };
}

function becauseOf(kind: KindMapping, { seen: { hubspot, salesforce } }: Subject): string {
  const isNamed = hubspot && salesforce && isNamedPartner(kind, hubspot, salesforce);
  return isNamed ? BECAUSE_NAMED : BECAUSE_KEY;
}

function wasTied({ links }: AccordRecord, { system, id }: Ref): boolean {
  return links.some((link) => link.system === system && link.id === id);
}

/** With a new partner nothing was ever agreed: what it lacks is filled, and not taken for cleared. */
function withoutBaselines(record: AccordRecord): AccordRecord {
  const fields = Object.entries(record.fields).map(([name, state]) => [
    name,
    state.baseline === null ? state : { ...state, baseline: null },
  ]);
  return { ...record, fields: Object.fromEntries(fields) };
}

function standing({ seen, record, ambiguous, create }: Subject) {
  if (ambiguous) return { status: "ambiguous", statusReason: ambiguous } as const;
  if (seen.hubspot && seen.salesforce) return { status: "linked", statusReason: "" } as const;
  if (create) return { status: "linked", statusReason: "" } as const;
  const apart = record.keptApart?.at(-1);
  if (apart) return { status: "unlinked", statusReason: keptApartText(apart) } as const;
  const ended = record.links.flatMap((link) => link.ended?.because ?? []);
  if (ended.includes(DELETED))
    return { status: "unlinked", statusReason: "its partner was deleted" } as const;
  return { status: "excluded", statusReason: "no inclusion rule takes it across" } as const;
}

/** Whether a record on one side alone is going to be created on the other. */
export function wouldCreate(kind: KindMapping, subject: Subject): boolean {
  return inclusionOf(kind, subject) !== undefined;
}

/** The rule by which a record on one side alone is created on the other; deletions are not undone. */
function inclusionOf(kind: KindMapping, subject: Subject): InclusionRule | undefined {
  const only = lonelySide(subject);
  const observation = only && livingOn(subject, only);
  if (!only || !observation || isBarred(subject.record)) return undefined;
  const far = otherSystem(only);
  const past = subject.record.links.filter(({ system, ended }) => system === far && ended).at(-1);
  if (past || subject.seen[far]?.gone)
    return recreation(kind, past ?? activeLink(subject.record, far), observation);
  return kind.inclusion.find((rule) => includes(kind, rule, observation));
}

function isBarred({ keptApart, forgotten }: AccordRecord): boolean {
  return keptApart !== undefined || forgotten !== undefined;
}

/** What was deleted is created again where its object's policy says so (I7). */
function recreation(
  kind: KindMapping,
  past: Link | undefined,
  { ref: { system, object } }: Observation,
): InclusionRule | undefined {
  const mapped = kind.objects.find((one) => one.object === past?.object);
  if (!past || mapped?.whenGone !== "recreate") return undefined;
  if (past.ended && past.ended.because !== DELETED) return undefined;
  const create = { system: past.system, object: past.object };
  return { name: RECREATED, from: { system, object }, create };
}

function includes(kind: KindMapping, rule: InclusionRule, seen: Observation): boolean {
  const { from, atLeast, hasOpportunity, hasValue } = rule;
  if (from.system !== seen.ref.system || from.object !== seen.ref.object) return false;
  if (hasOpportunity && seen.relations.opportunities.length === 0) return false;
  if (hasValue && valueOfField(kind, hasValue, seen) === null) return false;
  if (!atLeast) return true;
  const ranking = kind.fields.find(({ name }) => name === atLeast.field)?.ranking ?? [];
  const value = valueOfField(kind, atLeast.field, seen);
  return ranking.indexOf(value ?? "") >= ranking.indexOf(atLeast.value);
}

function valueOfField(kind: KindMapping, name: string, seen: Observation): string | null {
  const field = kind.fields.find((one) => one.name === name);
  const reading = field && readField(field, seen);
  return reading?.kind === "value" ? reading.value : null;
}

export function sidesOf({ seen, create, record }: Subject): Sides {
  const side = (system: System) => {
    const observation = seen[system];
    if (observation) return { is: "seen", observation } as const;
    if (create?.create.system === system)
      return { is: "to-create", object: create.create.object } as const;
    return { is: "none" } as const;
  };
  if (record.status === "ambiguous") {
    const blind = { is: "none" } as const;
    return {
      hubspot: seen.hubspot ? side("hubspot") : blind,
      salesforce: seen.salesforce ? side("salesforce") : blind,
    };
  }
  return { hubspot: side("hubspot"), salesforce: side("salesforce") };
}

/** Whether anything that a person would see of the record has changed. */
export function differs(before: AccordRecord, after: AccordRecord): boolean {
  const visible = ({ version, updatedAt, lease, ...rest }: AccordRecord) => rest;
  if (before.version === 0 || before.lease !== undefined || before.sending !== undefined)
    return true;
  return !isDeepStrictEqual(visible(before), visible(after));
}
