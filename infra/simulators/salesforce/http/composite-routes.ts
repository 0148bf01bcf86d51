import type { Hono } from "hono";
import { isObject, parseExactJson } from "../records/exact-json.ts";
import { Refusal } from "../records/refusal.ts";
import { authenticate, type Org, readBody, sendJson } from "./org.ts";

/** Source: Composite resource, REST API developer guide. */
const MAX_SUBREQUESTS = 25;

type Results = Map<string, unknown>;

/** Puts the results of earlier subrequests in for `@{ref.id}`. */
function substitute(text: string, results: Results): string {
  return text.replace(/@\{(\w+)\.([\w.[\]]+)\}/g, (_whole, reference: string, path: string) => {
    let at = results.get(reference);
    for (const step of path.split(/[.[\]]+/).filter((part) => part !== "")) {
      if (Array.isArray(at)) at = at[Number(step)];
      else at = isObject(at) ? at[step] : undefined;
    }
    return typeof at === "string" ? at : "";
  });
}

/** Subrequests one after the other. Each is a transaction of its own: allOrNone is refused. */
export function addCompositeRoutes(app: Hono, org: Org): void {
  app.post("/services/data/:version/composite", async (context) => {
    authenticate(org, context);
    const body = await readBody(context);
    const list = isObject(body) ? body["compositeRequest"] : undefined;
    if (!Array.isArray(list) || list.length > MAX_SUBREQUESTS)
      throw new Refusal("INVALID_INPUT", `compositeRequest takes 1 to ${MAX_SUBREQUESTS} entries`);
    if (isObject(body) && body["allOrNone"] === true)
      throw new Refusal("INVALID_INPUT", "This simulator does not answer allOrNone on /composite");
    const results: Results = new Map();
    const compositeResponse: object[] = [];
    for (const subrequest of list.filter(isObject)) {
      const { method, url, referenceId, body: inner } = subrequest;
      const headers = new Headers(context.req.raw.headers);
      headers.delete("content-length");
      const hasBody = inner !== undefined && method !== "GET";
      const init = {
        method: String(method),
        headers,
        ...(hasBody ? { body: substitute(JSON.stringify(inner), results) } : {}),
      };
      const part = { isPart: true };
      const response = await app.request(substitute(String(url), results), init, part);
      const text = await response.text();
      const answer = text === "" ? null : parseExactJson(text);
      results.set(String(referenceId), answer);
      compositeResponse.push({
        body: answer,
        httpHeaders: {},
        httpStatusCode: response.status,
        referenceId,
      });
    }
    return sendJson(200, { compositeResponse });
  });
}
