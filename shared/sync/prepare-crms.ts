import { type Attribution, checkAttribution } from "../core/attribution/model.ts";
import { checkAgainstCrms, type Misfit } from "../core/mapping/check-against-crms.ts";
import { checkMapping } from "../core/mapping/check-mapping.ts";
import type { CrmDescriptions } from "../core/mapping/crm-description.ts";
import type { Mapping } from "../core/mapping/mapping.ts";
import { SYSTEMS, type System } from "../core/reconcile/system.ts";
import { inParallel } from "./in-parallel.ts";
import type { Crms, MissingField } from "./ports.ts";

export interface Preparation {
  /** Where the mapping or the attribution contradicts itself; nothing else is looked at then. */
  readonly contradictions: readonly string[];
  /** Where the mapping and a CRM do not fit each other. One that stops leaves all else undone. */
  readonly misfits: readonly Misfit[];
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
    readonly attribution?: Attribution;
    readonly wanted: readonly MissingField[];
    readonly apply: boolean;
  },
): Promise<Preparation> {
  const contradictions = [
    ...checkMapping(plan.mapping),
    ...(plan.attribution ? checkAttribution(plan.attribution) : []),
  ];
  const nothing = { missing: [], created: [], refused: [] };
  if (contradictions.length > 0) return { contradictions, misfits: [], ...nothing };
  const misfits = checkAgainstCrms(
    plan.mapping,
    await describeAll(crms, plan.mapping),
    plan.wanted,
  );
  if (misfits.some(({ severity }) => severity === "stop"))
    return { contradictions, misfits, ...nothing };
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
  return { contradictions, misfits, missing, created, refused };
}

async function describeAll(crms: Crms, { kinds }: Mapping): Promise<CrmDescriptions> {
  const describe = async (system: System) => {
    const objects = kinds.flatMap((kind) => kind.objects.filter((one) => one.system === system));
    const described = await inParallel(objects, async ({ object }) => {
      return [object, await crms[system].describeObject(object)] as const;
    });
    return new Map(described);
  };
  const [hubspot, salesforce] = await Promise.all([describe("hubspot"), describe("salesforce")]);
  return { hubspot, salesforce };
}
