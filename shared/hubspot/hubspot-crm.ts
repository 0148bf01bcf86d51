import type { WireShape } from "../core/mapping/wire-shape.ts";
import type { HubspotBooks } from "../revenue/books.ts";
import { Fault } from "../sync/fault.ts";
import type { Crm } from "../sync/ports.ts";
import type { Pace } from "../sync/quota.ts";
import { archiveRecords } from "./archive-records.ts";
import { hubspotBooks } from "./books.ts";
import { changedSince } from "./changed-since.ts";
import { createFields, missingFields } from "./custom-fields.ts";
import { describeObject } from "./describe-object.ts";
import { editsByPeople } from "./edits-by-people.ts";
import { findRecords } from "./find-records.ts";
import { hubspotApi } from "./hubspot-api.ts";
import type { HubspotContext } from "./hubspot-context.ts";
import { lastEdits } from "./last-edits.ts";
import { observeRecords } from "./observe-records.ts";
import { ownerDirectory } from "./owner-directory.ts";
import { propertyDefinitions, propertyFacts } from "./property-definitions.ts";
import { relateRecords } from "./relate-records.ts";
import { relationsAfter } from "./relations-after.ts";
import { transport } from "./transport.ts";
import { writeRecords } from "./write-records.ts";

export interface HubspotOptions {
  /** Where HubSpot answers, such as https://api.hubapi.com. */
  readonly baseUrl: string;
  /** Asked before every request, so it should remember. */
  readonly credentials: () => Promise<{ readonly accessToken: string }>;
  /** What the mapping reads of each object: `wireShapes(mapping, "hubspot")`. */
  readonly shapes: readonly WireShape[];
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** How long one request may take. */
  readonly fetchTimeoutMs?: number;
  /** Of a portal without a property for currencies, the one that the mapping's codec takes it to have. */
  readonly singleCurrency?: string;
  /** From so many rows on, all of an object is listed, and not searched. */
  readonly listFromRows?: number;
  /** Asked before each request, where HubSpot's limits are shared with others. */
  readonly pace?: Pace;
}

/** HubSpot's batches answer within a few seconds; one that does not is better asked again. */
const FETCH_TIMEOUT_MS = 15_000;

/** A minute of searches. Below that, they cost half the calls that lists do. */
const LIST_FROM_ROWS = 20_000;

/** HubSpot, as Accord's use cases know a CRM. */
export function hubspotCrm(options: HubspotOptions): Crm & { readonly books: HubspotBooks } {
  const { baseUrl, credentials, shapes, now, pace, singleCurrency = "USD" } = options;
  const { fetchTimeoutMs = FETCH_TIMEOUT_MS, listFromRows = LIST_FROM_ROWS } = options;
  const sender = transport({ credentials, fetchTimeoutMs, pace, now });
  const api = hubspotApi(baseUrl, sender);
  const shapeByObject = new Map(shapes.map((shape) => [shape.object, shape]));
  const context: HubspotContext = {
    api,
    owners: ownerDirectory(api, now),
    definitions: propertyDefinitions(api, now),
    singleCurrency,
    listFromRows,
    now,
    shapeOf: (object) => {
      const shape = shapeByObject.get(object);
      if (shape) return shape;
      throw new Fault("object-unmapped", `the mapping has no HubSpot object ${object}`);
    },
  };
  return {
    system: "hubspot",
    books: hubspotBooks(context),
    observe: (refs) => observeRecords(context, refs),
    find: (objects, by, values) => findRecords(context, objects, { by, values }),
    changedSince: (object, cursor) => changedSince(context, object, cursor),
    relationsAfter: (object, id) => relationsAfter(context, object, id),
    write: (writes) => writeRecords(context, writes),
    relate: (writes) => relateRecords(context, writes),
    archive: (refs) => archiveRecords(context, refs),
    lastEdits: (refs, properties) => lastEdits(context, refs, properties),
    editsByPeople: (refs) => editsByPeople(context, refs),
    describeObject: (object) => describeObject(context, object),
    missingFields: (wanted) => missingFields(context, wanted),
    createFields: (missing) => createFields(context, missing),
    propertyFacts: (object, properties) => propertyFacts(context, object, properties),
    forgetProperties: () => context.definitions.forgetAll(),
    callsMade: sender.callsMade,
    setUpCallsMade: sender.setUpCallsMade,
  };
}
