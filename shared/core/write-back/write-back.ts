import type { System } from "../reconcile/system.ts";

/** What a figure can be of. */
type TargetKind = "opportunity" | "person" | "campaign";

/** A record of ours by its id; a campaign by its Salesforce id. */
export interface Target {
  readonly kind: TargetKind;
  readonly id: string;
}

/**
 * `corporate`: what was credited, in the corporate currency. `amount`: the same in the deal's own; of an
 * opportunity alone, as is `source`: which one earned most. `version`: of which model and version.
 */
export type Figure = "amount" | "corporate" | "source" | "version";

/** Which figures of a kind go to which properties of an object. */
export interface FigurePlace {
  readonly kind: TargetKind;
  readonly system: System;
  readonly object: string;
  readonly properties: Readonly<Partial<Record<Figure, string>>>;
}

/** What is written back, by which model, and where to. */
export interface WriteBack {
  /** Off: nothing is written; what would be can still be asked for. */
  readonly on: boolean;
  /** As `attribution.ts` names it. Its version in force is written. */
  readonly model: string;
  readonly places: readonly FigurePlace[];
}

/** As it stands in keys and lists: `person#0a…`. */
export function targetText({ kind, id }: Target): string {
  return `${kind}#${id}`;
}

const KINDS: readonly TargetKind[] = ["opportunity", "person", "campaign"];

export function parseTarget(text: string): Target | undefined {
  const at = text.indexOf("#");
  const kind = KINDS.find((one) => one === text.slice(0, at));
  return kind && { kind, id: text.slice(at + 1) };
}
