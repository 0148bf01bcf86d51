import { checkAttribution, modelsOf } from "../core/attribution/model.ts";
import {
  isMade,
  type ModelVersion,
  retiredAt,
  type Versions,
  versionAt,
  versionOf,
} from "../core/attribution/version.ts";
import { SETTLED_AFTER_MS } from "./close-period.ts";
import { learns } from "./learn-model.ts";
import type { RevenueRefusal } from "./refusal.ts";
import type { SealWorld } from "./seal-blocks.ts";

/** What reports about credits read. */
export type ReportWorld = Pick<
  SealWorld,
  "credits" | "blocks" | "ledger" | "attribution" | "dimensions" | "journeys" | "now"
>;

/** A model's name, or its name and version, `u-shaped@1f0c9a2e`; and as of when, where that is asked. */
export interface VersionAsked {
  readonly model: string;
  /** An ISO instant. */
  readonly asOf: string | undefined;
}

/**
 * The version that a name stands for, or stood for at the moment asked. What cannot be told as of a moment
 * for good is refused: the same question has one answer (P6).
 */
export async function versionAsked(
  { credits, attribution, now }: Pick<ReportWorld, "credits" | "attribution" | "now">,
  { model, asOf }: VersionAsked,
): Promise<ModelVersion | RevenueRefusal> {
  const problems = checkAttribution(attribution);
  if (problems.length > 0) return { refused: "models-contradictory", reason: problems.join("; ") };
  const settled = new Date(now() - SETTLED_AFTER_MS).toISOString();
  if (asOf !== undefined && asOf > settled)
    return {
      refused: "not-yet",
      reason: `the last minute is still moving: ask as of ${settled} or earlier`,
    };
  const known = await credits.versions();
  const [name = "", version] = model.split("@");
  const moment = asOf ?? new Date(now()).toISOString();
  const found =
    version === undefined
      ? (versionAt(known, name, moment) ?? declared({ attribution }, known, name))
      : known.versions.findLast((one) => one.model === name && one.version === version);
  if (!found) return unknown({ attribution }, known, model);
  if ("refused" in found || version === undefined) return found;
  if (!isMade(known, found))
    return {
      refused: "being-made",
      reason: `${model} does not credit all that was posted yet: see 'accord revenue models'`,
    };
  const retired = retiredAt(known, found);
  if (retired === undefined || moment <= retired) return found;
  return asOf === undefined
    ? found
    : {
        refused: "replaced",
        reason: `${model} credits what was posted until ${retired}: ask as of then or earlier`,
      };
}

type Declared = Pick<ReportWorld, "attribution">;

/** Before anything is posted nothing is kept of a model, and its first declaration stands for it. */
function declared(
  { attribution }: Declared,
  { versions }: Versions,
  name: string,
): ModelVersion | RevenueRefusal | undefined {
  const model = modelsOf(attribution).find((one) => one.name === name);
  if (!model) return undefined;
  if (learns(model.definition))
    return {
      refused: "not-learnt",
      reason: `model '${name}' says nothing yet: it learns when it is asked to, by 'accord revenue reattribute --model ${name}'`,
    };
  if (versions.some((one) => one.model === name)) return undefined;
  return versionOf(model, { madeAt: "", by: "Accord", because: "the first of its name" });
}

function unknown({ attribution }: Declared, { versions }: Versions, model: string): RevenueRefusal {
  const names = [
    ...attribution.models.map(({ name }) => name),
    ...versions.map((one) => one.model),
  ];
  const all = [...new Set(names)].join(", ");
  return { refused: "model-unknown", reason: `there is no model '${model}'; there is: ${all}` };
}
