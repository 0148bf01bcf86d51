import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import type { Mapping } from "../core/mapping/mapping.ts";
import { type WireShape, wireShapes } from "../core/mapping/wire-shape.ts";
import type { Lane } from "../core/quota/meter.ts";
import type { System } from "../core/reconcile/system.ts";
import { hubspotCrm } from "../hubspot/hubspot-crm.ts";
import type { Books } from "../revenue/books.ts";
import { secretReader } from "../runtime/secrets.ts";
import { salesforceCredentials } from "../salesforce/credentials.ts";
import { salesforceCrm } from "../salesforce/salesforce-crm.ts";
import { workerPace } from "../sync/pace.ts";
import type { Crms } from "../sync/ports.ts";
import type { QuotaStore } from "../sync/quota.ts";

/** Where both CRMs are, and which secrets open them. */
export interface CrmSettings {
  readonly HUBSPOT_BASE_URL: string;
  readonly HUBSPOT_SECRET_ID: string;
  readonly SALESFORCE_LOGIN_URL: string;
  readonly SALESFORCE_SECRET_ID: string;
  /** Above 0 to 1: how much of the limits the bulk lane may take. */
  readonly BULK_SHARE?: number;
}

/** Whose limits the calls come from, and on whose behalf. */
export interface Working {
  readonly quota: QuotaStore;
  readonly lane: Lane;
  /** Objects that are written to and that the mapping has not. */
  readonly beside?: Readonly<Record<System, readonly WireShape[]>>;
}

/** Both CRMs for one lane of work, with the calls that were made to them. */
export interface OpenCrms {
  readonly crms: Crms;
  /** What finance asks of them. */
  readonly books: Books;
  /** Calls since it was last asked. */
  callsSinceLast(): { readonly hubspotCalls: number; readonly salesforceCalls: number };
  /** Hands back what was taken of the limits and not used; at the end of an invocation. */
  handBack(): Promise<void>;
  /** Takes no more than this share of the limits from now on; undefined: what the settings say. */
  holdTo(share: number | undefined): void;
}

export function openCrms(settings: CrmSettings, mapping: Mapping, working: Working): OpenCrms {
  const hubspotSecret = z.object({ accessToken: z.string().min(1) });
  const usual = settings.BULK_SHARE ?? 1;
  const shapesOf = (system: System) => [
    ...wireShapes(mapping, system),
    ...(working.beside?.[system] ?? []),
  ];
  let share = usual;
  const pace = workerPace({
    ...working,
    store: working.quota,
    now: Date.now,
    sleep,
    share: () => share,
  });
  const crms = {
    hubspot: hubspotCrm({
      baseUrl: settings.HUBSPOT_BASE_URL,
      credentials: secretReader(settings.HUBSPOT_SECRET_ID, hubspotSecret),
      shapes: shapesOf("hubspot"),
      now: Date.now,
      pace,
    }),
    salesforce: salesforceCrm({
      loginUrl: settings.SALESFORCE_LOGIN_URL,
      credentials: secretReader(settings.SALESFORCE_SECRET_ID, salesforceCredentials),
      shapes: shapesOf("salesforce"),
      now: Date.now,
      pace,
    }),
  };
  let read = { hubspot: 0, salesforce: 0 };
  const books = { hubspot: crms.hubspot.books, salesforce: crms.salesforce.books };
  return {
    crms,
    books,
    callsSinceLast() {
      const made = { hubspot: crms.hubspot.callsMade(), salesforce: crms.salesforce.callsMade() };
      const since = {
        hubspotCalls: made.hubspot - read.hubspot,
        salesforceCalls: made.salesforce - read.salesforce,
      };
      read = made;
      return since;
    },
    handBack: pace.handBack,
    holdTo(wanted) {
      share = Math.min(wanted ?? usual, usual);
    },
  };
}
