import type { System } from "../reconcile/system.ts";
import type { Cause } from "./cause.ts";

/** Which parked values are meant; what is left out does not matter. */
export interface ParkedFilter {
  readonly cause?: Cause;
  readonly field?: string;
  readonly system?: System;
}

export function isMeant(
  parked: { readonly cause: Cause; readonly field: string; readonly system: System },
  { cause, field, system }: ParkedFilter,
): boolean {
  return (
    (cause === undefined || parked.cause === cause) &&
    (field === undefined || parked.field === field) &&
    (system === undefined || parked.system === system)
  );
}

/** First retry of a refused value, in milliseconds; doubled with each try, up to a day. */
const FIRST_RETRY_MS = 3_600_000;
const LAST_RETRY_MS = 86_400_000;
/** After so many tries the next doubling would be more than a day. */
const DOUBLINGS = 5;

/** How long after its last try a value that was refused so often is held back. Rule K3 of SPEC.md. */
export function waitMsAfter(tries: number): number {
  return tries > DOUBLINGS ? LAST_RETRY_MS : FIRST_RETRY_MS * 2 ** (tries - 1);
}
