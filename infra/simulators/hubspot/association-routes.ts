import { type Context, Hono } from "hono";
import type { AssociationType } from "./association-types.ts";
import type { End } from "./associations.ts";
import {
  afterQuery,
  answer,
  limitQuery,
  noContent,
  pathParameter,
  sourceOf,
  startBatch,
} from "./http-answer.ts";
import { linkRecords, unlinkRecords } from "./link-records.ts";
import type { ObjectType } from "./object-type.ts";
import type { Portal, Write } from "./portal.ts";
import { invalid, notFound, Refusal } from "./refusal.ts";
import {
  batchLinkBody,
  batchLinksReadBody,
  batchUnlinkBody,
  parseBody,
  requireBatchSize,
  specsBody,
} from "./request-bodies.ts";

/** Bounds of a page and of the batches. Source: associations guide, 2026-04. */
const PAGE = 500;
const MAX_LINKED = 2000;
const MAX_READ = 1000;

function pairIn(portal: Portal, context: Context): { from: ObjectType; to: ObjectType } {
  return {
    from: portal.objectTypes.infer(pathParameter(context, "fromType")),
    to: portal.objectTypes.infer(pathParameter(context, "toType")),
  };
}

function endsIn(portal: Portal, context: Context): readonly [End, End] {
  const { from, to } = pairIn(portal, context);
  return [
    { type: from, id: pathParameter(context, "fromId") },
    { type: to, id: pathParameter(context, "toId") },
  ];
}

function plainOf(portal: Portal, from: ObjectType, to: ObjectType): number {
  const typeId = portal.associations.plainType(from, to);
  if (typeId === undefined)
    throw invalid(`There is no default association from ${from.singular} to ${to.singular}`);
  return typeId;
}

/**
 * Labels are a set that each write replaces; the plain type and the primary one stay.
 * Whether a write that names no primary really leaves it standing is unverified.
 */
function replaceLabels(
  write: Write,
  [from, to]: readonly [End, End],
  typeIds: readonly number[],
): void {
  const { associations } = write.portal;
  const held = associations.linked(from, to.type).find(({ toId }) => toId === to.id)?.types ?? [];
  const outdated = held
    .filter(({ category, typeId }) => category === "USER_DEFINED" && !typeIds.includes(typeId))
    .map(({ typeId }) => typeId);
  for (const typeId of typeIds) associations.typeOf(from.type, to.type, typeId);
  linkRecords(write, [from, to], typeIds);
  if (outdated.length > 0) associations.remove(from, to, outdated);
}

function typeAnswer({ category, typeId, label }: AssociationType) {
  return { category, typeId, label };
}

function linkedAnswer(portal: Portal, from: End, to: ObjectType) {
  return portal.associations.linked(from, to).map(({ toId, types }) => ({
    toObjectId: Number(toId),
    associationTypes: types.map(typeAnswer),
  }));
}

/** `…/objects/{type}/{id}/associations/…`, under v3, v4 and the dated versions alike. */
export function recordAssociationRoutes(portal: Portal): Hono {
  const routes = new Hono();
  const single = "/:fromType/:fromId/associations/:toType/:toId";
  routes.put("/:fromType/:fromId/associations/default/:toType/:toId", (context) => {
    const [from, to] = endsIn(portal, context);
    portal.write(sourceOf(context), (write) =>
      linkRecords(write, [from, to], [plainOf(portal, from.type, to.type)]),
    );
    return startBatch(portal.clock)({ results: defaultResults(portal, from, to), errors: [] });
  });
  routes.get("/:fromType/:fromId/associations/:toType", (context) => {
    const { from, to } = pairIn(portal, context);
    const id = pathParameter(context, "fromId");
    if (!portal.store(from).get(id)) throw notFound();
    const after = afterQuery(context);
    const limit = limitQuery(context, { usual: PAGE, most: PAGE });
    const all = linkedAnswer(portal, { type: from, id }, to);
    const rest = all.filter(({ toObjectId }) => toObjectId > after);
    const page = rest.slice(0, limit);
    const last = page.at(-1);
    const hasMore = rest.length > page.length && last !== undefined;
    return answer(200, {
      results: page,
      ...(hasMore ? { paging: { next: { after: String(last.toObjectId) } } } : {}),
    });
  });
  routes.put(single, async (context) => {
    const ends = endsIn(portal, context);
    const [from, to] = ends;
    const specs = parseBody(specsBody, await context.req.text());
    const typeIds = specs.map(({ associationTypeId }) => associationTypeId);
    portal.write(sourceOf(context), (write) => replaceLabels(write, ends, typeIds));
    return answer(201, labelsAnswer(portal, from, to));
  });
  routes.delete(single, (context) => {
    portal.write(sourceOf(context), (write) =>
      unlinkRecords(write, endsIn(portal, context), "all"),
    );
    return noContent();
  });
  return routes;
}

