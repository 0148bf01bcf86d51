import { type Context, Hono } from "hono";
import { type NewProperty, newDefinition } from "./definitions.ts";
import { answer, noContent, pathParameter, sourceOf, startBatch } from "./http-answer.ts";
import type { ObjectType } from "./object-type.ts";
import type { Portal } from "./portal.ts";
import type { PropertyDefinition } from "./property-definition.ts";
import { invalid, notFound, Refusal } from "./refusal.ts";
import {
  batchNamesBody,
  batchPropertiesBody,
  groupBody,
  parseBody,
  propertyBody,
  propertyPatchBody,
} from "./request-bodies.ts";

function typeIn(portal: Portal, context: Context): ObjectType {
  return portal.objectTypes.infer(pathParameter(context, "objectType"));
}

/** Property definitions, under `/crm/v3/properties` and `/crm/properties/{version}` alike. */
export function propertyRoutes(portal: Portal): Hono {
  const routes = new Hono();
  addGroupRoutes(routes, portal);
  addBatchRoutes(routes, portal);
  routes.get("/:objectType", (context) => {
    const results = portal.definitions.list(typeIn(portal, context)).map(definitionAnswer);
    return answer(200, { results });
  });
  routes.post("/:objectType", async (context) => {
    const type = typeIn(portal, context);
    const given = parseBody(propertyBody, await context.req.text());
    const created = portal.write(sourceOf(context), ({ atMs }) =>
      defineProperty(portal, type, { given, atMs }),
    );
    return answer(201, definitionAnswer(created));
  });
  routes.get("/:objectType/:name", (context) =>
    answer(200, definitionAnswer(requireDefinition(portal, context))),
  );
  routes.patch("/:objectType/:name", async (context) => {
    const type = typeIn(portal, context);
    const given = parseBody(propertyPatchBody, await context.req.text());
    const before = requireDefinition(portal, context);
    requireChangeable(before, given);
    const changed = portal.write(sourceOf(context), ({ atMs }) => {
      const next = newDefinition({ ...before, ...given, name: before.name }, new Date(atMs));
      const { calculated, modificationMetadata, createdAt } = before;
      const merged = { ...before, ...next, calculated, modificationMetadata, createdAt };
      portal.definitions.put(type, merged);
      return merged;
    });
    return answer(200, definitionAnswer(changed));
  });
  routes.delete("/:objectType/:name", (context) => {
    const { name } = requireDefinition(portal, context);
    portal.write(sourceOf(context), () =>
      portal.definitions.archive(typeIn(portal, context), name),
    );
    return noContent();
  });
  return routes;
}

function addBatchRoutes(routes: Hono, portal: Portal): void {
  routes.post("/:objectType/batch/create", async (context) => {
    const finish = startBatch(portal.clock);
    const type = typeIn(portal, context);
    const { inputs } = parseBody(batchPropertiesBody, await context.req.text());
    const outcomes = portal.write(sourceOf(context), ({ atMs }) =>
      inputs.map((given) => portal.attempt(() => defineProperty(portal, type, { given, atMs }))),
    );
    return finish(split(outcomes), 201);
  });
  routes.post("/:objectType/batch/read", async (context) => {
    const finish = startBatch(portal.clock);
    const type = typeIn(portal, context);
    const { inputs } = parseBody(batchNamesBody, await context.req.text());
    const outcomes = inputs.map(
      ({ name }) =>
        portal.definitions.get(type, name) ?? notFound(`Property '${name}' does not exist`),
    );
    return finish(split(outcomes));
  });
  routes.post("/:objectType/batch/archive", async (context) => {
    const type = typeIn(portal, context);
    const { inputs } = parseBody(batchNamesBody, await context.req.text());
    portal.write(sourceOf(context), () => {
      for (const { name } of inputs) portal.definitions.archive(type, name);
    });
    return noContent();
  });
}

function split(outcomes: readonly (PropertyDefinition | Refusal)[]) {
  return {
    results: outcomes.flatMap((each) => (each instanceof Refusal ? [] : [definitionAnswer(each)])),
    errors: outcomes.flatMap((each) => (each instanceof Refusal ? [each.entry()] : [])),
  };
}

