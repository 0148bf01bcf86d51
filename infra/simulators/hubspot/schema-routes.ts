import { type Context, Hono } from "hono";
import { pairOf } from "./association-types.ts";
import { answer, noContent, pathParameter, sourceOf } from "./http-answer.ts";
import type { ObjectType } from "./object-type.ts";
import { newTypeId, type ObjectSchema } from "./object-types.ts";
import { PORTAL_ID, type Portal, type Write } from "./portal.ts";
import { defineProperty } from "./property-routes.ts";
import { invalid, notFound, Refusal } from "./refusal.ts";
import {
  type NewSchema,
  parseBody,
  schemaAssociationBody,
  schemaBody,
  schemaPatchBody,
} from "./request-bodies.ts";

/** An account's own objects, under `/crm-object-schemas/…/schemas` and `/crm/v3/schemas`. */
export function schemaRoutes(portal: Portal): Hono {
  const routes = new Hono();
  const find = (context: Context) => {
    const type = portal.objectTypes.find(pathParameter(context, "objectType"));
    const schema = type && portal.objectTypes.schemaOf(type);
    if (!schema) throw notFound();
    return { type, schema };
  };
  routes.get("/", () =>
    answer(200, {
      results: portal.objectTypes.schemas().map((schema) => schemaAnswer(portal, schema)),
    }),
  );
  routes.post("/", async (context) => {
    const given = parseBody(schemaBody, await context.req.text());
    const schema = portal.write(sourceOf(context), (write) => defineObject(write, given));
    return answer(201, schemaAnswer(portal, schema));
  });
  routes.get("/:objectType", (context) => answer(200, schemaAnswer(portal, find(context).schema)));
  routes.patch("/:objectType", async (context) => {
    const { type, schema } = find(context);
    const given = parseBody(schemaPatchBody, await context.req.text());
    const changed = portal.write(sourceOf(context), ({ atMs }) => {
      const updatedAt = new Date(atMs).toISOString();
      const next = {
        ...schema,
        ...given,
        labels: { ...schema.labels, ...given.labels },
        updatedAt,
      };
      requireDefined(portal, type, next);
      portal.objectTypes.put(next);
      return next;
    });
    return answer(200, schemaAnswer(portal, changed));
  });
  routes.delete("/:objectType", (context) => {
    const { type } = find(context);
    const isUsed = [...portal.store(type).values()].some(
      ({ archivedAtMs }) => archivedAtMs === undefined,
    );
    if (isUsed) throw invalid(`There are records of ${type.singular}; delete them first`);
    portal.write(sourceOf(context), () => portal.objectTypes.remove(type));
    return noContent();
  });
  routes.post("/:objectType/associations", async (context) => {
    const { type } = find(context);
    const { toObjectTypeId, name } = parseBody(schemaAssociationBody, await context.req.text());
    const to = portal.objectTypes.infer(toObjectTypeId);
    const association = portal.write(sourceOf(context), () =>
      defineAssociation(portal, type, { to, name }),
    );
    return answer(201, association);
  });
  return routes;
}

function defineObject(write: Write, given: NewSchema): ObjectSchema {
  const { portal, atMs } = write;
  const { properties, associatedObjects, ...rest } = given;
  const { name } = rest;
  if (!/^[a-z][a-z0-9_-]*$/i.test(name))
    throw invalid(
      `Object name '${name}' must begin with a letter and hold letters, digits, _ and -`,
    );
  if (portal.objectTypes.find(name))
    throw new Refusal(409, `An object named '${name}' already exists.`, {
      category: "OBJECT_ALREADY_EXISTS",
    });
  const at = new Date(atMs).toISOString();
  const schema = {
    ...rest,
    name: name.toLowerCase(),
    objectTypeId: newTypeId(portal.objectTypes),
    fullyQualifiedName: `p${PORTAL_ID}_${name.toLowerCase()}`,
    createdAt: at,
    updatedAt: at,
  };
  const type = portal.objectTypes.put(schema);
  const groupName = `${type.singular}_information`;
  for (const property of properties)
    defineProperty(portal, type, { given: { groupName, ...property }, atMs });
  requireDefined(portal, type, schema);
  for (const each of associatedObjects)
    defineAssociation(portal, type, { to: portal.objectTypes.infer(each), name: undefined });
  return schema;
}

function requireDefined(
  portal: Portal,
  type: ObjectType,
  {
    primaryDisplayProperty,
    secondaryDisplayProperties,
    requiredProperties,
    searchableProperties,
  }: ObjectSchema,
): void {
  const named = [
    primaryDisplayProperty,
    ...secondaryDisplayProperties,
    ...requiredProperties,
    ...searchableProperties,
  ];
  const missing = named.find((name) => !portal.definitions.get(type, name));
  if (missing !== undefined)
    throw invalid(`Property '${missing}' is named by the schema and not defined in it`);
}

/** Both directions at once. That they count as defined by HubSpot is unverified. */
function defineAssociation(
  { associations }: Portal,
  type: ObjectType,
  { to, name }: { readonly to: ObjectType; readonly name: string | undefined },
) {
  const typeId = associations.newTypeId();
  const inverseId = typeId + 1;
  const common = { category: "HUBSPOT_DEFINED", label: null };
  const there = name ?? `${type.singular}_to_${to.singular}`;
  const back = `${to.singular}_to_${type.singular}`;
  associations.defineType({
    ...common,
    ...{ typeId, inverseId, pair: pairOf(type, to), legacyName: there },
  });
  associations.defineType({
    ...common,
    ...{ typeId: inverseId, inverseId: typeId, pair: pairOf(to, type), legacyName: back },
  });
  return {
    id: String(typeId),
    fromObjectTypeId: type.typeId,
    toObjectTypeId: to.typeId,
    name: there,
  };
}

function schemaAnswer(portal: Portal, schema: ObjectSchema): Record<string, unknown> {
  const { objectTypeId } = schema;
  const type = portal.objectTypes.infer(objectTypeId);
  return {
    ...schema,
    id: objectTypeId.split("-")[1],
    metaType: "PORTAL_SPECIFIC",
    archived: false,
    properties: portal.definitions.list(type).map((each) => ({ ...each, archived: false })),
    associations: portal.objectTypes.all().flatMap((to) =>
      portal.associations.types(type, to).map(({ typeId, legacyName }) => ({
        id: String(typeId),
        fromObjectTypeId: objectTypeId,
        toObjectTypeId: to.typeId,
        name: legacyName,
      })),
    ),
  };
}
