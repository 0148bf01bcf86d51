import type { System } from "../core/reconcile/system.ts";

/** Calls to each CRM. */
export type Calls = Readonly<Record<System, number>>;

export const NO_CALLS: Calls = { hubspot: 0, salesforce: 0 };

export function addCalls(...all: readonly Calls[]): Calls {
  const sum = (system: System) => all.reduce((total, calls) => total + calls[system], 0);
  return { hubspot: sum("hubspot"), salesforce: sum("salesforce") };
}
