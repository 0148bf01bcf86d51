import { type Context, Hono } from "hono";
import { pairOf } from "./association-types.ts";
import { answer, noContent, pathParameter, sourceOf } from "./http-answer.ts";
import { inferObjectType } from "./object-type.ts";
import type { Portal } from "./portal.ts";
import { notFound } from "./refusal.ts";
import { labelBody, parseBody } from "./request-bodies.ts";

/** Ids of an account's own labels, which are counted per account. */
const FIRST_LABEL_ID = 1001;

function pairIn(context: Context) {
  return {
    from: inferObjectType(pathParameter(context, "fromType")),
    to: inferObjectType(pathParameter(context, "toType")),
  };
}

/** `…/associations/{from}/{to}/labels`: which associations there are, and an account's own. */
export function associationLabelRoutes(portal: Portal): Hono {
  const routes = new Hono();
  let nextId = FIRST_LABEL_ID;
  const freeId = (context: Context) => {
    const { from, to } = pairIn(context);
    const taken = new Set(
      [...portal.associations.types(from, to), ...portal.associations.types(to, from)].map(
        ({ typeId }) => typeId,
      ),
    );
    while (taken.has(nextId)) nextId += 1;
    nextId += 1;
    return nextId - 1;
  };
  routes.get("/:fromType/:toType/labels", (context) => {
    const { from, to } = pairIn(context);
    const results = portal.associations
      .types(from, to)
      .map(({ category, typeId, label }) => ({ category, typeId, label }));
    return answer(200, { results });
  });
  routes.post("/:fromType/:toType/labels", async (context) => {
    const { from, to } = pairIn(context);
    const { label, name, inverseLabel } = parseBody(labelBody, await context.req.text());
    const typeId = freeId(context);
    const inverseId = freeId(context);
    const category = "USER_DEFINED";
    const there = { typeId, inverseId, category, label, pair: pairOf(from, to), legacyName: name };
    const back = {
      typeId: inverseId,
      inverseId: typeId,
      category,
      label: inverseLabel ?? label,
      pair: pairOf(to, from),
      legacyName: name,
    };
    portal.write(sourceOf(context), () => {
      portal.associations.defineType(there);
      portal.associations.defineType(back);
    });
    const results = [there, back].map((type) => ({
      category,
      typeId: type.typeId,
      label: type.label,
    }));
    return answer(200, { results });
  });
  routes.delete("/:fromType/:toType/labels/:typeId", (context) => {
    const { from, to } = pairIn(context);
    const typeId = Number(pathParameter(context, "typeId"));
    const type = portal.associations.types(from, to).find((each) => each.typeId === typeId);
    if (type?.category !== "USER_DEFINED") throw notFound();
    portal.write(sourceOf(context), () => portal.associations.removeType(type));
    return noContent();
  });
  return routes;
}
