/** A route of the HTTP API, such as `POST /webhooks/hubspot` or `GET /api/{proxy+}`. */
export interface Route<Target> {
  readonly routeKey: string;
  readonly target: Target;
}

export interface RouteMatch<Target> extends Route<Target> {
  readonly pathParameters: Readonly<Record<string, string>>;
}

/**
 * The route for a request: of those that match, the most specific. Full paths go before `{proxy+}`,
 * longer ones before shorter, and a named method before `ANY`, as HTTP APIs choose.
 */
export function findRoute<Target>(
  routes: readonly Route<Target>[],
  method: string,
  path: string,
): RouteMatch<Target> | undefined {
  return routes
    .flatMap((route) => {
      const pathParameters = match(route.routeKey, method, path);
      return pathParameters ? [{ ...route, pathParameters }] : [];
    })
    .sort((a, b) => rank(b.routeKey) - rank(a.routeKey))[0];
}

function match(routeKey: string, method: string, path: string): Record<string, string> | undefined {
  if (routeKey === "$default") return {};
  const [wantedMethod, pattern = ""] = routeKey.split(" ");
  if (wantedMethod !== "ANY" && wantedMethod !== method) return undefined;
  const wanted = pattern.split("/");
  const given = path.split("/");
  const parameters: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const rest = /^\{(.+)\+\}$/.exec(part)?.[1];
    if (rest !== undefined) {
      parameters[rest] = decodeURIComponent(given.slice(index).join("/"));
      return parameters[rest] === "" ? undefined : parameters;
    }
    const one = /^\{(.+)\}$/.exec(part)?.[1];
    if (one !== undefined && given[index]) parameters[one] = decodeURIComponent(given[index]);
    else if (part !== given[index]) return undefined;
  }
  return wanted.length === given.length ? parameters : undefined;
}

function rank(routeKey: string): number {
  if (routeKey === "$default") return -1;
  const greedy = routeKey.includes("+}") ? 0 : 1_000_000;
  const method = routeKey.startsWith("ANY ") ? 0 : 1;
  return greedy + routeKey.replaceAll(/\{.*?\}/g, "").length * 10 + method;
}
