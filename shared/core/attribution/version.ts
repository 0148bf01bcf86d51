import { columnsOf } from "./columns.ts";
import type { ShareOut } from "./credit-steps.ts";
import { type JourneyPolicy, journeyOf } from "./journey.ts";
import type { Learned } from "./learn.ts";
import type { Definition, Model } from "./model.ts";
import { type SourceWeights, weighBy, weightsOf } from "./weigh.ts";

/**
 * A version of a model, as it credits: kept from when it was made, so that what it reported can be asked
 * for whatever becomes of its declaration.
 */
export interface ModelVersion {
  readonly model: string;
  /** Of the definition, and of what it has learnt (A13): `d8750543`, `4f2a91b0.0c3de711`. */
  readonly version: string;
  readonly definition: Definition;
  readonly journey: JourneyPolicy;
  /** Of a model that learns: what it learnt, and from what. It never learns on by itself (A21). */
  readonly learned?: Learned;
  /** An ISO instant; what is posted from then on is credited by it. */
  readonly madeAt: string;
  readonly by: string;
  readonly because: string;
}

/** From when on the model's name stands for a version. */
export interface InForce {
  readonly model: string;
  readonly version: string;
  /** An ISO instant; the empty text: from the beginning. */
  readonly since: string;
}

export interface Versions {
  readonly versions: readonly ModelVersion[];
  readonly inForce: readonly InForce[];
  /** An instant: nothing was ever posted before. Left out while nothing is credited. */
  readonly begunAt?: string;
}

/** The version that a model's name stood for at a moment; undefined: none did. */
export function versionAt(
  { versions, inForce }: Versions,
  model: string,
  moment: string,
): ModelVersion | undefined {
  const held = inForce
    .filter((one) => one.model === model && one.since <= moment)
    .sort((one, other) => (one.since < other.since ? -1 : Number(one.since > other.since)));
  return findVersion(versions, model, held.at(-1)?.version ?? "");
}

function findVersion(
  versions: readonly ModelVersion[],
  model: string,
  version: string,
): ModelVersion | undefined {
  return versions.find((one) => one.model === model && one.version === version);
}

/**
 * When a later version came into force: what was posted since is not credited by this one. Undefined: it
 * is in force, or being made.
 */
export function retiredAt(
  { inForce }: Versions,
  { model, version, madeAt }: Pick<ModelVersion, "model" | "version" | "madeAt">,
): string | undefined {
  const ours = inForce.filter((one) => one.model === model);
  const begins = ours.filter((one) => one.version === version).map(({ since }) => since);
  const from = [madeAt, ...begins].sort().at(-1) ?? madeAt;
  const others = ours.filter((one) => one.version !== version).map(({ since }) => since);
  return others.sort().find((since) => since > from);
}

/** By which versions is credited what is posted now: those in force, and those that are being made. */
export function creditingVersions(all: Versions): ModelVersion[] {
  return all.versions.filter((one) => retiredAt(all, one) === undefined);
}

/** Whether all that was posted before it was made is credited by it, too. */
export function isMade({ inForce }: Versions, { model, version }: ModelVersion): boolean {
  return inForce.some((one) => one.model === model && one.version === version);
}

/** Whom the version credits along a journey, by its own view of whose touches count. */
export function shareOutBy({ definition, journey: policy, learned }: ModelVersion): ShareOut {
  const weights: SourceWeights = learned?.weights ?? new Map();
  return ({ closing, persons, roleIds }) => {
    const roles = new Set(roleIds);
    const ours = policy.persons === "roles" ? persons.filter(({ id }) => roles.has(id)) : persons;
    const journey = journeyOf(closing, ours, policy);
    const columns = columnsOf([{ journey, minor: 0n }]);
    const given = weightsOf(columns, 0, weighBy(definition, columns, weights));
    return journey.touches.flatMap((touch, place) => {
      const weight = given[place] ?? 0n;
      return weight > 0n ? [{ touch, weight }] : [];
    });
  };
}

/** What a model that does not learn is called before anybody made a version of it. */
export function versionOf(
  { name, version, definition, journey }: Model,
  made: Pick<ModelVersion, "madeAt" | "by" | "because">,
  learned?: { readonly learned: Learned; readonly version: string },
): ModelVersion {
  return {
    model: name,
    version: learned?.version ?? version,
    definition,
    journey,
    ...(learned ? { learned: learned.learned } : {}),
    ...made,
  };
}
