import type { KindMapping } from "../core/mapping/mapping.ts";
import { SYSTEMS, type System } from "../core/reconcile/system.ts";
import { recordsOf } from "../sync/gather.ts";
import { type Hint, refKey } from "../sync/ports.ts";
import { type AccordRecord, activeLink, isLinkedOnBothSides } from "../sync/record.ts";
import { ENDS } from "../sync/relation-ends.ts";
import { agreesOnRelations, relatedRefs } from "../sync/relation-evidence.ts";
import type { World } from "../sync/subject.ts";
import { bucketOf } from "./bridge.ts";
import type { Outsider } from "./finding.ts";
import type { Group } from "./group-rows.ts";
import type { Result } from "./ports.ts";
import { agree, comparable, type ParityRow } from "./row.ts";
import { addTallies, NO_TALLY, type Tally, tallyFields } from "./tally.ts";

/** The name under which the relations of an opportunity are counted among its fields. */
export const RELATIONS = "relations";

/** What can be said without asking a CRM, and the groups about which that is not enough. */
export interface Judged {
  readonly result: Omit<Result, "doubts">;
  readonly doubtful: readonly Group[];
}

/**
 * Counts the groups in which the rows of both sides say what our record says. Whatever else is the case of
 * a group is doubtful, and is not decided here.
 */
export async function judgeGroups(
  world: World,
  kind: KindMapping,
  groups: readonly Group[],
): Promise<Judged> {
  const refs = groups.flatMap(({ rows }) => rows.map(({ ref }) => ref));
  const records = await recordsOf(world, kind, refs);
  const hints = groups.flatMap((group) => relationHints(kind, group));
  const holders = await world.store.holders(hints.flatMap(relatedRefs), []);
  const doubtful: Group[] = [];
  const tallies: Tally[] = [];
  const outsiders: Outsider[] = [];
  for (const group of groups) {
    const record = records.get(refKey(group.rows[0]?.ref ?? NOBODY));
    const isOne = group.rows.every(({ ref }) => records.get(refKey(ref)) === record);
    const isClean = record && isOne && isAsKept(world, kind, { record, group, holders });
    if (!isClean) doubtful.push(group);
    else if (group.rows.length === 2) tallies.push(tallyOfPair(kind, group.rows));
    else outsiders.push(...group.rows.map((row) => outsiderOf(record, row)));
  }
  const counted = outsiders.map(({ ref: { system }, bucket }) => tallyOfOne(system, bucket));
  const tally = addTallies([...tallies, ...counted]);
  return { result: { tally, findings: [], outsiders }, doubtful };
}

const NOBODY = { system: "hubspot", object: "", id: "" } as const;

interface Kept {
  readonly record: AccordRecord;
  readonly group: Group;
  readonly holders: ReadonlyMap<string, string>;
}

function isAsKept(world: World, kind: KindMapping, kept: Kept): boolean {
  const { record, group } = kept;
  const { rows } = group;
  const ties = SYSTEMS.flatMap((system) => activeLink(record, system) ?? []);
  const isTied = rows.every(({ ref }) => ties.some((link) => refKey(link) === refKey(ref)));
  if (!isTied || ties.length !== rows.length || record.lease) return false;
  if (record.mappingVersion !== world.mapping.version || !agree(kind, record, rows)) return false;
  if (rows.length < 2) return record.status !== "linked" && isExplained(record);
  const isNamed = rows.every(({ accordId }) => accordId === record.id);
  return (
    record.status === "linked" &&
    (isNamed || world.mode === "observe") &&
    relationHints(kind, group).every((hint) => agreesOnRelations(record, hint, kept.holders))
  );
}

/** A record on one side alone of which nothing has to be asked: a named place explains it. */
function isExplained(record: AccordRecord): boolean {
  return !["missing", "unknown"].includes(loneBucket(record)) && !isLinkedOnBothSides(record);
}

function loneBucket(record: AccordRecord) {
  return bucketOf({ isPaired: false, isMoving: false, isUntied: false, isKnown: true, record });
}

/** What pages told of the relations of a group's opportunities, as hints tell it: what none told of is none. */
function relationHints(kind: KindMapping, { rows, related }: Group): Hint[] {
  if (!hasRelations(kind)) return [];
  return rows.map(({ ref }) => {
    const none = Object.values(ENDS).map((end) => [end[ref.system], []]);
    return { ref, related: { ...Object.fromEntries(none), ...related.get(refKey(ref)) } };
  });
}

function tallyOfPair(kind: KindMapping, rows: readonly ParityRow[]): Tally {
  const names = [...comparable(kind, rows), ...(hasRelations(kind) ? [RELATIONS] : [])];
  return {
    ...NO_TALLY,
    hubspot: { both: 1 },
    salesforce: { both: 1 },
    fields: tallyFields(names.map((field) => ({ field, is: "equal" }))),
  };
}

export function hasRelations({ kind }: KindMapping): boolean {
  return kind === "opportunity";
}

/** One CRM record in one bucket. */
export function tallyOfOne(system: System, bucket: Outsider["bucket"]): Tally {
  return { ...NO_TALLY, [system]: { [bucket]: 1 } };
}

function outsiderOf(record: AccordRecord, { key, ref }: ParityRow): Outsider {
  const { kind: of, id: recordId, statusReason: reason } = record;
  return { of, key, ref, bucket: loneBucket(record), recordId, reason };
}
