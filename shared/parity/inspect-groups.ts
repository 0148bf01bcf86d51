import { createHash } from "node:crypto";
import type { KindMapping } from "../core/mapping/mapping.ts";
import { otherSystem } from "../core/reconcile/system.ts";
import type { Work } from "../sync/decide-records.ts";
import { chunksOf } from "../sync/in-parallel.ts";
import { type Observation, type Ref, refKey } from "../sync/ports.ts";
import { type AccordRecord, activeLink } from "../sync/record.ts";
import type { World } from "../sync/subject.ts";
import type { Bucket } from "./bridge.ts";
import { type Finding, isUndated, nameOfFinding, type Outsider } from "./finding.ts";
import type { Group } from "./group-rows.ts";
import { inspectLone } from "./inspect-lone.ts";
import { type Inspected, inspectPair } from "./inspect-pair.ts";
import { RELATIONS, tallyOfOne } from "./judge-groups.ts";
import { type Fresh, isMoving, lookAfresh } from "./look-again.ts";
import type { Doubt, Result } from "./ports.ts";
import { countOf } from "./sums.ts";
import type { Sweep } from "./sweep.ts";
import { addTallies, NO_TALLY, type Tally, tallyFields } from "./tally.ts";

/** Groups that are looked at together: one batch of both CRMs' calls. */
const TOGETHER = 100;

/** What groups are looked at with. */
interface Looking {
  readonly world: World;
  readonly kind: KindMapping;
  readonly sweep: Pick<Sweep, "startedAt">;
  /** At a second look: what was found at the first one of which nobody knows since when it is so, by key. */
  readonly before?: ReadonlyMap<string, ReadonlySet<string>>;
}

/** What came of a group that was read anew; or that a second look has to say. */
export type Looked = { readonly key: string } & (
  | { readonly result: Omit<Result, "doubts"> }
  | { readonly doubt: Doubt }
);

/**
 * Reads doubtful groups anew, and says of each record where it stands, and of each pair where it differs.
 * What may be over soon is left to a second look, or at the second look said to be not yet due.
 */
export async function inspectGroups(
  looking: Looking,
  groups: readonly Group[],
): Promise<readonly Looked[]> {
  const looked: Looked[] = [];
  for (const together of chunksOf(groups, TOGETHER)) {
    const fresh = await lookAfresh(looking.world, looking.kind, together);
    for (const group of together) {
      const { key } = group;
      const inspector = new Inspector(looking, group, fresh);
      inspector.inspect();
      if (inspector.inDoubt && !looking.before)
        looked.push({ key, doubt: { key, undated: inspector.undated } });
      else looked.push({ key, result: inspector.result });
    }
  }
  return looked;
}

/** As short as it may be: it is kept for each finding in doubt, and compared within one group alone. */
const DIGEST_LENGTH = 8;

function digestOf(finding: Finding): string {
  const hash = createHash("sha256").update(nameOfFinding(finding));
  return hash.digest("base64url").slice(0, DIGEST_LENGTH);
}

/** Goes over one group. */
class Inspector {
  /** By digests of their names. */
  readonly undated: string[] = [];
  inDoubt = false;
  readonly #tallies: Tally[] = [];
  readonly #findings: Finding[] = [];
  readonly #outsiders: Outsider[] = [];
  readonly #looking: Looking;
  readonly #group: Group;
  readonly #fresh: Fresh;

  constructor(looking: Looking, group: Group, fresh: Fresh) {
    this.#looking = looking;
    this.#group = group;
    this.#fresh = fresh;
  }

