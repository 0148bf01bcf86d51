import type { RawValue } from "../core/codec/codec.ts";
import type { KindMapping } from "../core/mapping/mapping.ts";
import { SYSTEMS, type System } from "../core/reconcile/system.ts";
import type { FactPlan } from "./decide-fields.ts";
import { digestOf, isStillParked } from "./park.ts";
import { type FieldPlan, type Side, type Sides, writesOf } from "./plan-field.ts";
import type { RecordWrite } from "./ports.ts";
import type { AccordRecord } from "./record.ts";

/** The writes that a decision asks for, at most one a system; nothing that is still parked. */
export function intendWrites(
  kind: KindMapping,
  record: AccordRecord,
  facts: readonly FactPlan[],
  sides: Sides,
  nowMs: number,
): Partial<Record<System, RecordWrite>> {
  const plans = facts.flatMap(({ fields }) => fields);
  const writes: Partial<Record<System, RecordWrite>> = {};
  for (const system of SYSTEMS) {
    const write = intendWrite({ kind, record, plans, side: sides[system], system, nowMs });
    if (write) writes[system] = write;
  }
  return writes;
}

interface Intention {
  readonly kind: KindMapping;
  readonly record: AccordRecord;
  readonly plans: readonly FieldPlan[];
  readonly side: Side;
  readonly system: System;
  readonly nowMs: number;
}

/** A record that was refused as a whole is held back until one of its values changes. */
function intendWrite(intention: Intention): RecordWrite | undefined {
  const { record, system, nowMs } = intention;
  const write = wantedWrite(intention);
  const refused = record.parked.find((one) => one.field === "*" && one.system === system);
  if (!write || !refused) return write;
  const value = digestOf(write.properties);
  return isStillParked(refused, { system, value }, nowMs) ? undefined : write;
}

function wantedWrite(intention: Intention): RecordWrite | undefined {
  const { kind, record, side, system } = intention;
  if (side.is === "none") return undefined;
  const object = side.is === "seen" ? side.observation.ref.object : side.object;
  const mapped = kind.objects.find((one) => one.system === system && one.object === object);
  if (!mapped) return undefined;
  const properties: Record<string, RawValue> = Object.assign(
    {},
    ...wantedProperties(intention, mapped.idProperty),
  );
  if (side.is === "to-create") {
    const given = Object.entries({ ...mapped.onCreate, ...properties });
    const notBlank = Object.fromEntries(given.filter(([, value]) => value !== null));
    return { recordId: record.id, object, id: undefined, properties: notBlank };
  }
  if (Object.keys(properties).length === 0) return undefined;
  return { recordId: record.id, object, id: side.observation.ref.id, properties };
}

function wantedProperties({ record, plans, side, system, nowMs }: Intention, idProperty: string) {
  const wanted = plans.flatMap((plan) => {
    const write = writesOf(plan).find((one) => one.system === system);
    if (!write) return [];
    const { name } = plan.field;
    const parked = record.parked.find((one) => one.field === name && one.system === system);
    return parked && isStillParked(parked, write, nowMs) ? [] : [write.properties];
  });
  const needsId = side.is === "seen" && side.observation.accordId !== record.id;
  const id = record.parked.find((one) => one.field === idProperty && one.system === system);
  if (!needsId || (id && isStillParked(id, { system, value: record.id }, nowMs))) return wanted;
  return [...wanted, { [idProperty]: record.id }];
}
