import { z } from "zod";
import type { CrmSettings } from "./crm-settings.ts";
import type { Host } from "./host/host.ts";
import type { StartOptions } from "./options.ts";

const field = z.object({
  system: z.enum(["hubspot", "salesforce"]),
  object: z.string(),
  property: z.string(),
  label: z.string(),
  type: z.string(),
  unique: z.boolean(),
});

type Field = z.infer<typeof field>;

const preparation = z.object({
  contradictions: z.array(z.string()),
  misfits: z.array(z.object({ line: z.string(), severity: z.enum(["stop", "warn"]) })),
  missing: z.array(field),
  created: z.array(field),
  refused: z.array(z.object({ field, message: z.string() })),
});

const ratesRead = z.object({ refused: z.string().optional() });

const offered = z.object({
  offers: z.array(z.object({ id: z.string(), because: z.string() })),
});

interface Preparing {
  readonly options: StartOptions;
  readonly crms: CrmSettings;
  readonly say: (line: string) => void;
}

/**
 * Shows the custom fields that the CRMs lack, and creates them: at once in simulators, in a real CRM
 * and while observing only when told to. Answers whether the work can begin.
 */
export async function prepareCrms(host: Host, on: Preparing): Promise<boolean> {
  const { options, crms, say } = on;
  const plan = preparation.parse(await host.invoke("prepare-crms", { apply: false }));
  if (plan.contradictions.length > 0) {
    say("The mapping (shared/config/mapping.ts) contradicts itself:");
    for (const line of plan.contradictions) say(`  ${line}`);
    return false;
  }
  if (plan.misfits.length > 0) say("The mapping (shared/config/mapping.ts) does not fit the CRMs:");
  for (const { line } of plan.misfits) say(`  ${line}`);
  if (plan.misfits.some(({ severity }) => severity === "stop")) return false;
  await readRates(host, say);
  await offerPlans(host, say);
  if (plan.missing.length === 0) return true;
  const isReal = crms.hubspot !== undefined || crms.salesforce !== undefined;
  const creates = options.createFields || (!options.observe && !isReal);
  say(creates ? "Custom fields that will be created:" : "Custom fields that are missing:");
  for (const line of listed(plan.missing)) say(line);
  if (options.observe && !creates) return true;
  if (!creates) {
    say("Nothing was written. Start with --create-fields, or have an administrator create these.");
    return false;
  }
  const done = preparation.parse(await host.invoke("prepare-crms", { apply: true }));
  if (done.refused.length === 0) return true;
  say("These could not be created. An administrator has to, exactly so:");
  for (const { field: refused, message } of done.refused) say(`${describe(refused)}: ${message}`);
  return false;
}

/** Deals in a currency without a rate wait until it has one; all else goes on. */
async function readRates(host: Host, say: Preparing["say"]): Promise<void> {
  try {
    const { refused } = ratesRead.parse(await host.invoke("prepare-crms", { what: "rates" }));
    if (refused !== undefined) say(`Exchange rates are not read: ${refused}`);
  } catch (error) {
    say(`Exchange rates are not read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Where the mapping is another one than at the last start, its records are planned, and only that. */
async function offerPlans(host: Host, say: Preparing["say"]): Promise<void> {
  const { offers } = offered.parse(await host.invoke("prepare-crms", { what: "offers" }));
  for (const { id, because } of offers) say(`Offered: ${id}: ${because}`);
}

function listed(fields: readonly Field[]): string[] {
  const objects = new Map<string, string[]>();
  for (const { system, object, property } of fields) {
    const key = `${system} ${object}`;
    objects.set(key, [...(objects.get(key) ?? []), property]);
  }
  return [...objects].map(([object, properties]) => `  ${object}: ${properties.join(", ")}`);
}

function describe({ system, object, property, label, type, unique }: Field): string {
  return `  ${system} ${object}: ${property} ("${label}", ${type}${unique ? ", unique" : ""})`;
}
