import {
  type SalesforceSimulator,
  startSalesforceSimulator,
} from "../../infra/simulators/salesforce/start-salesforce.ts";
import { CUSTOM_FIELDS } from "../../shared/config/custom-fields.ts";
import { mapping } from "../../shared/config/mapping.ts";
import { wireShapes } from "../../shared/core/mapping/wire-shape.ts";
import type { SalesforceCredentials } from "../../shared/salesforce/credentials.ts";
import { fullId } from "../../shared/salesforce/record-id.ts";
import { salesforceCrm } from "../../shared/salesforce/salesforce-crm.ts";
import type { Crm, Ref } from "../../shared/sync/ports.ts";

export const WANTED = CUSTOM_FIELDS.filter(({ system }) => system === "salesforce");

export interface SimulatedOrg {
  readonly simulator: SalesforceSimulator;
  readonly crm: Crm;
  stop(): Promise<void>;
}

export function crmOf(
  url: string,
  credentials: SalesforceCredentials = { clientId: "id", clientSecret: "secret" },
  now: () => number = Date.now,
): Crm {
  return salesforceCrm({
    loginUrl: url,
    credentials: async () => credentials,
    shapes: wireShapes(mapping, "salesforce"),
    now,
  });
}

/** An org with Accord's fields in it. */
export async function simulatedOrg(): Promise<SimulatedOrg> {
  const simulator = await startSalesforceSimulator({ port: 0 });
  const crm = crmOf(simulator.url);
  const left = await crm.createFields(await crm.missingFields(WANTED));
  if (left.length > 0) throw new Error(JSON.stringify(left));
  return { simulator, crm, stop: () => simulator.stop() };
}

/** `00Q000000000007EAA`: an id with the prefix and the number. */
export function idOf(prefix: string, number: number): string {
  return fullId(`${prefix}${String(number).padStart(12, "0")}`) ?? "";
}

export function ref(object: string, id: string): Ref {
  return { system: "salesforce", object, id };
}