function addGroupRoutes(routes: Hono, portal: Portal): void {
  const find = (context: Context) => {
    const name = pathParameter(context, "groupName");
    const group = portal.definitions
      .groups(typeIn(portal, context))
      .find((each) => each.name === name);
    if (!group) throw notFound();
    return group;
  };
  routes.get("/:objectType/groups", (context) =>
    answer(200, { results: portal.definitions.groups(typeIn(portal, context)) }),
  );
  routes.post("/:objectType/groups", async (context) => {
    const type = typeIn(portal, context);
    const group = { ...parseBody(groupBody, await context.req.text()), archived: false };
    if (portal.definitions.groups(type).some(({ name }) => name === group.name))
      throw new Refusal(409, `A property group named '${group.name}' already exists.`, {
        category: "OBJECT_ALREADY_EXISTS",
      });
    portal.write(sourceOf(context), () => portal.definitions.putGroup(type, group));
    return answer(201, group);
  });
  routes.get("/:objectType/groups/:groupName", (context) => answer(200, find(context)));
  routes.delete("/:objectType/groups/:groupName", (context) => {
    const { name } = find(context);
    portal.write(sourceOf(context), () =>
      portal.definitions.archiveGroup(typeIn(portal, context), name),
    );
    return noContent();
  });
}

/** Types of property. Source: properties guide, 2026-04. */
const PROPERTY_TYPES: ReadonlySet<string> = new Set([
  "bool",
  "enumeration",
  "date",
  "datetime",
  "string",
  "number",
  "phone_number",
  "object_coordinates",
  "json",
]);

/** Properties of one object whose values identify a record. Source: properties guide, 2026-04. */
const MAX_UNIQUE = 10;

export function defineProperty(
  portal: Portal,
  type: ObjectType,
  { given, atMs }: { given: NewProperty; atMs: number },
): PropertyDefinition {
  const { name } = given;
  if (!/^[a-z][a-z0-9_]*$/.test(name))
    throw invalid(`Property name '${name}' must be lower-case letters, digits and underscores`);
  if (!PROPERTY_TYPES.has(given.type ?? ""))
    throw invalid(`'${given.type}' is not a property type`);
  if (!portal.definitions.groups(type).some((group) => group.name === given.groupName))
    throw invalid(`Property group '${given.groupName}' does not exist`);
  if (portal.definitions.get(type, name))
    throw new Refusal(409, `A property named '${name}' already exists.`, {
      category: "OBJECT_ALREADY_EXISTS",
      subCategory: "Properties.PROPERTY_WITH_NAME_EXISTS",
      context: { name: [name] },
    });
  const custom = portal.definitions
    .list(type)
    .filter(({ hasUniqueValue, hubspotDefined }) => hasUniqueValue && !hubspotDefined);
  if (given.hasUniqueValue && custom.length >= MAX_UNIQUE)
    throw invalid(`An object has at most ${MAX_UNIQUE} unique properties`);
  const definition = newDefinition(given, new Date(atMs));
  portal.definitions.put(type, definition);
  return definition;
}

/** HubSpot's own properties keep their type; their options may be added to where an account has its own. */
function requireChangeable(before: PropertyDefinition, given: Partial<NewProperty>): void {
  const isOwn = !before.modificationMetadata.readOnlyDefinition;
  const isOtherType = given.type !== undefined && given.type !== before.type;
  if (isOtherType && !isOwn)
    throw invalid(`Property '${before.name}' is defined by HubSpot; its type cannot be changed.`);
  const values = (given.options ?? []).map(({ value }) => value);
  const repeated = values.find((value, at) => values.indexOf(value) !== at);
  if (repeated !== undefined)
    throw invalid(`Property '${before.name}' has two options with the value '${repeated}'.`);
}

function requireDefinition(portal: Portal, context: Context): PropertyDefinition {
  const name = pathParameter(context, "name");
  const definition = portal.definitions.get(typeIn(portal, context), name);
  if (!definition) throw notFound(`Property '${name}' does not exist`);
  return definition;
}

function definitionAnswer(definition: PropertyDefinition): Record<string, unknown> {
  return { ...definition, archived: false };
}
