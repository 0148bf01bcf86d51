import type { WireShape } from "../core/mapping/wire-shape.ts";
import type { HubspotApi } from "./hubspot-api.ts";
import type { OwnerDirectory } from "./owner-directory.ts";
import type { PropertyDefinitions } from "./property-definitions.ts";

/** What every operation works with. */
export interface HubspotContext {
  readonly api: HubspotApi;
  readonly owners: OwnerDirectory;
  readonly definitions: PropertyDefinitions;
  /** Of a portal without a property for currencies, the one that the mapping's codec takes it to have. */
  readonly singleCurrency: string;
  /** From so many rows on, all of an object is listed, and not searched. */
  readonly listFromRows: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** The mapped shape of an object. Throws `object-unmapped` for any other. */
  shapeOf(object: string): WireShape;
}

/** Inputs of one batch call on records. Source: batch endpoints of the CRM guide, read 2026-11-21. */
export const BATCH = 100;
