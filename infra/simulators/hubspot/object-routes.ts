import { type Context, Hono } from "hono";
import { acceptValues } from "./accept-values.ts";
import { archiveRecord } from "./archive-record.ts";
import { batchArchive, batchCreate, batchUpdate, batchUpsert } from "./batch-records.ts";
import { findLive, missingRecords, requireArchived, requireLive } from "./find-record.ts";
import { forgetContact } from "./forget-contact.ts";
import {
  answer,
  limitQuery,
  listQuery,
  noContent,
  pathParameter,
  sourceOf,
  startBatch,
} from "./http-answer.ts";
import { listRecords } from "./list-records.ts";
import { mergeRecords } from "./merge-records.ts";
import { uniqueKey } from "./object-store.ts";
import type { Portal, Write } from "./portal.ts";
import {
  associationsAnswer,
  recordAnswer,
  type Wanted,
  wholeRecordAnswer,
} from "./record-answer.ts";
import {
  batchArchiveBody,
  batchCreateBody,
  batchReadBody,
  batchUpdateBody,
  createBody,
  mergeBody,
  parseBody,
  purgeBody,
  requireBatchSize,
  requireDistinct,
  updateBody,
} from "./request-bodies.ts";
import { searchRecords } from "./search-records.ts";
import { createRecord, updateRecord } from "./write-record.ts";

function typeIn(portal: Portal, context: Context) {
  return portal.objectTypes.infer(pathParameter(context, "objectType"));
}

function wantedIn(context: Context): Wanted {
  return {
    properties: listQuery(context, "properties"),
    withHistory: listQuery(context, "propertiesWithHistory"),
  };
}

function refIn(context: Context) {
  return { id: pathParameter(context, "objectId"), idProperty: context.req.query("idProperty") };
}

/** Objects, under `/crm/v3/objects` and `/crm/objects/{version}` alike. */
export function objectRoutes(portal: Portal): Hono {
  const routes = new Hono();
  addBatchRoutes(routes, portal);
  addCollectionRoutes(routes, portal);
  addRecordRoutes(routes, portal);
  return routes;
}

/** Of the versions there are, 2026-09 alone holds API writes to an admin's rules. */
const RULED_PATH = /^\/crm\/objects\/2026-09\//;

function ruledWrite<Result>(
  portal: Portal,
  context: Context,
  work: (write: Write) => Result,
): Result {
  const rules = RULED_PATH.test(context.req.path) ? "ruled" : "unruled";
  return portal.write(sourceOf(context), work, rules);
}

function addCollectionRoutes(routes: Hono, portal: Portal): void {
  routes.get("/:objectType", (context) => {
    const type = typeIn(portal, context);
    const associations = listQuery(context, "associations").map(portal.objectTypes.infer);
    const page = {
      limit: limitQuery(context, { usual: 10, most: 100 }),
      after: context.req.query("after"),
      archived: context.req.query("archived") === "true",
    };
    const url = new URL(context.req.url);
    return answer(
      200,
      listRecords(portal, type, { page, wanted: wantedIn(context), associations, url }),
    );
  });
  routes.post("/:objectType", async (context) => {
    const type = typeIn(portal, context);
    const { properties, associations } = parseBody(createBody, await context.req.text());
    const record = ruledWrite(portal, context, (write) => {
      const accepted = acceptValues(portal, type, { before: undefined, sent: properties });
      return createRecord(write, type, { accepted, associations });
    });
    return answer(201, wholeRecordAnswer(type, record));
  });
  routes.post("/:objectType/search", async (context) =>
    answer(200, searchRecords(portal, typeIn(portal, context), await context.req.text())),
  );
  routes.post("/:objectType/merge", async (context) => {
    const type = typeIn(portal, context);
    const body = parseBody(mergeBody, await context.req.text());
    const record = portal.write(sourceOf(context), (write) => mergeRecords(write, type, body));
    return answer(200, wholeRecordAnswer(type, record));
  });
  routes.post("/:objectType/gdpr-delete", async (context) => {
    const type = typeIn(portal, context);
    const { objectId, idProperty } = parseBody(purgeBody, await context.req.text());
    portal.write(sourceOf(context), (write) =>
      forgetContact(write, type, { id: objectId, idProperty }),
    );
    return noContent();
  });
}

