import type { KindMapping } from "../core/mapping/mapping.ts";
import { otherSystem } from "../core/reconcile/system.ts";
import type { Work } from "../sync/decide-records.ts";
import { nameOf, type Ref, systemName } from "../sync/ports.ts";
import { type AccordRecord, activeLink } from "../sync/record.ts";
import { type Bucket, bucketOf } from "./bridge.ts";
import type { Finding, FindingKind } from "./finding.ts";
import { changedByDeciding } from "./inspect-pair.ts";

/** A CRM record whose partner is not in its group. */
export interface Lone {
  readonly key: string;
  readonly ref: Ref;
  readonly kept: AccordRecord | undefined;
  /** What is kept of the partner that is there. */
  readonly keptOfPartner: AccordRecord | undefined;
  readonly work: Work;
  /** A partner is there that it is not tied to. */
  readonly isUntied: boolean;
  readonly isWatched: boolean;
}

export interface Placed {
  readonly bucket: Bucket;
  readonly findings: readonly Finding[];
}

/** Where a CRM record stands that has no tied partner, and what of that nobody knows yet. */
export function inspectLone(kind: KindMapping, lone: Lone): Placed {
  const { kept, keptOfPartner, work, isUntied, isWatched } = lone;
  const { record } = work.subject;
  const isKnown = isWatched || (kept ?? keptOfPartner) !== undefined;
  const bucket = bucketOf({ isPaired: false, isMoving: false, isUntied, isKnown, record });
  const about = newsOf(lone, bucket);
  const news = about ? [findingOf(lone, about)] : [];
  const stale = kept && !isWatched && !about ? staleFields(kind, lone, kept) : [];
  return { bucket, findings: [...news, ...stale] };
}

interface News {
  readonly kind: FindingKind;
  readonly words: string;
  readonly refs?: readonly Ref[];
}

/** What is to be told of it; undefined where a named place says it all. */
function newsOf(lone: Lone, bucket: Bucket): News | undefined {
  const { ref, kept, keptOfPartner, work, isUntied, isWatched } = lone;
  const far = otherSystem(ref.system);
  const partner = work.subject.seen[far]?.ref;
  if (isUntied && !isWatched && kept && partner) return untied(ref, partner, kept);
  // It is told of with its partner.
  if (isUntied && keptOfPartner) return undefined;
  if (!kept && !isWatched) {
    const isSecond = bucket === "duplicate" || bucket === "ambiguous";
    if (isSecond) return { kind: "duplicate", words: work.subject.record.statusReason };
    return { kind: "unknown-to-accord", words: `${nameOf(ref)} was never looked at` };
  }
  const lost = kept && activeLink(kept, far);
  if (lost && !partner)
    return {
      kind: "missing-on-far-side",
      words: `${nameOf(lost)} is gone`,
      refs: [ref, refOf(lost)],
    };
  if (bucket === "missing")
    return { kind: "missing-on-far-side", words: `${systemName(far)} has no such record` };
  if (kept && !isWatched && kept.status !== work.subject.record.status)
    return { kind: "stale-record", words: `it is ${work.subject.record.status} by now` };
  return undefined;
}

/** Our record is tied to another than the one that goes on, or to none. */
function untied(ref: Ref, partner: Ref, kept: AccordRecord): News {
  const refs = [ref, partner];
  const link = activeLink(kept, partner.system);
  return link
    ? { kind: "link-broken", words: `${nameOf(link)} goes on as ${nameOf(partner)}`, refs }
    : { kind: "not-linked", words: `${nameOf(ref)} is not tied to ${nameOf(partner)}`, refs };
}

/** Without what our record says of the tie. */
function refOf({ system, object, id }: Ref): Ref {
  return { system, object, id };
}

function findingOf({ key, ref, kept, work }: Lone, news: News): Finding {
  const recordId = kept?.id;
  return {
    of: work.subject.record.kind,
    key,
    refs: [ref],
    ...news,
    ...(recordId === undefined ? {} : { recordId }),
  };
}

function staleFields(kind: KindMapping, lone: Lone, kept: AccordRecord): Finding[] {
  return changedByDeciding(kind, kept, lone.work).map(({ field, known }) => ({
    ...findingOf(lone, { kind: "stale-record", words: `our ${field} is old` }),
    field,
    known,
  }));
}
