import { type Context, Hono } from "hono";
import { answer, noContent, pathParameter, sourceOf } from "./http-answer.ts";
import type { Portal } from "./portal.ts";
import { invalid, notFound } from "./refusal.ts";
import { parseBody, valueRuleBody } from "./request-bodies.ts";
import { RULE_TYPES } from "./value-rules.ts";

/**
 * An admin's rules on values: `/crm/v3/property-validations/{objectTypeId}` and its dated twin.
 * Source: property validations guide, read 2026-11-21.
 */
export function valueRuleRoutes(portal: Portal): Hono {
  const routes = new Hono();
  const typeIn = (context: Context) =>
    portal.objectTypes.infer(pathParameter(context, "objectTypeId"));
  const nameIn = (context: Context) => {
    const name = pathParameter(context, "propertyName");
    if (!portal.definitions.get(typeIn(context), name))
      throw notFound(`Property '${name}' does not exist`);
    return name;
  };
  routes.get("/:objectTypeId", (context) => {
    const type = typeIn(context);
    const results = portal.definitions.list(type).flatMap(({ name }) => {
      const rules = portal.valueRules.get(`${type.plural}/${name}`) ?? [];
      if (rules.length === 0) return [];
      return [{ propertyName: name, propertyValidationRules: rules }];
    });
    return answer(200, { results });
  });
  routes.get("/:objectTypeId/:propertyName", (context) => {
    const key = `${typeIn(context).plural}/${nameIn(context)}`;
    return answer(200, { results: portal.valueRules.get(key) ?? [] });
  });
  routes.put("/:objectTypeId/:propertyName/rule-type/:ruleType", async (context) => {
    const key = `${typeIn(context).plural}/${nameIn(context)}`;
    const ruleType = pathParameter(context, "ruleType");
    if (!RULE_TYPES.includes(ruleType))
      throw invalid(`Rule type '${ruleType}' is not enforced here; use ${RULE_TYPES.join(", ")}`);
    const rule = { ruleType, ...parseBody(valueRuleBody, await context.req.text()) };
    const others = (portal.valueRules.get(key) ?? []).filter((each) => each.ruleType !== ruleType);
    portal.write(sourceOf(context), () => portal.valueRules.set(key, [...others, rule]));
    return noContent();
  });
  return routes;
}