function labelsAnswer(portal: Portal, from: End, to: End) {
  const held =
    portal.associations.linked(from, to.type).find(({ toId }) => toId === to.id)?.types ?? [];
  return {
    fromObjectTypeId: from.type.typeId,
    fromObjectId: Number(from.id),
    toObjectTypeId: to.type.typeId,
    toObjectId: Number(to.id),
    labels: held.flatMap(({ label }) => label ?? []),
  };
}

function defaultResults(portal: Portal, from: End, to: End) {
  const there = {
    associationCategory: "HUBSPOT_DEFINED",
    associationTypeId: plainOf(portal, from.type, to.type),
  };
  const back = {
    associationCategory: "HUBSPOT_DEFINED",
    associationTypeId: plainOf(portal, to.type, from.type),
  };
  return [
    { from: { id: from.id }, to: { id: to.id }, associationSpec: there },
    { from: { id: to.id }, to: { id: from.id }, associationSpec: back },
  ];
}

/** `…/associations/{from}/{to}/batch/…` */
export function batchAssociationRoutes(portal: Portal): Hono {
  const routes = new Hono();
  routes.post("/:fromType/:toType/batch/read", async (context) => {
    const finish = startBatch(portal.clock);
    const { from, to } = pairIn(portal, context);
    const { inputs } = parseBody(batchLinksReadBody, await context.req.text());
    requireBatchSize(inputs, MAX_READ);
    const found = inputs.map(({ id }) => ({
      from: { id },
      to: linkedAnswer(portal, { type: from, id }, to),
    }));
    return finish({
      results: found.filter((each) => each.to.length > 0),
      errors: found
        .filter((each) => each.to.length === 0)
        .map((each) => noneFound(from, to, each.from.id)),
    });
  });
  routes.post("/:fromType/:toType/batch/create", linkHandler(portal, "labels"));
  routes.post("/:fromType/:toType/batch/associate/default", linkHandler(portal, "default"));
  routes.post("/:fromType/:toType/batch/archive", async (context) => {
    const { from, to } = pairIn(portal, context);
    const { inputs } = parseBody(batchUnlinkBody, await context.req.text());
    requireBatchSize(inputs, MAX_LINKED);
    portal.write(sourceOf(context), (write) => {
      for (const input of inputs)
        for (const { id } of input.to)
          unlinkRecords(
            write,
            [
              { type: from, id: input.from.id },
              { type: to, id },
            ],
            "all",
          );
    });
    return noContent();
  });
  routes.post("/:fromType/:toType/batch/labels/archive", async (context) => {
    const { from, to } = pairIn(portal, context);
    const { inputs } = parseBody(batchLinkBody, await context.req.text());
    requireBatchSize(inputs, MAX_LINKED);
    portal.write(sourceOf(context), (write) => {
      for (const input of inputs) {
        const typeIds = (input.types ?? []).map(({ associationTypeId }) => associationTypeId);
        const ends = [
          { type: from, id: input.from.id },
          { type: to, id: input.to.id },
        ] as const;
        unlinkRecords(write, ends, typeIds);
      }
    });
    return noContent();
  });
  return routes;
}

/** Pair by pair: what cannot be associated is named, and the rest is done. */
function linkHandler(portal: Portal, kind: "labels" | "default") {
  return async (context: Context) => {
    const finish = startBatch(portal.clock);
    const { from, to } = pairIn(portal, context);
    const { inputs } = parseBody(batchLinkBody, await context.req.text());
    requireBatchSize(inputs, MAX_LINKED);
    const results: Record<string, unknown>[] = [];
    const errors: Record<string, unknown>[] = [];
    portal.write(sourceOf(context), (write) => {
      for (const input of inputs) {
        const ends = [
          { type: from, id: input.from.id },
          { type: to, id: input.to.id },
        ] as const;
        const typeIds = (input.types ?? []).map(({ associationTypeId }) => associationTypeId);
        const refused = portal.attempt(() => {
          if (kind === "labels") replaceLabels(write, ends, typeIds);
          else linkRecords(write, ends, [plainOf(portal, from, to)]);
        });
        if (refused instanceof Refusal) errors.push(refused.entry());
        else if (kind === "labels") results.push(labelsAnswer(portal, ...ends));
        else results.push(...defaultResults(portal, ...ends));
      }
    });
    return finish({ results, errors }, kind === "labels" ? 201 : 200);
  };
}

function noneFound(from: ObjectType, to: ObjectType, id: string): Record<string, unknown> {
  return new Refusal(404, `No ${to.singular} is associated with ${from.singular} ${id}.`, {
    category: "OBJECT_NOT_FOUND",
    subCategory: "crm.associations.NO_ASSOCIATIONS_FOUND",
    context: {
      fromObjectId: [id],
      fromObjectType: [from.singular],
      toObjectType: [to.singular],
    },
  }).entry();
}
