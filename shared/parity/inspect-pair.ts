import type { KindMapping } from "../core/mapping/mapping.ts";
import { SYSTEMS } from "../core/reconcile/system.ts";
import type { Work } from "../sync/decide-records.ts";
import { nameOf, type Observation, systemName } from "../sync/ports.ts";
import { sameValue } from "../sync/read-fields.ts";
import type { AccordRecord } from "../sync/record.ts";
import { compareFields, type FieldOutcome } from "./compare-fields.ts";
import type { Finding } from "./finding.ts";
import { hasRelations, RELATIONS } from "./judge-groups.ts";

/** The two CRM records of one pair, and what is kept and would be decided of it. */
export interface Pair {
  readonly key: string;
  readonly hubspot: Observation;
  readonly salesforce: Observation;
  readonly record: AccordRecord;
  readonly work: Work;
  /** Accord only looks on: what it keeps of the pair is not what it brought about. */
  readonly isWatched: boolean;
}

export interface Inspected {
  readonly outcomes: readonly Pick<FieldOutcome, "field" | "is">[];
  readonly places: readonly Extract<FieldOutcome, { is: "explained" }>["place"][];
  readonly findings: readonly Finding[];
}

/** Compares a pair field by field, and what both sides, their relations and our record say of each other. */
export function inspectPair(kind: KindMapping, pair: Pair): Inspected {
  const fields = compareFields(kind, pair.record, pair);
  const relations = hasRelations(kind) ? [outcomeOfRelations(pair)] : [];
  const outcomes = [...fields, ...relations];
  return {
    outcomes,
    places: outcomes.flatMap((one) => (one.is === "explained" ? [one.place] : [])),
    findings: [
      ...fields.flatMap((one) => (one.is === "different" ? [differing(pair, one)] : [])),
      ...relations.flatMap((one) => (one.is === "different" ? relationFindings(pair) : [])),
      ...(pair.isWatched ? [] : [...wrongIds(kind, pair), ...staleFields(kind, pair, fields)]),
    ],
  };
}

function finding(
  { key, hubspot, salesforce, record }: Pair,
  about: Pick<Finding, "kind" | "words"> & Partial<Finding>,
): Finding {
  const refs = [hubspot.ref, salesforce.ref];
  return { of: record.kind, key, refs, recordId: record.id, ...about };
}

function differing(pair: Pair, outcome: Extract<FieldOutcome, { is: "different" }>): Finding {
  const { field, unreadable, values } = outcome;
  const known = pair.record.fields[field]?.value ?? null;
  const kind = unreadable ? "unreadable" : "value-differs";
  const words = unreadable ? `${field} holds what cannot be read` : `${field} differs`;
  return finding(pair, { kind, field, ...values, known, words });
}

type RelationOutcome = Exclude<FieldOutcome, { is: "different" }> | Unlike;

interface Unlike {
  readonly field: string;
  readonly is: "different";
}

function outcomeOfRelations({ work: { relations } }: Pair): RelationOutcome {
  const field = RELATIONS;
  if ((relations?.writes.length ?? 0) > 0) return { field, is: "different" };
  if ((relations?.held.length ?? 0) > 0) return { field, is: "explained", place: "parked" };
  if ((relations?.awaited.length ?? 0) > 0) return { field, is: "explained", place: "waiting" };
  return { field, is: "equal" };
}

function relationFindings(pair: Pair): Finding[] {
  const writes = pair.work.relations?.writes ?? [];
  return writes.map(({ system, relation, action, otherId }) => {
    const lacks = action === "add" ? "lacks" : "has";
    const words = `${systemName(system)} ${lacks} the ${relation} ${otherId}, and the other side does not`;
    const field = `${relation} ${otherId}`;
    return finding(pair, { kind: "relation-differs", field, words });
  });
}

/** Each side says which record of ours it is, so that ties can be found again from the CRMs alone. */
function wrongIds(kind: KindMapping, pair: Pair): Finding[] {
  const { record } = pair;
  return SYSTEMS.flatMap((system) => {
    const seen = pair[system];
    const { idProperty = "" } = kind.objects.find(({ object }) => object === seen.ref.object) ?? {};
    const isParked = record.parked.some((one) => one.system === system && one.field === idProperty);
    if (seen.accordId === record.id || isParked) return [];
    const words = `${nameOf(seen.ref)} names ${seen.accordId ?? "no record"} in ${idProperty}`;
    return [finding(pair, { kind: "accord-id-wrong", field: idProperty, words })];
  });
}

/** Both sides agree, or one alone has the field, and our record would say something else than it does. */
function staleFields(kind: KindMapping, pair: Pair, compared: readonly FieldOutcome[]): Finding[] {
  const unlike = new Set(compared.filter(({ is }) => is !== "equal").map(({ field }) => field));
  return changedByDeciding(kind, pair.record, pair.work)
    .filter(({ field }) => !unlike.has(field))
    .map((one) =>
      finding(pair, { kind: "stale-record", ...one, words: `our ${one.field} is old` }),
    );
}

/** Fields of which our record would say another value after a look. */
export function changedByDeciding(kind: KindMapping, kept: AccordRecord, { facts }: Work) {
  const byName = new Map(kind.fields.map((field) => [field.name, field]));
  return facts
    .flatMap(({ fields }) => fields)
    .flatMap(({ field: { name }, next }) => {
      const field = byName.get(name);
      const known = kept.fields[name]?.value ?? null;
      return !field || sameValue(field, next.value, known) ? [] : [{ field: name, known }];
    });
}
