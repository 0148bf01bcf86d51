import type { KindMapping } from "../core/mapping/mapping.ts";
import type { EditTimes } from "../core/reconcile/decide-fact.ts";
import { SYSTEMS, type System } from "../core/reconcile/system.ts";
import { decideFields, type FactPlan } from "./decide-fields.ts";
import { intendWrites } from "./intend-writes.ts";
import { type RecordWrite, refKey } from "./ports.ts";
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
  const times = await editTimesOf(world, asking);
  return undated.map((work) => ({
    ...(asking.includes(work) ? decideOne(world, kind, work.subject, times) : work),
    relations: relations.get(work.subject),
  }));
}

type Times = ReadonlyMap<string, Readonly<Record<string, number>>>;

function decideOne(world: World, kind: KindMapping, subject: Subject, times: Times): Work {
  const { record, seen } = subject;
  const sides = sidesOf(subject);
  const latest = (system: System, properties: readonly string[]) => {
    const ref = seen[system]?.ref;
    const known = ref && times.get(refKey(ref));
    const stamps = properties.flatMap((property) => known?.[property] ?? []);
    return stamps.length > 0 ? Math.max(...stamps) : undefined;
  };
  const facts = decideFields({
    kind,
    record,
    sides,
    times: (properties): EditTimes => ({
      hubspot: latest("hubspot", properties.hubspot),
      salesforce: latest("salesforce", properties.salesforce),
      skewMs: world.mapping.clockSkewMs,
    }),
    now: nowText(world),
  });
  const writable = record.status === "linked";
  const writes = writable ? intendWrites(kind, record, facts, sides, world.now()) : {};
  return { subject, facts, writes, relations: undefined };
}

async function editTimesOf({ crms }: World, works: readonly Work[]): Promise<Times> {
  const answers = await Promise.all(
    SYSTEMS.map((system) => {
      const refs = works.flatMap(({ subject }) => subject.seen[system]?.ref ?? []);
      const asked = works.flatMap(({ facts }) => facts.filter(({ asksTimes }) => asksTimes));
      const properties = asked.flatMap(({ fields }) =>
        fields.flatMap(({ field }) =>
          refs.flatMap(({ object }) => field.places[object]?.properties ?? []),
        ),
      );
      return refs.length > 0 ? crms[system].editTimes(refs, [...new Set(properties)]) : new Map();
    }),
  );
  return new Map(answers.flatMap((answer) => [...answer]));
}
