import { createHash } from "node:crypto";
import type { RawValue } from "../core/codec/codec.ts";
import type { KindMapping } from "../core/mapping/mapping.ts";
import { type Cause, causeOfOurs, type PropertyFacts } from "../core/parking/cause.ts";
import { isMeant, type ParkedFilter, waitMsAfter } from "../core/parking/release.ts";
import { remedyOf } from "../core/parking/remedy.ts";
import type { System } from "../core/reconcile/system.ts";
import { type FieldPlan, writesOf } from "./plan-field.ts";
import type { AccordRecord, Parked, Quiet } from "./record.ts";
import type { IntendedRelation, Related, Written } from "./written.ts";

/** A value that was refused just now, or that is known to be refused before anybody is asked. */
interface Refused {
  readonly system: System;
  readonly field: string;
  readonly value: string | null;
  readonly code: string;
  readonly message: string;
  readonly cause: Cause;
  /** The CRM's own names; undefined where our codec refused, and no change there would help. */
  readonly object?: string;
  readonly property?: string;
  readonly facts?: PropertyFacts;
  readonly member?: string;
  readonly quiet?: Quiet;
  /** Whether the far side was asked, or the refusal was known before. */
  readonly asked: boolean;
}

/** What is about to be written to where something may be parked. */
export interface Attempt {
  readonly system: System;
  readonly value: string | null;
}

/** A value that was refused before is not tried again until then, unless it changed. Rule K3. */
export function isStillParked(parked: Parked, { system, value }: Attempt, nowMs: number): boolean {
  if (parked.system !== system || parked.due || parked.cause === "unstable") return false;
  const isRecord = parked.field === "*" && parked.value === null;
  if (!isRecord && parked.value !== value) return false;
  return nowMs < dueMsOf(parked);
}

/** When a parked value is tried again by itself, if nothing else changes. */
export function dueMsOf({ tries, triedAt }: Pick<Parked, "tries" | "triedAt">): number {
  return Date.parse(triedAt) + waitMsAfter(tries);
}

/** Stands for the values of a write that was refused as a whole: with others it is tried at once. */
export function digestOf(properties: Readonly<Record<string, RawValue>>): string {
  const sorted = Object.entries(properties).sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(sorted)).digest("base64url").slice(0, 16);
}

/**
 * Marks what is to be tried again: all of it once the mapping has changed, and what a hint asks for.
 * The mark is saved with the claim, so that a worker that dies leaves it to the next one.
 */
export function withDue(
  record: AccordRecord,
  retries: readonly ParkedFilter[],
  mappingVersion: string,
): AccordRecord {
  const isAnother = record.mappingVersion !== mappingVersion;
  if (record.parked.length === 0 || (!isAnother && retries.length === 0)) return record;
  const parked = record.parked.map((one): Parked => {
    const isAsked = isAnother || retries.some((filter) => isMeant(one, filter));
    return isAsked ? { ...one, due: true } : one;
  });
  return { ...record, parked };
}

/** What of a record's fields is parked once its writes are done. Rules K2 and K3. */
export function parkFields(
  kind: KindMapping,
  record: AccordRecord,
  plans: readonly FieldPlan[],
  written: readonly Written[],
  now: string,
): readonly Parked[] {
  const refused = [
    ...plans.flatMap((plan) => refusalsOf(plan, written)),
    ...refusedIds(kind, written),
    ...refusedRecords(written),
  ];
  const stillParked = record.parked.filter(
    (parked) => !refused.some(isOf(parked)) && staysParked(parked, plans, written),
  );
  return [...stillParked, ...refused.map((one) => park(record, one, now))];
}

function isOf(parked: Pick<Parked, "system" | "field">) {
  return ({ system, field }: Pick<Refused, "system" | "field">) =>
    parked.system === system && parked.field === field;
}

/** A value stays parked until a write that holds it lands, or nobody wants to write it any more. */
function staysParked(
  parked: Parked,
  plans: readonly FieldPlan[],
  written: readonly Written[],
): boolean {
  if (parked.member !== undefined) return true;
  const landed = written.filter(({ system, result }) => system === parked.system && !result.failed);
  if (parked.field === "*") return landed.length === 0;
  const plan = plans.find(({ field }) => field.name === parked.field);
  if (!plan) return !landed.some(({ write }) => parked.field in write.properties);
  const write = writesOf(plan).find(({ system }) => system === parked.system);
  if (write === undefined || write.value !== parked.value) return false;
  const properties = Object.keys(write.properties);
  return !landed.some((one) => properties.some((property) => property in one.write.properties));
}

