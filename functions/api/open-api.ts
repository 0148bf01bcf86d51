import * as z from "zod";
import { mapping } from "../../shared/config/mapping.ts";
import { mayBeLeftOut, type Route } from "./route.ts";

/** What a caller may be sure of in the document; the rest is OpenAPI's own. */
export const openApiAnswer = z.looseObject({
  openapi: z.literal("3.1.0"),
  paths: z.record(z.string(), z.unknown()),
});

const PLACEHOLDER = /\{(\w+)\}/g;

const PLACEHOLDERS: Readonly<Record<string, object>> = {
  kind: { type: "string", enum: mapping.kinds.map(({ kind }) => kind) },
  id: { type: "string", description: "A record's id." },
  field: { type: "string", description: "One of the kind's mapped fields." },
};

const REFUSAL = {
  type: "object",
  properties: {
    error: { type: "string", description: "One line: what is wrong, what is expected." },
  },
  required: ["error"],
};

const REFUSED = { description: "Refused; nothing was done.", content: jsonOf(REFUSAL) };

/** The document of the API in OpenAPI 3.1, made of the very schemas that are applied to each request. */
export function openApiDocument(routes: readonly Route[]): Record<string, unknown> {
  const paths = [...new Set(routes.map(({ path }) => path))];
  return {
    openapi: "3.1.0",
    info: {
      title: "Accord",
      version: "1",
      description:
        "Why each record is as it is, and what people decide about it. Each operation names the least role that may ask for it: viewer, finance, modeller or admin.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    security: [{ bearer: [] }],
    paths: Object.fromEntries(
      paths.map((path) => [
        path,
        Object.fromEntries(
          routes
            .filter((one) => one.path === path)
            .map((one) => [one.method.toLowerCase(), operation(one)]),
        ),
      ]),
    ),
    components: {
      securitySchemes: { bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
    },
  };
}

function operation(route: Route): Record<string, unknown> {
  const { method, path, role, summary, body, answers } = route;
  return {
    operationId: `${method.toLowerCase()}${path.replaceAll(/[^a-z]+([a-z]?)/gi, (_, next: string) => next.toUpperCase())}`,
    summary,
    "x-accord-role": role,
    parameters: [...placeholdersOf(path), ...queryOf(route)],
    ...(body ? { requestBody: { required: true, content: jsonOf(shapeOf(body, "input")) } } : {}),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, schema]) => [
          status,
          { description: "Answered.", content: jsonOf(shapeOf(schema, "output")) },
        ]),
      ),
      "400": REFUSED,
      "401": { description: "The token is missing, has expired, or is another's." },
      "403": { ...REFUSED, description: `The caller does not have the role ${role}.` },
      default: REFUSED,
    },
  };
}

function placeholdersOf(path: string): object[] {
  return [...path.matchAll(PLACEHOLDER)].map(([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    schema: PLACEHOLDERS[name] ?? { type: "string" },
  }));
}

function queryOf({ query }: Route): object[] {
  if (!(query instanceof z.ZodObject)) return [];
  return Object.entries(query.shape).flatMap(([name, one]) =>
    one instanceof z.ZodType
      ? [
          {
            name,
            in: "query",
            required: !mayBeLeftOut(one),
            schema: shapeOf(one, "input"),
          },
        ]
      : [],
  );
}

function shapeOf(schema: z.ZodType, io: "input" | "output"): object {
  const { $schema: _, ...shape } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return shape;
}

function jsonOf(schema: object) {
  return { "application/json": { schema } };
}
