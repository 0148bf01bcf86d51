import { Validator } from "@seriousme/openapi-schema-validator";
import { expect, test } from "vitest";
import { openApiDocument } from "../../functions/api/open-api.ts";
import { ROUTES } from "../../functions/api/routes.ts";

const document = JSON.parse(JSON.stringify(openApiDocument(ROUTES)));

test("the document of the API is OpenAPI 3.1, by a validator that is not ours", {
  timeout: 30_000,
}, async () => {
  const { valid, errors } = await new Validator().validate(document);
  expect(errors).toBeUndefined();
  expect(valid).toBe(true);
  expect(document.openapi).toBe("3.1.0");
});

test("every route of the table is in the document, and nothing else", () => {
  const described = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(Object(operations)).map(([method, operation]) => [
      `${method.toUpperCase()} ${path}`,
      Object(operation)["x-accord-role"],
    ]),
  );
  expect(described.sort()).toEqual(
    ROUTES.map(({ method, path, role }) => [`${method} ${path}`, role]).sort(),
  );
});

test("an operation says what it asks for and what it answers, and names itself once", () => {
  const { post } = document.paths["/api/parked/retry"];
  const { schema } = post.requestBody.content["application/json"];
  expect([schema.required, schema.additionalProperties]).toEqual([["because"], false]);
  expect(Object.keys(post.responses)).toEqual(["202", "400", "401", "403", "default"]);
  const { get } = document.paths["/api/lifecycle"];
  expect(
    get.parameters.map(({ name, required }: Record<string, unknown>) => [name, required]),
  ).toEqual([
    ["from", true],
    ["to", true],
    ["after", false],
  ]);
  const names = Object.values(document.paths).flatMap((operations) =>
    Object.values(Object(operations)).map((one) => Object(one).operationId),
  );
  expect(new Set(names).size).toBe(names.length);
});
