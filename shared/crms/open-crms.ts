import * as z from "zod";
import type { Mapping } from "../core/mapping/mapping.ts";
import { wireShapes } from "../core/mapping/wire-shape.ts";
import { hubspotCrm } from "../hubspot/hubspot-crm.ts";
import { secretReader } from "../runtime/secrets.ts";
import { salesforceCredentials } from "../salesforce/credentials.ts";
import { salesforceCrm } from "../salesforce/salesforce-crm.ts";
import type { Crms } from "../sync/ports.ts";

/** Where both CRMs are, and which secrets open them. */
export interface CrmSettings {
  readonly HUBSPOT_BASE_URL: string;
  readonly HUBSPOT_SECRET_ID: string;
  readonly SALESFORCE_LOGIN_URL: string;
  readonly SALESFORCE_SECRET_ID: string;
}

/** Both CRMs, and a meter of the calls made to them since it was last read. */
export function openCrms(settings: CrmSettings, mapping: Mapping) {
  const hubspotSecret = z.object({ accessToken: z.string().min(1) });
  const crms: Crms = {
    hubspot: hubspotCrm({
      baseUrl: settings.HUBSPOT_BASE_URL,
      credentials: secretReader(settings.HUBSPOT_SECRET_ID, hubspotSecret),
      shapes: wireShapes(mapping, "hubspot"),
      now: Date.now,
    }),
    salesforce: salesforceCrm({
      loginUrl: settings.SALESFORCE_LOGIN_URL,
      credentials: secretReader(settings.SALESFORCE_SECRET_ID, salesforceCredentials),
      shapes: wireShapes(mapping, "salesforce"),
      now: Date.now,
    }),
  };
  let read = { hubspot: 0, salesforce: 0 };
  const callsSinceLast = () => {
    const made = { hubspot: crms.hubspot.callsMade(), salesforce: crms.salesforce.callsMade() };
    const since = {
      hubspotCalls: made.hubspot - read.hubspot,
      salesforceCalls: made.salesforce - read.salesforce,
    };
    read = made;
    return since;
  };
  return { crms, callsSinceLast };
}
