import { createHash } from "node:crypto";
import type { KindMapping } from "../core/mapping/mapping.ts";
import { SYSTEMS, type System } from "../core/reconcile/system.ts";
import type { Work } from "../sync/decide-records.ts";
import { writesOf } from "../sync/plan-field.ts";
import { type Observation, type Ref, refKey } from "../sync/ports.ts";
import { type AccordRecord, activeLink } from "../sync/record.ts";
import type { PlanItem, PlannedChange, PropertyChange } from "./plan.ts";

/** What a decision would do, in a form that can be kept, shown, compared and taken back. */
export function itemOf(kind: KindMapping, work: Work): PlanItem {
  const { subject, facts, relations } = work;
  const seen = seenOf(work);
  const refs = seen.map(({ ref }) => ref);
  return {
    key: subject.before.version > 0 ? subject.before.id : (refs.map(refKey).sort()[0] ?? ""),
    kind: kind.kind,
    label: labelOf(kind, work),
    refs,
    changes: changesOf(kind, work),
    relations: (relations?.writes ?? []).map(({ system, relation, action, otherId }) => ({
      system,
      relation,
      action,
      otherId,
    })),
    awaits: (relations?.awaited ?? []).map(refKey).sort(),
    links: linksOf(refs, subject.before),
    conflicts: facts.flatMap(({ conflict }) =>
      conflict && conflict.winner === undefined
        ? [
            {
              fields: conflict.fields,
              hubspot: conflict.hubspot,
              salesforce: conflict.salesforce,
              because: conflict.because,
            },
          ]
        : [],
    ),
    parked: facts.flatMap(({ fields }) =>
      fields.flatMap(({ field, refused }) =>
        refused
          ? [
              {
                system: refused.system,
                field: field.name,
                code: refused.refusal.refused,
                message: refused.refusal.reason,
              },
            ]
          : [],
      ),
    ),
    ...(subject.ambiguous === undefined ? {} : { ambiguous: subject.ambiguous }),
  };
}

/** Whether there is anything in it: a record that is as it should be is no part of a plan. */
export function isEventful(item: PlanItem): boolean {
  const { conflicts, parked, ambiguous } = item;
  const isListed = ambiguous !== undefined || conflicts.length > 0 || parked.length > 0;
  return isListed || isToWrite(item);
}

/** Whether anything of it is to be written, now or once what it waits for is there. The rest is only listed. */
export function isToWrite({ changes, relations, awaits }: PlanItem): boolean {
  return [changes, relations, awaits].some(({ length }) => length > 0);
}

/** What is to be written to each CRM record, with what stands there now. */
export function changesOf(kind: KindMapping, { subject, facts, writes }: Work): PlannedChange[] {
  const fieldOf = new Map(
    facts.flatMap(({ fields }) =>
      fields.flatMap((plan) =>
        writesOf(plan).flatMap(({ system, properties }) =>
          Object.keys(properties).map((name) => [`${system} ${name}`, plan.field.name] as const),
        ),
      ),
    ),
  );
  return SYSTEMS.flatMap((system) => {
    const write = writes[system];
    if (!write) return [];
    const now = write.id === undefined ? undefined : subject.seen[system];
    const idProperty = kind.objects.find(({ object }) => object === write.object)?.idProperty;
    const properties = Object.entries(write.properties).map(([property, to]): PropertyChange => {
      const field = fieldOf.get(`${system} ${property}`);
      const from =
        property === idProperty ? (now?.accordId ?? null) : (now?.properties[property] ?? null);
      return { property, ...(field === undefined ? {} : { field }), from, to };
    });
    return [
      {
        system,
        object: write.object,
        ...(write.id === undefined ? {} : { id: write.id }),
        properties: properties.sort((one, other) => (one.property < other.property ? -1 : 1)),
      },
    ];
  });
}

function seenOf({ subject }: Work): Observation[] {
  return SYSTEMS.flatMap((system: System) => subject.seen[system] ?? []);
}

/** Of two that nobody knew as one, the second is linked to the first. */
function linksOf(refs: readonly Ref[], before: AccordRecord): readonly Ref[] {
  const fresh = refs.filter(({ system, id }) => activeLink(before, system)?.id !== id);
  return fresh.length === refs.length ? fresh.slice(1) : fresh;
}

const NAMES = ["name", "lastName"];

function labelOf(kind: KindMapping, { subject, facts }: Work): string {
  const decided = (name: string | undefined) =>
    facts.flatMap(({ fields }) => fields).find(({ field }) => field.name === name)?.next.value ??
    subject.record.fields[name ?? ""]?.value;
  const found = [kind.matchField, ...NAMES].map(decided).find((value) => value);
  return found ?? "";
}

/**
 * Of what an item does. Our own id is left out: a record that is not kept yet gets another one each time
 * that it is looked at.
 */
export function digestOf(kind: KindMapping, { key, changes, relations, awaits }: PlanItem): string {
  const ids = new Set(kind.objects.map(({ idProperty }) => idProperty));
  const done = changes.map(({ properties, ...change }) => ({
    ...change,
    properties: properties.filter(({ property }) => !ids.has(property)),
  }));
  return createHash("sha256")
    .update(JSON.stringify([key, done, relations, awaits]))
    .digest("hex");
}
