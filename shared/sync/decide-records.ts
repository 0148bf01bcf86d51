import type { KindMapping } from "../core/mapping/mapping.ts";
import type { EditTimes } from "../core/reconcile/decide-fact.ts";
import { SYSTEMS, type System } from "../core/reconcile/system.ts";
import { decideFields, type FactPlan } from "./decide-fields.ts";
import { erasureOf } from "./forget.ts";
import { intendWrites } from "./intend-writes.ts";
import { type LastEdit, type RecordWrite, refKey } from "./ports.ts";
import { planRelations, type RelationPlan } from "./relate.ts";
import { nowText, type Subject, type World } from "./subject.ts";
import { sidesOf } from "./tie-up.ts";

/** A decided subject on its way through the write protocol. */
export interface Work {
  readonly subject: Subject;
  readonly facts: readonly FactPlan[];
  readonly writes: Partial<Record<System, RecordWrite>>;
  readonly relations: RelationPlan | undefined;
}

/** Decides every subject; asks for edit times only where a decision hangs on them. */
export async function decideAll(
  world: World,
  kind: KindMapping,
  subjects: readonly Subject[],
): Promise<Work[]> {
  const relations = kind.kind === "opportunity" ? await planRelations(world, subjects) : new Map();
  const undated = subjects.map((subject) => decideOne(world, kind, subject, new Map()));
  const asking = undated.filter(({ facts }) => facts.some(({ asksTimes }) => asksTimes));
  const edits = await lastEditsOf(world, asking);
  return undated.map((work) => ({
    ...(asking.includes(work) ? decideOne(world, kind, work.subject, edits) : work),
    relations: relations.get(work.subject),
  }));
}

type Edits = ReadonlyMap<string, Readonly<Record<string, LastEdit>>>;

function decideOne(world: World, kind: KindMapping, subject: Subject, edits: Edits): Work {
  const { record, seen } = subject;
  if (record.forgotten)
    return { subject, facts: [], writes: erasureOf(kind, subject), relations: undefined };
  const sides = sidesOf(subject);
  const latest = (system: System, properties: readonly string[]) => {
    const ref = seen[system]?.ref;
    const known = ref && edits.get(refKey(ref));
    const all = properties.flatMap((property) => known?.[property] ?? []);
    return all.toSorted((one, other) => other.atMs - one.atMs)[0];
  };
  const facts = decideFields({
    kind,
    record,
    sides,
    times: (properties): EditTimes => ({
      hubspot: latest("hubspot", properties.hubspot)?.atMs,
      salesforce: latest("salesforce", properties.salesforce)?.atMs,
      skewMs: world.mapping.clockSkewMs,
    }),
    edited: (properties) =>
      Object.fromEntries(
        SYSTEMS.flatMap((system) => {
          const edit = latest(system, properties[system]);
          if (!edit) return [];
          const at = new Date(edit.atMs).toISOString();
          return [[system, { at, ...(edit.by === undefined ? {} : { by: edit.by }) }]];
        }),
      ),
    now: nowText(world),
  });
  const writable = record.status === "linked";
  const writes = writable ? intendWrites(kind, record, facts, sides, world.now()) : {};
  return { subject, facts, writes, relations: undefined };
}

async function lastEditsOf({ crms }: World, works: readonly Work[]): Promise<Edits> {
  const answers = await Promise.all(
    SYSTEMS.map((system) => {
      const refs = works.flatMap(({ subject }) => subject.seen[system]?.ref ?? []);
      const asked = works.flatMap(({ facts }) => facts.filter(({ asksTimes }) => asksTimes));
      const properties = asked.flatMap(({ fields }) =>
        fields.flatMap(({ field }) =>
          refs.flatMap(({ object }) => field.places[object]?.properties ?? []),
        ),
      );
      return refs.length > 0 ? crms[system].lastEdits(refs, [...new Set(properties)]) : new Map();
    }),
  );
  return new Map(answers.flatMap((answer) => [...answer]));
}
