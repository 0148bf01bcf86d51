import type { KindMapping } from "../core/mapping/mapping.ts";
import { otherSystem } from "../core/reconcile/system.ts";
import type { Work } from "../sync/decide-records.ts";
import { chunksOf } from "../sync/in-parallel.ts";
import { type Observation, type Ref, refKey } from "../sync/ports.ts";
import { type AccordRecord, activeLink } from "../sync/record.ts";
import type { World } from "../sync/subject.ts";
import type { Bucket } from "./bridge.ts";
import type { Finding, Outsider } from "./finding.ts";
import type { Group } from "./group-rows.ts";
import { inspectLone } from "./inspect-lone.ts";
import { type Inspected, inspectPair } from "./inspect-pair.ts";
import { tallyOfOne } from "./judge-groups.ts";
import { type Fresh, isMoving, lookAfresh } from "./look-again.ts";
import type { Result } from "./ports.ts";
import { countOf } from "./sums.ts";
import { addTallies, NO_TALLY, type Tally, tallyFields } from "./tally.ts";

/** Groups that are looked at together: one batch of both CRMs' calls. */
const TOGETHER = 100;

/** What came of groups that were read anew. */
export interface Looked {
  readonly result: Result;
  /** Something was found of a record that was edited a moment ago, and is not reported. */
  readonly isMoving: boolean;
}

/** Reads doubtful groups anew, and says of each record where it stands, and of each pair where it differs. */
export async function inspectGroups(
  world: World,
  kind: KindMapping,
  groups: readonly Group[],
): Promise<Looked> {
  const tallies: Tally[] = [];
  const findings: Finding[] = [];
  const outsiders: Outsider[] = [];
  let moving = false;
  for (const together of chunksOf(groups, TOGETHER)) {
    const fresh = await lookAfresh(world, kind, together);
    for (const group of together) {
      const inspector = new Inspector(world, kind, { group, fresh });
      inspector.inspect();
      tallies.push(...inspector.tallies);
      findings.push(...inspector.findings);
      outsiders.push(...inspector.outsiders);
      moving ||= inspector.moving;
    }
  }
  const counted = { ...NO_TALLY, findings: countOf(findings.map((one) => one.kind)) };
  const tally = addTallies([...tallies, counted]);
  return { result: { tally, findings, outsiders }, isMoving: moving };
}

/** Goes over one group. */
class Inspector {
  readonly tallies: Tally[] = [];
  readonly findings: Finding[] = [];
  readonly outsiders: Outsider[] = [];
  moving = false;
  readonly #world: World;
  readonly #kind: KindMapping;
  readonly #group: Group;
  readonly #fresh: Fresh;

  constructor(
    world: World,
    kind: KindMapping,
    { group, fresh }: { readonly group: Group; readonly fresh: Fresh },
  ) {
    this.#world = world;
    this.#kind = kind;
    this.#group = group;
    this.#fresh = fresh;
  }

  inspect(): void {
    const { rows } = this.#group;
    const isHere = (ref: Ref) => rows.some((row) => refKey(row.ref) === refKey(ref));
    for (const { ref } of rows) {
      const work = this.#fresh.works.get(refKey(ref));
      if (!work) {
        // Gone since it was read: it is counted on no side.
        if (this.#fresh.busy.has(refKey(ref))) this.#place(ref, "not-yet-due", undefined);
        continue;
      }
      const { hubspot, salesforce } = work.subject.seen;
      const isWhole = hubspot && salesforce && isHere(hubspot.ref) && isHere(salesforce.ref);
      const record = isWhole && this.#tieOf(work, hubspot.ref, salesforce.ref);
      if (!record) this.#lone(ref, work, isWhole === true);
      else if (ref.system === "hubspot") this.#pair({ hubspot, salesforce }, record, work);
    }
  }

  get #isWatched(): boolean {
    return this.#world.mode === "observe";
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
    const inspected = this.#settled(inspectPair(this.#kind, pair), work);
    this.findings.push(...inspected.findings);
    this.tallies.push({
      ...NO_TALLY,
      read: { hubspot: 1, salesforce: 1 },
      hubspot: { both: 1 },
      salesforce: { both: 1 },
      fields: tallyFields(inspected.outcomes),
      places: countOf(inspected.places),
    });
  }

  /** What was edited a moment ago is on its way, and not told of. */
  #settled(inspected: Inspected, work: Work): Inspected {
    if (inspected.findings.length === 0 || !isMoving(this.#world, work)) return inspected;
    this.moving = true;
    const different = inspected.outcomes.filter(({ is }) => is === "different");
    return {
      findings: [],
      outcomes: inspected.outcomes.map(({ field, is }) => ({
        field,
        is: is === "different" ? "explained" : is,
      })),
      places: [...inspected.places, ...different.map(() => "not-yet-due" as const)],
    };
  }

  #lone(ref: Ref, work: Work, isUntied: boolean): void {
    const { key } = this.#group;
    const far = work.subject.seen[otherSystem(ref.system)];
    const kept = this.#fresh.kept.get(refKey(ref));
    const { bucket, findings } = inspectLone(this.#kind, {
      key,
      ref,
      kept,
      keptOfPartner: far && this.#fresh.kept.get(refKey(far.ref)),
      work,
      isUntied: isUntied || far !== undefined,
      isWatched: this.#isWatched,
    });
    if (findings.length > 0 && isMoving(this.#world, work)) {
      this.moving = true;
      this.#place(ref, "not-yet-due", kept);
      return;
    }
    this.findings.push(...findings);
    this.#place(ref, bucket, kept, work.subject.record.statusReason || findings[0]?.words);
  }

  #place(ref: Ref, bucket: Bucket, kept: AccordRecord | undefined, reason: string = bucket) {
    this.tallies.push(tallyOfOne(ref.system, bucket));
    const { key } = this.#group;
    const of = this.#kind.kind;
    const recordId = kept?.id;
    const one = { of, key, ref, bucket, reason };
    this.outsiders.push(recordId === undefined ? one : { ...one, recordId });
  }
}
