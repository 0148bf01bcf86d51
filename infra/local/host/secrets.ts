import { createServer } from "node:http";
import * as z from "zod";
import { type Listening, listen } from "./listen.ts";
import { readBody } from "./read-body.ts";
import { secretArn } from "./resources.ts";

const ASKED = z.object({ SecretId: z.string() });
const OPERATION = "secretsmanager.GetSecretValue";

/** Names, and the values under each, as Secrets Manager would give them as one JSON text. */
export type Secrets = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Starts the embedded Secrets Manager, which answers `GetSecretValue` by name or ARN. */
export async function startSecrets(secrets: Secrets): Promise<Listening> {
  const server = createServer(async (request, response) => {
    const body = await readBody(request, 65_536);
    const answer = respond(secrets, request.headers["x-amz-target"], body?.toString() ?? "");
    response.writeHead(answer.status, { "content-type": "application/x-amz-json-1.1" });
    response.end(JSON.stringify(answer.body));
  });
  return await listen(server, 0);
}

function respond(secrets: Secrets, target: string | string[] | undefined, body: string) {
  if (target !== OPERATION) return refusal("InvalidRequestException", `Only ${OPERATION} is known`);
  const { SecretId } = ASKED.parse(JSON.parse(body));
  const found = Object.entries(secrets).find(
    ([name]) => name === SecretId || secretArn(name) === SecretId,
  );
  if (!found) return refusal("ResourceNotFoundException", `There is no secret ${SecretId}`);
  const [Name, value] = found;
  return {
    status: 200,
    body: { ARN: secretArn(Name), Name, VersionId: "local", SecretString: JSON.stringify(value) },
  };
}

function refusal(type: string, message: string) {
  return { status: 400, body: { __type: type, message } };
}