  inspect(): void {
    for (const { ref } of this.#group.rows) {
      const work = this.#fresh.works.get(refKey(ref));
      if (work) this.#place(ref, work);
      else if (this.#fresh.gone.has(refKey(ref))) this.#tallies.push(goneOf(ref));
      else if (this.#fresh.busy.has(refKey(ref))) this.#putAlone(ref, "not-yet-due", undefined);
    }
  }

  get result(): Omit<Result, "doubts"> {
    const [findings, outsiders] = [this.#findings, this.#outsiders];
    const counted = { ...NO_TALLY, findings: countOf(findings.map(({ kind }) => kind)) };
    return { tally: addTallies([...this.#tallies, counted]), findings, outsiders };
  }

  get #isWatched(): boolean {
    return this.#looking.world.mode === "observe";
  }

  #place(ref: Ref, work: Work): void {
    const { hubspot, salesforce } = work.subject.seen;
    const isWhole = hubspot && salesforce && this.#isRead(hubspot) && this.#isRead(salesforce);
    const record = isWhole && this.#tieOf(work, hubspot.ref, salesforce.ref);
    if (!record) this.#lone(ref, work, isWhole === true);
    else this.#tallies.push(tallyOfOne(ref.system, "both"));
    if (record && ref.system === "hubspot") this.#pair({ hubspot, salesforce }, record, work);
  }

  /**
   * Whether the sweep has read it. Of two that no record of ours ties, one may stand elsewhere in the sweep,
   * under another value by which both are known.
   */
  #isRead({ ref, createdAtMs }: Observation): boolean {
    if (this.#group.rows.some((row) => refKey(row.ref) === refKey(ref))) return true;
    return this.#isWatched && createdAtMs < Date.parse(this.#looking.sweep.startedAt);
  }

  /** The record that ties the two; whoever only looks on need not have one. */
  #tieOf({ subject }: Work, hubspot: Ref, salesforce: Ref): AccordRecord | undefined {
    const record = this.#fresh.kept.get(refKey(hubspot));
    const isTied =
      record !== undefined &&
      record.id === this.#fresh.kept.get(refKey(salesforce))?.id &&
      [hubspot, salesforce].every((ref) => activeLink(record, ref.system)?.id === ref.id);
    if (isTied) return record;
    return this.#isWatched ? subject.record : undefined;
  }

  #pair(
    seen: { readonly hubspot: Observation; readonly salesforce: Observation },
    record: AccordRecord,
    work: Work,
  ): void {
    const { key } = this.#group;
    const pair = { key, ...seen, record, work, isWatched: this.#isWatched };
    const inspected = this.#settled(inspectPair(this.#looking.kind, pair), work);
    this.#findings.push(...inspected.findings);
    this.#tallies.push({
      ...NO_TALLY,
      fields: tallyFields(inspected.outcomes),
      places: countOf(inspected.places),
    });
  }

  /** What was edited or ended a moment ago is on its way, and not told of. */
  #settled(inspected: Inspected, work: Work): Inspected {
    const findings = this.#dueOf(inspected.findings, work);
    if (findings.length === inspected.findings.length) return inspected;
    const told = new Set(findings.map(outcomeNameOf));
    const isEarly = ({ field, is }: Inspected["outcomes"][number]) =>
      is === "different" && !told.has(field);
    return {
      findings,
      outcomes: inspected.outcomes.map((one) =>
        isEarly(one) ? { field: one.field, is: "explained" } : one,
      ),
      places: [
        ...inspected.places,
        ...inspected.outcomes.filter(isEarly).map(() => "not-yet-due" as const),
      ],
    };
  }

  /** Those that are no news of a moment ago. */
  #dueOf(found: readonly Finding[], work: Work): Finding[] {
    const { world, before } = this.#looking;
    const known = before?.get(this.#group.key) ?? new Set();
    this.undated.push(...found.filter(isUndated).map(digestOf));
    const due = isMoving(world, work)
      ? []
      : found.filter((one) => !isUndated(one) || known.has(digestOf(one)));
    this.inDoubt ||= due.length < found.length;
    return due;
  }

  #lone(ref: Ref, work: Work, isUntied: boolean): void {
    const { key } = this.#group;
    const far = work.subject.seen[otherSystem(ref.system)];
    const kept = this.#fresh.kept.get(refKey(ref));
    const { bucket, findings } = inspectLone(this.#looking.kind, {
      key,
      ref,
      kept,
      keptOfPartner: far && this.#fresh.kept.get(refKey(far.ref)),
      work,
      isUntied: isUntied || far !== undefined,
      isWatched: this.#isWatched,
    });
    const due = this.#dueOf(findings, work);
    this.#findings.push(...due);
    const reason = work.subject.record.statusReason || findings[0]?.words;
    if (due.length < findings.length) this.#putAlone(ref, "not-yet-due", kept);
    else this.#putAlone(ref, bucket, kept, reason);
  }

  #putAlone(ref: Ref, bucket: Bucket, kept: AccordRecord | undefined, reason: string = bucket) {
    this.#tallies.push(tallyOfOne(ref.system, bucket));
    const { key } = this.#group;
    const of = this.#looking.kind.kind;
    const recordId = kept?.id;
    const one = { of, key, ref, bucket, reason };
    this.#outsiders.push(recordId === undefined ? one : { ...one, recordId });
  }
}

function goneOf({ system }: Ref): Tally {
  return { ...NO_TALLY, gone: { ...NO_TALLY.gone, [system]: 1 } };
}

/** What a finding of a pair is counted under among its fields. */
function outcomeNameOf({ kind, field = "" }: Finding): string {
  return kind === "relation-differs" ? RELATIONS : field;
}
