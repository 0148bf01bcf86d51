import * as z from "zod";
import { type HttpAnswer, type HttpRequest, refusal } from "../../shared/runtime/http-handler.ts";
import { audited } from "./audited.ts";
import { type Caller, mayAct, type Role } from "./caller.ts";
import type { World } from "./world.ts";

type Params = HttpRequest["params"];
type Answers = Readonly<Record<number, z.ZodType>>;

interface Described {
  /** With `{kind}`, `{id}` and `{field}` as placeholders. */
  readonly path: string;
  /** The least that a caller must be. */
  readonly role: Role;
  /** One line, for the document of the API. */
  readonly summary: string;
  /** What is answered when it went well, by status. */
  readonly answers: Answers;
}

/** One row of the table of routes: what it asks for, of whom, what it answers, and what it does. */
export interface Route extends Described {
  readonly method: "GET" | "POST";
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly work: (world: World, request: HttpRequest, caller: Caller) => Promise<HttpAnswer>;
}

/** Of a route that takes no query. */
export const NO_QUERY = z.strictObject({});

/** A question. It changes nothing. */
export function question<Query extends z.ZodType>({
  work,
  ...spec
}: Described & {
  readonly query: Query;
  readonly work: (
    world: World,
    asked: { readonly params: Params; readonly query: z.infer<Query> },
  ) => Promise<HttpAnswer>;
}): Route {
  return {
    ...spec,
    method: "GET",
    async work(world, { query, params }) {
      const meant = spec.query.safeParse(query);
      if (!meant.success) return refusal(400, `the query: ${problemsOf(meant.error, spec.query)}`);
      return work(world, { params, query: meant.data });
    },
  };
}

/** What an action is asked with: who asks is known, and why has to be said. */
export interface Asked<Body> {
  readonly params: Params;
  readonly body: Body;
  /** Who is authenticated. */
  readonly by: string;
}

/** Why, in the words of whoever asks. */
export const because = z.string().trim().min(1).max(500);

/** Something that an administrator does. Kept in the audit before it is done. */
export function action<Body extends z.ZodType<{ readonly because: string }>>({
  work,
  ...spec
}: Described & {
  readonly body: Body;
  readonly work: (world: World, asked: Asked<z.infer<Body>>) => Promise<HttpAnswer>;
}): Route {
  return {
    ...spec,
    method: "POST",
    async work(world, { rawBody, params, path }, { actor: by }) {
      const meant = spec.body.safeParse(jsonOf(rawBody));
      if (!meant.success) return refusal(400, `the body: ${problemsOf(meant.error, spec.body)}`);
      const done = { actor: by, because: meant.data.because, route: `POST ${spec.path}`, path };
      return audited(world, done, () => work(world, { params, body: meant.data, by }));
    },
  };
}

/** Lets a caller through to a route, or says in one line why not. */
export async function answerBy(
  route: Route,
  world: World,
  { request, caller }: { readonly request: HttpRequest; readonly caller: Caller | undefined },
): Promise<HttpAnswer> {
  if (!caller)
    return refusal(401, "nobody is signed in: send a token as 'Authorization: Bearer …'");
  if (!mayAct(caller, route.role))
    return refusal(
      403,
      `this asks for the role ${route.role}; yours: ${caller.roles.join(", ") || "none of Accord's"}`,
    );
  return route.work(world, request, caller);
}

/** Not JSON at all is told like JSON of another form. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What is wrong, by name, and what there is to say. One line. */
function problemsOf({ issues }: z.ZodError, schema: z.ZodType): string {
  const wrong = issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join(".")}: ${message}`,
  );
  const known = namesIn(schema);
  return `${wrong.join("; ")}; it takes ${known.length === 0 ? "nothing" : known.join(" or ")}`;
}

function namesIn(schema: z.ZodType): string[] {
  if (schema instanceof z.ZodUnion)
    return schema.options.flatMap((one) => (one instanceof z.ZodType ? namesIn(one) : []));
  if (!(schema instanceof z.ZodObject)) return [];
  const names = Object.entries(schema.shape).map(([name, one]) =>
    mayBeLeftOut(one) ? `${name} (optional)` : name,
  );
  return names.length === 0 ? [] : [names.join(", ")];
}

export function mayBeLeftOut(part: unknown): boolean {
  return part instanceof z.ZodType && z.object({ part }).safeParse({}).success;
}
