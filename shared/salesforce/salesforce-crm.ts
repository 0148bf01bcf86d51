import type { WireShape } from "../core/mapping/wire-shape.ts";
import type { SalesforceBooks } from "../revenue/books.ts";
import type { Crm } from "../sync/ports.ts";
import type { Pace } from "../sync/quota.ts";
import { archive } from "./archive.ts";
import { salesforceBooks } from "./books.ts";
import { touchesOf } from "./campaign-members.ts";
import { changedSince } from "./changes.ts";
import type { SalesforceCredentials } from "./credentials.ts";
import { createFields, missingFields } from "./custom-fields.ts";
import { propertyFacts, salesforceDescribes } from "./describe.ts";
import { describeObject } from "./describe-object.ts";
import { editsByPeople } from "./edits-by-people.ts";
import { find } from "./find.ts";
import { salesforceHttp } from "./http.ts";
import { lastEdits } from "./last-edits.ts";
import { observe } from "./observe.ts";
import { salesforceOrg } from "./org.ts";
import { relate } from "./relate.ts";
import { salesforceUsers } from "./users.ts";
import { write } from "./write.ts";

export interface SalesforceOptions {
  /** Where Accord signs in: the org's My Domain; for a JWT, `login` or `test.salesforce.com` too. */
  readonly loginUrl: string;
  /** Asked at each sign-in, so that a secret that was changed is taken up. */
  readonly credentials: () => Promise<SalesforceCredentials>;
  /** The mapped objects: `wireShapes(mapping, "salesforce")`. */
  readonly shapes: readonly WireShape[];
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** After which a request counts as unanswered. */
  readonly timeoutMs?: number;
  /** Of an org without multi-currency, the currency that the mapping's codec takes it to have. */
  readonly singleCurrency?: string;
  /** From so many rows on, an object is read as a whole by a query job of the Bulk API. */
  readonly bulkFromRows?: number;
  /** Asked before each request, where Salesforce's limits are shared with others. */
  readonly pace?: Pace;
}

/** Below the time a function has, and above any answer that Salesforce gives in health. */
const TIMEOUT_MS = 30_000;

/** Salesforce made query jobs for 10,000 rows or more; below this, pages take no more calls than a job. */
const BULK_FROM_ROWS = 20_000;

/** Salesforce as one of the two CRMs. Throws the `salesforce-*` faults, and `object-unmapped`. */
export function salesforceCrm({
  loginUrl,
  credentials,
  shapes,
  now,
  timeoutMs = TIMEOUT_MS,
  singleCurrency = "USD",
  bulkFromRows = BULK_FROM_ROWS,
  pace,
}: SalesforceOptions): Crm & { readonly books: SalesforceBooks } {
  const http = salesforceHttp({ timeoutMs, pace, now });
  const org = salesforceOrg({ loginUrl, credentials, now, http });
  const describes = salesforceDescribes(org, now);
  const users = salesforceUsers(org, now);
  const context = { org, describes, users, shapes, singleCurrency, bulkFromRows };
  return {
    system: "salesforce",
    books: salesforceBooks(context),
    observe: (refs) => observe(context, refs),
    find: (objects, by, values) => find(context, objects, by, values),
    changedSince: (object, cursor) => changedSince(context, object, cursor),
    write: (writes) => write(context, writes),
    relate: (writes) => relate(context, writes),
    archive: (refs) => archive(context, refs),
    touchesOf: (persons) => touchesOf(context, persons),
    lastEdits: (refs, properties) => lastEdits(context, refs, properties),
    editsByPeople: (refs) => editsByPeople(context, refs),
    describeObject: (object) => describeObject(context, object),
    missingFields: (wanted) => missingFields(context, wanted),
    createFields: (missing) => createFields(context, missing),
    propertyFacts: (object, properties) => propertyFacts(context, object, properties),
    forgetProperties: () => describes.forget(),
    callsMade: () => http.callsMade(),
    setUpCallsMade: () => http.setUpCallsMade(),
  };
}
