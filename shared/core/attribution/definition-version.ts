import { fingerprint } from "./fingerprint.ts";

/** Grows when a rule of SPEC.md changes what a definition means. */
const RULES = 1;

/** Of a model that learns: of its definition, and of what each source weighs by what it has learnt. */
export function learnedVersion(version: string, weights: unknown): string {
  return `${version}.${fingerprint(weights)}`;
}

/** Made of the definition and of whose touches count, so that another definition is another version (A13). */
export function versionOf({
  journey,
  definition,
}: {
  readonly journey: unknown;
  readonly definition: unknown;
}): string {
  return fingerprint([RULES, journey, definition]);
}
