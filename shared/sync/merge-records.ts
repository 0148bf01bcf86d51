import { refKey } from "./ports.ts";
import type { AccordRecord, Link } from "./record.ts";
import { withHistoryOf } from "./stage-history.ts";

/**
 * The survivor with what the other had gone through (I4): links as history, stages and conflicts in the
 * order of their dates, whoever it is kept apart from. Doing it twice changes nothing more.
 */
export function takeHistory(
  survivor: AccordRecord,
  other: AccordRecord,
  now: string,
): AccordRecord {
  const because = `record ${other.id}, which is one with this, had it`;
  const past = other.links.filter(isPast).map((link) => ({ ...link, because }));
  const apart = [...(survivor.keptApart ?? []), ...(other.keptApart ?? [])].filter(
    ({ recordId }) => recordId !== survivor.id && recordId !== other.id,
  );
  const [createdAt = survivor.createdAt] = [survivor.createdAt, other.createdAt].sort();
  const { keptApart: _, ...rest } = survivor;
  return {
    ...rest,
    links: [...unlike(past, survivor.links, linkKey), ...survivor.links],
    ...withHistoryOf(survivor, other),
    conflicts: inOrder([...survivor.conflicts, ...other.conflicts], ({ at }) => at, JSON.stringify),
    ...(apart.length > 0 ? { keptApart: inOrder(apart, ({ at }) => at, JSON.stringify) } : {}),
    mergedFrom: [
      ...new Set([...(survivor.mergedFrom ?? []), ...(other.mergedFrom ?? []), other.id]),
    ],
    createdAt,
    updatedAt: now,
  };
}

function isPast({ ended }: Link): boolean {
  return ended !== undefined;
}

/** The record that another goes on for. Its values stay readable; its conflicts are the other's now. */
export function retired(record: AccordRecord, into: string, now: string): AccordRecord {
  const statusReason = `record ${into} goes on in its place`;
  const { belongsTo: _, ...rest } = record;
  return {
    ...rest,
    links: allEnded(record, `it is one with record ${into}`, now),
    status: "merged",
    statusReason,
    mergedInto: into,
    conflicts: [],
    parked: [],
    candidates: [],
    waiting: [],
    proposed: [],
    lease: undefined,
    updatedAt: now,
  };
}

function allEnded({ links }: AccordRecord, because: string, at: string): Link[] {
  return links.map((link) => (link.ended ? link : { ...link, ended: { at, because } }));
}

const linkKey = (link: Link) => `${refKey(link)} ${link.since}`;

function unlike<One>(some: readonly One[], others: readonly One[], keyOf: (one: One) => string) {
  const known = new Set(others.map(keyOf));
  return some.filter((one) => !known.has(keyOf(one)));
}

function inOrder<One>(
  all: readonly One[],
  dateOf: (one: One) => string,
  keyOf: (one: One) => string,
): One[] {
  const unique = new Map(all.map((one) => [keyOf(one), one]));
  return [...unique.values()].sort((one, other) => (dateOf(one) < dateOf(other) ? -1 : 1));
}
