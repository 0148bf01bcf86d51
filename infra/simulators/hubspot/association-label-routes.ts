import { type Context, Hono } from "hono";
import { pairOf } from "./association-types.ts";
import { answer, noContent, pathParameter, sourceOf } from "./http-answer.ts";
import type { Portal } from "./portal.ts";
import { notFound } from "./refusal.ts";
import { labelBody, parseBody } from "./request-bodies.ts";

function pairIn(portal: Portal, context: Context) {
  return {
    from: portal.objectTypes.infer(pathParameter(context, "fromType")),
    to: portal.objectTypes.infer(pathParameter(context, "toType")),
  };
}

/** `…/associations/{from}/{to}/labels`: which associations there are, and an account's own. */
export function associationLabelRoutes(portal: Portal): Hono {
  const routes = new Hono();
  routes.get("/:fromType/:toType/labels", (context) => {
    const { from, to } = pairIn(portal, context);
    const results = portal.associations
      .types(from, to)
      .map(({ category, typeId, label }) => ({ category, typeId, label }));
    return answer(200, { results });
  });
  routes.post("/:fromType/:toType/labels", async (context) => {
    const { from, to } = pairIn(portal, context);
    const { label, name, inverseLabel } = parseBody(labelBody, await context.req.text());
    const typeId = portal.associations.newTypeId();
    const inverseId = typeId + 1;
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
    const { from, to } = pairIn(portal, context);
    const typeId = Number(pathParameter(context, "typeId"));
    const type = portal.associations.types(from, to).find((each) => each.typeId === typeId);
    if (type?.category !== "USER_DEFINED") throw notFound();
    portal.write(sourceOf(context), () => portal.associations.removeType(type));
    return noContent();
  });
  return routes;
}
