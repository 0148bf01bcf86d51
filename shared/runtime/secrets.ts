import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type * as z from "zod";

/** How long a secret is kept in memory: a rotated one is picked up within this. */
const KEPT_MS = 300_000;

/**
 * Reads a secret that holds a JSON object, at the first call and again every five minutes.
 *
 * @throws Error naming the secret and the fields that are wrong, never their values.
 */
export function secretReader<Schema extends z.ZodType>(
  secretId: string,
  schema: Schema,
  now: () => number = Date.now,
): () => Promise<z.infer<Schema>> {
  const client = new SecretsManagerClient({});
  let kept: { readonly value: z.infer<Schema>; readonly untilMs: number } | undefined;
  return async () => {
    if (kept && kept.untilMs > now()) return kept.value;
    const answer = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
    const parsed = schema.safeParse(parseJson(answer.SecretString ?? ""));
    if (!parsed.success) {
      const fields = parsed.error.issues.map(
        ({ path, message }) => `${path.join(".")}: ${message}`,
      );
      throw new Error(`the secret ${secretId} is not filled in as expected (${fields.join("; ")})`);
    }
    kept = { value: parsed.data, untilMs: now() + KEPT_MS };
    return kept.value;
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
