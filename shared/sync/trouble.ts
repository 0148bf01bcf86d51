import type { Cause } from "../core/parking/cause.ts";
import type { Kind, System } from "../core/reconcile/system.ts";
import { dueMsOf } from "./park.ts";
import type { Ref } from "./ports.ts";
import type { AccordRecord, Parked } from "./record.ts";
import { settlesAtMs } from "./steady.ts";

/** A parked value as the index of troubles shows it, without the value. */
export interface ParkedRow {
  readonly system: System;
  readonly field: string;
  readonly cause: Cause;
  readonly code: string;
  readonly since: string;
  /** When it is tried again by itself, in epoch milliseconds; undefined where our codec refused. */
  readonly dueMs?: number;
  readonly object?: string;
  readonly property?: string;
  readonly fingerprint?: string;
}

/** A record with something that a person may want to see: parked values, open questions. */
export interface Trouble {
  readonly kind: Kind;
  readonly id: string;
  /** One of the CRM records that it is tied to, to be hinted. */
  readonly ref: Ref;
  readonly parked: readonly ParkedRow[];
  /** Names of the fields of each open question. */
  readonly open: readonly (readonly string[])[];
}

/** Where every record in trouble is found, and no other. */
export interface TroubleIndex {
  /** From the place that `after` names, in an order that stays. Never many in one page. */
  pages(after?: string): AsyncIterable<TroublePage>;
}

export interface TroublePage {
  readonly troubles: readonly Trouble[];
  /** Names the place behind this page. */
  readonly place: string;
}

/** What the index shows of a record; undefined where there is nothing to show. */
export function troubleOf({
  kind,
  id,
  links,
  parked,
  conflicts,
}: AccordRecord): Trouble | undefined {
  const open = conflicts.filter(({ winner }) => winner === undefined).map(({ fields }) => fields);
  const link = links.find(({ ended }) => ended === undefined) ?? links.at(-1);
  if (!link || (parked.length === 0 && open.length === 0)) return undefined;
  const ref = { system: link.system, object: link.object, id: link.id };
  return { kind, id, ref, parked: parked.map(rowOf), open };
}

function rowOf(parked: Parked): ParkedRow {
  const { system, field, cause, code, since, object, property, fingerprint, member } = parked;
  const wasAsked = object !== undefined || member !== undefined;
  const dueMs = settlesAtMs(parked) ?? (wasAsked ? dueMsOf(parked) : undefined);
  return {
    system,
    field,
    cause,
    code,
    since,
    ...(dueMs === undefined ? {} : { dueMs }),
    ...(object === undefined ? {} : { object }),
    ...(property === undefined ? {} : { property }),
    ...(fingerprint === undefined ? {} : { fingerprint }),
  };
}
