import type { RawValue } from "../core/codec/codec.ts";
import type { KindMapping } from "../core/mapping/mapping.ts";
import { SYSTEMS, type System } from "../core/reconcile/system.ts";
import type { FactPlan } from "./decide-fields.ts";
import type { FieldPlan, Side, Sides } from "./plan-field.ts";
import type { RecordWrite } from "./ports.ts";
import type { AccordRecord, Parked } from "./record.ts";

/** First retry of a refused value, in milliseconds; doubled with each try, up to a day. */
const FIRST_RETRY_MS = 3_600_000;
const LAST_RETRY_MS = 86_400_000;

/** A value that was refused before is not tried again until then, unless it changed. */
export function isStillParked(
  parked: Parked,
  { system, value }: { readonly system: System; readonly value: string | null },
  nowMs: number,
): boolean {
  if (parked.system !== system || (parked.field !== "*" && parked.value !== value)) return false;
  const waitMs = Math.min(FIRST_RETRY_MS * 2 ** (parked.tries - 1), LAST_RETRY_MS);
  return nowMs < Date.parse(parked.triedAt) + waitMs;
}

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

function intendWrite(intention: Intention): RecordWrite | undefined {
  const { kind, record, side, system, nowMs } = intention;
  if (side.is === "none") return undefined;
  const object = side.is === "seen" ? side.observation.ref.object : side.object;
  const mapped = kind.objects.find((one) => one.system === system && one.object === object);
  if (!mapped) return undefined;
  const recordRefused = record.parked.find(({ field }) => field === "*");
  if (recordRefused && isStillParked(recordRefused, { system, value: null }, nowMs))
    return undefined;

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
  const wanted = plans.flatMap(({ field, write }) => {
    if (write?.system !== system) return [];
    const parked = record.parked.find((one) => one.field === field.name && one.system === system);
    return parked && isStillParked(parked, write, nowMs) ? [] : [write.properties];
  });
  const needsId = side.is === "seen" && side.observation.accordId !== record.id;
  const id = record.parked.find((one) => one.field === idProperty && one.system === system);
  if (!needsId || (id && isStillParked(id, { system, value: record.id }, nowMs))) return wanted;
  return [...wanted, { [idProperty]: record.id }];
}
