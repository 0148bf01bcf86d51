import { isRefusal } from "../core/codec/codec.ts";
import type { KindMapping, MappedField, Mapping } from "../core/mapping/mapping.ts";
import type { FieldValue } from "../core/reconcile/field-value.ts";
import { type Kind, otherSystem, SYSTEMS, type System } from "../core/reconcile/system.ts";
import type { HintQueue } from "./ports.ts";
import { sameValue } from "./read-fields.ts";
import { type AccordRecord, activeLink, type Conflict, type Ruling } from "./record.ts";
import type { RecordStore } from "./record-store.ts";

interface RulingWorld {
  readonly mapping: Mapping;
  readonly store: Pick<RecordStore, "load" | "save" | "log">;
  readonly queue: HintQueue;
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<void>;
}

export interface Target {
  readonly kind: Kind;
  readonly id: string;
  readonly field: string;
  /** Who decided, as people know them. */
  readonly by: string;
  /** Why, in that person's words. */
  readonly because: string;
}

export type Ruled =
  | { readonly done: true; readonly values: Readonly<Record<string, FieldValue>> }
  /** Nothing had to be done: it is decided, or asked for, already. */
  | { readonly done: false; readonly because: string }
  | { readonly refused: "unknown" | "impossible" | "busy"; readonly reason: string };

/** Names a conflict: a fact has one at an instant. */
export function conflictName({ fields, at }: Conflict): string {
  return `${fields.join("+")}@${at}`;
}

/** Decides an open question: one side's value, or another that is written to both. */
export function resolveConflict(
  world: RulingWorld,
  target: Target,
  pick: System | { readonly value: FieldValue },
): Promise<Ruled> {
  return rule(world, target, "decided", (record) => {
    const open = record.conflicts.find(
      ({ fields, winner }) => winner === undefined && fields.includes(target.field),
    );
    if (!open) return "no question is open about this field";
    if (typeof pick === "object") return { [target.field]: pick.value };
    return valuesOf(open, pick);
  });
}

/** Brings back a value: any, or the one that lost a conflict. */
export function restoreValue(
  world: RulingWorld,
  target: Target,
  from: { readonly value: FieldValue } | { readonly conflict: string; readonly system?: System },
): Promise<Ruled> {
  return rule(world, target, "restored", (record) => {
    if ("value" in from) return { [target.field]: from.value };
    const conflict = record.conflicts.find(
      (one) => conflictName(one) === from.conflict && one.fields.includes(target.field),
    );
    if (!conflict) return { refused: "unknown", reason: "no conflict of this field has this name" };
    const loser = from.system ?? (conflict.winner && otherSystem(conflict.winner));
    if (!loser) return { refused: "impossible", reason: "it is open still: resolve it instead" };
    return valuesOf(conflict, loser);
  });
}

function valuesOf(conflict: Conflict, system: System): Record<string, FieldValue> {
  const values = conflict.fields.map((name, index) => [name, conflict[system][index] ?? null]);
  return Object.fromEntries(values);
}

const TRIES = 10;
const WAIT_MS = 300;

type Wanted =
  | Readonly<Record<string, FieldValue>>
  | string
  | { readonly refused: "unknown" | "impossible"; readonly reason: string };

/**
 * Keeps a decision on the record, and has it looked at: the worker claims, writes and commits it like
 * any other change. Kept under the record's version, so that it is carried out once.
 */
async function rule(
  world: RulingWorld,
  { kind, id, field, by, because: why }: Target,
  because: string,
  wantedOf: (record: AccordRecord) => Wanted,
): Promise<Ruled> {
  const mapped = world.mapping.kinds.find((one) => one.kind === kind);
  for (let tries = 0; mapped && tries < TRIES; tries += 1) {
    if (tries > 0) await world.wait(WAIT_MS);
    const record = (await world.store.load([{ kind, id }])).get(id);
    if (!record) return { refused: "unknown", reason: `no ${kind} has this id` };
    const wanted = wantedOf(record);
    if (typeof wanted === "string") return { done: false, because: wanted };
    if (isNo(wanted)) return wanted;
    const problem = problemOf(mapped, record, wanted);
    if (problem) return { refused: "impossible", reason: problem };
    const isHere = isDone(mapped, record, wanted);
    if (isHere) return { done: false, because: isHere };
    if ((record.lease?.untilMs ?? 0) > world.now()) continue;
    const at = new Date(world.now()).toISOString();
    const ruling: Ruling = { values: wanted, by, at, because };
    const others = (record.rulings ?? []).filter(({ values }) => !(field in values));
    const next = { ...record, lease: undefined, rulings: [...others, ruling], updatedAt: at };
    const events = Object.entries(wanted).map(([name, to]) => ({
      what: because,
      field: name,
      to,
      by,
      because: why,
    }));
    if ((await world.store.save(next)) === "stale") continue;
    await world.store.log([{ recordId: id, kind, at, version: record.version + 1, events }]);
    await hint(world, record);
    return { done: true, values: wanted };
  }
  return { refused: "busy", reason: "the record is being written; ask again in a minute" };
}

function isNo(wanted: object): wanted is { refused: "unknown" | "impossible"; reason: string } {
  return "refused" in wanted && "reason" in wanted;
}

/** Why a value cannot stand on both sides; undefined where it can. */
function problemOf(
  kind: KindMapping,
  record: AccordRecord,
  wanted: Readonly<Record<string, FieldValue>>,
): string | undefined {
  const links = SYSTEMS.flatMap((system) => activeLink(record, system) ?? []);
  if (links.length < SYSTEMS.length) return "the record does not stand on both sides";
  for (const [name, value] of Object.entries(wanted)) {
    const field = kind.fields.find((one) => one.name === name);
    if (!field || isStage(kind, field)) return `there is no field '${name}' that can be decided so`;
    for (const { object } of links) {
      const place = field.places[object];
      if (!place) return `${object} has no ${name}`;
      if (place.readOnly) return `${name} of ${object} is calculated by the system that holds it`;
      const raw = place.codec.write(value);
      if (isRefusal(raw)) return `${object} cannot hold it: it ${raw.reason}`;
    }
  }
  return undefined;
}

/** Stages move by their own machine. */
function isStage({ lifecycle, stageField }: KindMapping, { name }: MappedField): boolean {
  return lifecycle !== undefined && (name === stageField || name === lifecycle.statusField);
}

function isDone(
  kind: KindMapping,
  record: AccordRecord,
  wanted: Readonly<Record<string, FieldValue>>,
): string | undefined {
  const all = (holds: (name: string, value: FieldValue) => boolean) =>
    Object.entries(wanted).every(([name, value]) => holds(name, value));
  const isAsked = (record.rulings ?? []).some(({ values }) =>
    all((name, value) => name in values && values[name] === value),
  );
  if (isAsked) return "it is asked for already";
  const stands = all((name, value) => {
    const field = kind.fields.find((one) => one.name === name);
    const state = record.fields[name];
    const isOpen = record.conflicts.some(
      ({ fields, winner }) => winner === undefined && fields.includes(name),
    );
    if (!field || !state || isOpen) return false;
    return sameValue(field, state.value, value) && sameValue(field, state.baseline, value);
  });
  return stands ? "both sides hold this value" : undefined;
}

async function hint({ queue }: RulingWorld, record: AccordRecord): Promise<void> {
  const link = activeLink(record, "salesforce") ?? activeLink(record, "hubspot");
  if (!link) return;
  const ref = { system: link.system, object: link.object, id: link.id };
  const because = "a person has decided about it";
  await queue.send([{ ref, because }], { lane: "live", delaySeconds: 0, attempt: 0 });
}
