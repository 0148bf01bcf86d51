import { checkMapping } from "../core/mapping/check-mapping.ts";
import type { Mapping } from "../core/mapping/mapping.ts";
import { SYSTEMS } from "../core/reconcile/system.ts";
import type { Crms, MissingField } from "./ports.ts";

export interface Preparation {
  /** Where the mapping contradicts itself; nothing else is looked at then. */
  readonly contradictions: readonly string[];
  /** What the CRMs lacked when asked. */
  readonly missing: readonly MissingField[];
  readonly created: readonly MissingField[];
  /** What Accord was not permitted to create: for an administrator, with the CRM's words. */
  readonly refused: readonly { readonly field: MissingField; readonly message: string }[];
}

/**
 * Finds the custom fields that the mapping needs and a CRM lacks, and creates them where it is told to.
 * A second run finds nothing to do.
 */
export async function prepareCrms(
  crms: Crms,
  plan: {
    readonly mapping: Mapping;
    readonly wanted: readonly MissingField[];
    readonly apply: boolean;
  },
): Promise<Preparation> {
  const contradictions = checkMapping(plan.mapping);
  if (contradictions.length > 0) return { contradictions, missing: [], created: [], refused: [] };
  const missing: MissingField[] = [];
  const refused: { field: MissingField; message: string }[] = [];
  for (const system of SYSTEMS) {
    const wanted = plan.wanted.filter((field) => field.system === system);
    const lacked = await crms[system].missingFields(wanted);
    missing.push(...lacked);
    if (plan.apply && lacked.length > 0) refused.push(...(await crms[system].createFields(lacked)));
  }
  const isRefused = ({ system, object, property }: MissingField) =>
    refused.some(
      ({ field }) =>
        field.system === system && field.object === object && field.property === property,
    );
  const created = plan.apply ? missing.filter((field) => !isRefused(field)) : [];
  return { contradictions, missing, created, refused };
}
