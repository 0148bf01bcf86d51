import { refKey } from "../../../../shared/sync/ports.ts";
import type { AccordRecord } from "../../../../shared/sync/record.ts";
import { accordName, type FieldName, fieldOf, plain } from "../story/fields.ts";
import type { Typed } from "../story/people.ts";
import type { Check, Ending } from "./check.ts";
import type { Row } from "./read-sides.ts";

/**
 * Every value that a person typed, and that no later edit of a person on the same side replaced, is on
 * both sides, or kept with its value in a place where a person can see it.
 */
export const nothingLost: Check = {
  name: "every value a person typed is on both sides, or kept in a named place",
  promise: "P1",
  find: (ending) => {
    const rows = new Map(ending.rows.map((row) => [refKey(row.ref), row]));
    const places = new Places(ending);
    return lastTyped(ending.typed).flatMap((typed) => {
      const row = rows.get(refKey(typed.ref));
      if (!row || ending.isDeleted(typed.ref.system, typed.ref.id)) return [];
      if (isOverwrittenInTheGap(ending, typed)) return [];
      return places.hold(typed, row) ? [] : [wordsOf(typed, row)];
    });
  },
};

/** Of each field of each record, what was typed last. */
export function lastTyped(all: readonly Typed[]): Typed[] {
  const last = new Map<string, Typed>();
  for (const typed of all) last.set(`${refKey(typed.ref)} ${typed.field}`, typed);
  return [...last.values()];
}

function wordsOf({ thing, field, value, ref, order }: Typed, row: Row): string {
  const now = valueOn(row, field);
  return `${thing}: ${field} "${value}", typed as edit ${order} into ${ref.object} ${ref.id}, is nowhere; "${now}" is there now`;
}

export function valueOn({ ref, values }: Row, field: FieldName): string | null {
  const properties: Readonly<Record<string, string>> = fieldOf(field).properties;
  return values[properties[ref.object] ?? ""] ?? null;
}

/** What a side says of an earlier time than the edit, by any clock, was not said of the edit. */
const MOST_CLOCK_SKEW_MS = 5 * 60_000;

/** The stages that a word may stand for, with the other words that people use beside it. */
const STAGES_OF: Readonly<Record<string, readonly string[]>> = {
  marketingqualifiedlead: ["mql", "sal", "disqualified", "recycled", "marketingqualifiedlead"],
  salesqualifiedlead: ["sql", "disqualified", "recycled", "salesqualifiedlead"],
  opportunity: ["opportunity", "disqualified", "recycled"],
  customer: ["customer"],
  open: ["lead", "mql", "NEW", "OPEN", "Open - Not Contacted", "subscriber", "sql", "opportunity"],
  working: ["sal", "sql", "IN_PROGRESS", "CONNECTED", "Working - Contacted", "mql", "opportunity"],
  disqualified: ["disqualified", "UNQUALIFIED", "Closed - Not Converted"],
};

/** Where values are kept besides the CRMs themselves. */
class Places {
  readonly #byRef = new Map<string, AccordRecord[]>();
  readonly #rows = new Map<string, Row>();
  readonly #ending: Ending;

  constructor(ending: Ending) {
    this.#ending = ending;
    for (const row of ending.rows) this.#rows.set(refKey(row.ref), row);
    for (const record of ending.records)
      for (const link of record.links) {
        const key = refKey(link);
        this.#byRef.set(key, [...(this.#byRef.get(key) ?? []), record]);
      }
  }

  hold({ ref, field, value, atMs }: Typed, row: Row): boolean {
    const wanted = plain(field, value);
    const isHere = plain(field, valueOn(row, field)) === wanted;
    const records = this.#byRef.get(refKey(ref)) ?? [];
    const partners = records
      .flatMap(({ links }) => links)
      .filter((link) => !link.ended && link.system !== ref.system)
      .flatMap((link) => this.#rows.get(refKey(link)) ?? [])
      .filter((partner) => partner.ref.object in fieldOf(field).properties);
    if (isHere && partners.every((one) => plain(field, valueOn(one, field)) === wanted))
      return true;
    // Who it belongs to is asked of a person: what was typed stays where it was typed until then.
    if (isHere && records.some(({ status }) => status === "ambiguous")) return true;
    return records.some((record) => this.#isKept(record, { field, atMs }, wanted));
  }

  /** In a conflict, parked, or in the record's own account of itself. */
  #isKept(
    record: AccordRecord,
    { field, atMs }: Pick<Typed, "field" | "atMs">,
    wanted: string,
  ): boolean {
    const name = accordName(field);
    const says = (value: string | null | undefined) => plain(field, value) === wanted;
    if (field === "lifecycleStage" || field === "leadStatus")
      return this.#isStage(record, wanted, atMs);
    const inConflict = record.conflicts.some(({ fields, hubspot, salesforce }) => {
      const index = fields.indexOf(name);
      return index >= 0 && (says(hubspot[index]) || says(salesforce[index]));
    });
    const isParked = record.parked.some((parked) => parked.field === name && says(parked.value));
    const inHistory = this.#ending.history.some(
      ({ recordId, events }) =>
        recordId === record.id &&
        events.some((event) => event.field === name && (says(event.from) || says(event.to))),
    );
    return inConflict || isParked || inHistory;
  }

  /** A stage is said by several words together, and is kept as a step of the record's history. */
  #isStage(record: AccordRecord, wanted: string, typedAtMs: number): boolean {
    const { conflicts, stages, parked, lifecycle } = record;
    const kept = [
      // Each side's own account of when it said what, also of words that its opportunities overruled.
      ...Object.values(lifecycle?.said ?? {}).flatMap(({ entered }) =>
        Object.keys(entered).filter(
          (stage) => Date.parse(entered[stage] ?? "") >= typedAtMs - MOST_CLOCK_SKEW_MS,
        ),
      ),
      ...conflicts.flatMap(({ hubspot, salesforce }) => [...hubspot, ...salesforce]),
      ...stages.map(({ stage }) => stage),
      ...parked.map(({ value }) => value),
      ...this.#ending.history
        .filter(({ recordId }) => recordId === record.id)
        .flatMap(({ events }) => events.flatMap(({ from, to }) => [from, to])),
    ];
    const meant = STAGES_OF[wanted] ?? [wanted];
    return meant.some((stage) => kept.includes(stage) || (stage === "" && kept.includes(null)));
  }
}

/**
 * Whether Accord wrote over it between its look and its write: neither CRM offers compare-and-set, and
 * the rules (reconcile/SPEC.md) say so. The writer had begun before the value was typed.
 */
export function isOverwrittenInTheGap({ wrote }: Ending, typed: Typed): boolean {
  const properties: Readonly<Record<string, string>> = fieldOf(typed.field).properties;
  const property = properties[typed.ref.object] ?? "";
  return wrote.some(
    ({ atMs, startedMs, system, body }) =>
      system === typed.system &&
      startedMs <= typed.atMs &&
      typed.atMs <= atMs &&
      body.includes(typed.ref.id) &&
      body.includes(`"${property}"`),
  );
}