function refusalsOf(plan: FieldPlan, written: readonly Written[]): Refused[] {
  const { field, refused } = plan;
  if (refused) {
    const { system, value, refusal, quiet } = refused;
    const { refused: code, reason: message } = refusal;
    const told = { code, message, cause: causeOfOurs(code), ...(quiet ? { quiet } : {}) };
    return [{ system, field: field.name, value, ...told, asked: false }];
  }
  return writesOf(plan).flatMap(({ system, value, properties }) => {
    const done = written.find((one) => one.system === system);
    const [first] = (done?.result.refused ?? []).filter((one) => one.property in properties);
    if (!done || !first) return [];
    return [{ system, field: field.name, value, ...causeAndPlace(first, done), asked: true }];
  });
}

function causeAndPlace(
  { property, code, message, cause = "unknown", facts }: Written["result"]["refused"][number],
  { write: { object } }: Written,
) {
  return { object, property, code, message, cause, ...(facts ? { facts } : {}) };
}

function refusedIds({ objects }: KindMapping, written: readonly Written[]): Refused[] {
  return written.flatMap((done) =>
    done.result.refused
      .filter(({ property }) => objects.some(({ idProperty }) => idProperty === property))
      .map((one) => ({
        system: done.system,
        field: one.property,
        value: done.write.recordId,
        ...causeAndPlace(one, done),
        asked: true,
      })),
  );
}

function refusedRecords(written: readonly Written[]): Refused[] {
  return written.flatMap(({ system, write: { object, properties }, result: { failed } }) => {
    if (!failed || failed.retryable) return [];
    const { code, message, cause = "unknown" } = failed;
    const value = digestOf(properties);
    return [{ system, field: "*", value, object, code, message, cause, asked: true }];
  });
}

function withoutMark({ due, ...parked }: Parked): Parked {
  return parked;
}

function park(
  record: Pick<AccordRecord, "parked">,
  { asked, facts, ...refused }: Refused,
  now: string,
): Parked {
  const before = record.parked.find((parked) => isOf(parked)(refused));
  const again = before !== undefined && before.value === refused.value;
  if (again && !asked && before.code === refused.code)
    return { ...withoutMark(before), ...(refused.quiet ? { quiet: refused.quiet } : {}) };
  const { object, property, field, system, cause } = refused;
  // What the digest of a whole record's values says is for no person to read.
  const value = field === "*" ? null : refused.value;
  return {
    ...refused,
    remedy: remedyOf({ cause, system, object, property, field, value, facts }),
    ...(facts ? { fingerprint: facts.fingerprint } : {}),
    since: again ? before.since : now,
    tries: again ? before.tries + 1 : 1,
    triedAt: now,
  };
}

/** A relation that is to be written, as it is parked. Rule K5. */
function relationName({ relation, member }: Pick<IntendedRelation, "relation" | "member">) {
  return `${relation} ${member}`;
}

export function isRelationParked(
  record: Pick<AccordRecord, "parked">,
  intended: IntendedRelation,
  nowMs: number,
): boolean {
  const attempt = { system: intended.system, value: `${intended.action} ${intended.otherId}` };
  const field = relationName(intended);
  return record.parked.some((one) => one.field === field && isStillParked(one, attempt, nowMs));
}

/** What of a record's relations is parked once they were written; `held` were not tried. */
export function parkRelations(
  record: AccordRecord,
  { held, related }: { held: readonly IntendedRelation[]; related: readonly Related[] },
  now: string,
): readonly Parked[] {
  const refused = related.flatMap(({ intended, result: { failed } }): Refused[] => {
    if (!failed || failed.retryable) return [];
    const { code, message, cause = "unknown" } = failed;
    const { system, action, otherId, member } = intended;
    const value = `${action} ${otherId}`;
    const field = relationName(intended);
    return [{ system, field, value, member, code, message, cause, asked: true }];
  });
  const pending = [
    ...held,
    ...related.filter(({ result }) => result.failed?.retryable).map(({ intended }) => intended),
  ].map((one) => ({ system: one.system, field: relationName(one) }));
  const stays = (parked: Parked) =>
    parked.member === undefined ||
    (pending.some(isOf(parked)) && !refused.some((one) => isOf(parked)(one)));
  return [...record.parked.filter(stays), ...refused.map((one) => park(record, one, now))];
}
