import type { System } from "../core/reconcile/system.ts";
import { WAITS_TO_BE_CREATED } from "../sync/conclude-work.ts";
import { isSecond } from "../sync/find-partners.ts";
import type { AccordRecord } from "../sync/record.ts";
import type { Sums } from "./sums.ts";

/**
 * Where a CRM record stands that is counted on its side, in the order in which that is asked: it stands in
 * the first bucket that applies, and so in exactly one.
 *
 * `both`: its partner is there, and tied to it. `not-yet-due`: it was edited a moment ago, or is being
 * written. `not-linked`: its partner is there, and nobody ties them. `parked`: its creation on the other side
 * was refused. `in-conflict`: a question about it waits for a person.
 * `duplicate`: another record of its side stands for both. `ambiguous`: several candidates. `deleted`: its
 * partner was deleted. `kept-apart`: a person said so. `held-back`: an undo keeps it as it is. `unknown`:
 * Accord has never seen it. `missing`: a rule takes it across, and it is not there. `excluded`: no rule does.
 */
export const BUCKETS = [
  "both",
  "not-yet-due",
  "not-linked",
  "parked",
  "in-conflict",
  "duplicate",
  "ambiguous",
  "deleted",
  "kept-apart",
  "held-back",
  "unknown",
  "missing",
  "excluded",
] as const;

export type Bucket = (typeof BUCKETS)[number];

/** What is known of a CRM record that is there. */
export interface Standing {
  readonly isPaired: boolean;
  /** Edited a moment ago, or being written: whatever else is said of it may be over. */
  readonly isMoving: boolean;
  /** A partner is there that it is not tied to. */
  readonly isUntied: boolean;
  /** Accord keeps a record of it or of its partner, or need not, since it only looks on. */
  readonly isKnown: boolean;
  /** Our record of it, as it would be decided now. */
  readonly record: StandingRecord;
}

type StandingRecord = Pick<
  AccordRecord,
  | "status"
  | "statusReason"
  | "parked"
  | "conflicts"
  | "belongsTo"
  | "keptApart"
  | "forgotten"
  | "heldBy"
>;

const APPLIES: Readonly<Record<Exclude<Bucket, "excluded">, (standing: Standing) => boolean>> = {
  both: ({ isPaired }) => isPaired,
  "not-yet-due": ({ isMoving }) => isMoving,
  "not-linked": ({ isUntied, isKnown }) => isUntied && isKnown,
  parked: ({ record }) => record.parked.some(({ field }) => field === "*"),
  "in-conflict": ({ record }) => record.conflicts.some(({ winner }) => winner === undefined),
  duplicate: ({ record }) =>
    record.belongsTo !== undefined || (record.status === "ambiguous" && isSecond(record)),
  ambiguous: ({ record }) => record.status === "ambiguous",
  deleted: ({ record }) =>
    record.forgotten !== undefined ||
    record.status === "forgotten" ||
    (record.status === "unlinked" && record.keptApart === undefined),
  "kept-apart": ({ record }) => record.keptApart !== undefined,
  "held-back": ({ record }) => record.heldBy !== undefined,
  unknown: ({ isKnown }) => !isKnown,
  missing: ({ record }) =>
    record.status === "linked" || record.statusReason === WAITS_TO_BE_CREATED,
};

export function bucketOf(standing: Standing): Bucket {
  for (const bucket of BUCKETS)
    if (bucket !== "excluded" && APPLIES[bucket](standing)) return bucket;
  return "excluded";
}

/**
 * Records of one kind, on each side, by the bucket that they stand in; how many were read there, and how
 * many of those were gone before they were placed.
 */
export interface Bridge {
  readonly hubspot: Sums<Bucket>;
  readonly salesforce: Sums<Bucket>;
  readonly read: Readonly<Record<System, number>>;
  readonly gone: Readonly<Record<System, number>>;
}

export function totalOf(counted: Sums<Bucket>): number {
  return BUCKETS.reduce((sum, bucket) => sum + (counted[bucket] ?? 0), 0);
}

/**
 * Whether what one side counts, less whom it alone has, is what the other counts, less whom that alone has;
 * and whether the buckets of each side hold all that was read there and is not gone, and each once.
 */
export function addsUp({ hubspot, salesforce, read, gone }: Bridge): boolean {
  return (
    (hubspot.both ?? 0) === (salesforce.both ?? 0) &&
    totalOf(hubspot) + gone.hubspot === read.hubspot &&
    totalOf(salesforce) + gone.salesforce === read.salesforce
  );
}