function addRecordRoutes(routes: Hono, portal: Portal): void {
  routes.get("/:objectType/:objectId", (context) => {
    const type = typeIn(portal, context);
    const ref = refIn(context);
    const isArchived = context.req.query("archived") === "true";
    const record = isArchived ? requireArchived(portal, type, ref) : requireLive(portal, type, ref);
    const toTypes = listQuery(context, "associations").map(portal.objectTypes.infer);
    return answer(200, {
      ...recordAnswer(portal, type, { record, wanted: wantedIn(context) }),
      ...associationsAnswer(portal, { type, id: record.id }, toTypes),
    });
  });
  routes.patch("/:objectType/:objectId", async (context) => {
    const type = typeIn(portal, context);
    const { properties } = parseBody(updateBody, await context.req.text());
    const record = ruledWrite(portal, context, (write) => {
      const before = requireLive(portal, type, refIn(context));
      const accepted = acceptValues(portal, type, { before, sent: properties });
      return updateRecord(write, type, { record: before, accepted });
    });
    return answer(200, wholeRecordAnswer(type, record));
  });
  routes.delete("/:objectType/:objectId", (context) => {
    const type = typeIn(portal, context);
    portal.write(sourceOf(context), (write) => {
      const record = findLive(portal, type, refIn(context));
      if (record) archiveRecord(write, record, { type, id: record.id });
    });
    return noContent();
  });
}

function addBatchRoutes(routes: Hono, portal: Portal): void {
  routes.post("/:objectType/batch/read", async (context) => {
    const finish = startBatch(portal.clock);
    const type = typeIn(portal, context);
    const body = parseBody(batchReadBody, await context.req.text());
    requireBatchSize(body.inputs);
    requireDistinct(body.inputs.map(({ id }) => uniqueKey(body.idProperty ?? "", id)));
    const { properties, propertiesWithHistory: withHistory, idProperty } = body;
    const isArchived = context.req.query("archived") === "true";
    const found = body.inputs.map(({ id }) => {
      const archived = isArchived ? portal.store(type).get(id) : undefined;
      const live = isArchived ? undefined : findLive(portal, type, { id, idProperty });
      return { id, record: archived?.archivedAtMs === undefined ? live : archived };
    });
    const results = found.flatMap(({ record }) =>
      record ? [recordAnswer(portal, type, { record, wanted: { properties, withHistory } })] : [],
    );
    const missing = found.filter(({ record }) => !record).map(({ id }) => id);
    const errors = missing.length > 0 ? [missingRecords(type, missing).entry()] : [];
    return finish({ results, errors });
  });
  routes.post("/:objectType/batch/create", async (context) => {
    const finish = startBatch(portal.clock);
    const { inputs } = parseBody(batchCreateBody, await context.req.text());
    const type = typeIn(portal, context);
    const outcome = ruledWrite(portal, context, (write) => batchCreate(write, type, inputs));
    return finish(outcome, 201);
  });
  routes.post("/:objectType/batch/update", async (context) => {
    const finish = startBatch(portal.clock);
    const { inputs } = parseBody(batchUpdateBody, await context.req.text());
    const type = typeIn(portal, context);
    const outcome = ruledWrite(portal, context, (write) => batchUpdate(write, type, inputs));
    return finish(outcome);
  });
  routes.post("/:objectType/batch/upsert", async (context) => {
    const finish = startBatch(portal.clock);
    const { inputs } = parseBody(batchUpdateBody, await context.req.text());
    const type = typeIn(portal, context);
    const outcome = ruledWrite(portal, context, (write) => batchUpsert(write, type, inputs));
    return finish(outcome);
  });
  routes.post("/:objectType/batch/archive", async (context) => {
    const { inputs } = parseBody(batchArchiveBody, await context.req.text());
    const type = typeIn(portal, context);
    const ids = inputs.map(({ id }) => id);
    portal.write(sourceOf(context), (write) => batchArchive(write, type, ids));
    return noContent();
  });
}
