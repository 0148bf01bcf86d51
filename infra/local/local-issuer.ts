import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from "jose";
import * as z from "zod";
import type { Issuer } from "./host/jwt-authorizers.ts";

/** The context of the CDK app under which the API takes the tokens of this machine. */
export const LOCAL_CONTEXT = {
  // A name that nobody can ever own: RFC 2606.
  apiIssuer: "https://accord.invalid/local",
  apiAudience: "accord-local",
} as const;

/** By role: a token that its holder proves to have it by. */
export const localTokens = z.object({
  viewer: z.string(),
  finance: z.string(),
  modeller: z.string(),
  admin: z.string(),
});

export interface LocalIssuer extends Issuer {
  readonly tokens: z.infer<typeof localTokens>;
}

const ALGORITHM = "RS256";
const LIFETIME = "30 days";

const storedKey = z.looseObject({ kty: z.literal("RSA"), n: z.string(), e: z.string() });

/** The key of a data set is kept, so that tokens of an earlier start still count. */
export async function openLocalIssuer(stateDir: string): Promise<LocalIssuer> {
  const key = await keyIn(join(stateDir, "issuer-key.json"));
  const { kty, n, e } = key;
  const { apiIssuer: issuer } = LOCAL_CONTEXT;
  return {
    issuer,
    keys: { keys: [{ kty, n, e, alg: ALGORITHM, use: "sig" }] },
    tokens: {
      viewer: await sign(key, "viewer"),
      finance: await sign(key, "finance"),
      modeller: await sign(key, "modeller"),
      admin: await sign(key, "admin"),
    },
  };
}

async function keyIn(file: string): Promise<z.infer<typeof storedKey>> {
  if (!existsSync(file)) {
    const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
    writeFileSync(file, JSON.stringify(await exportJWK(privateKey)), { mode: 0o600 });
  }
  return storedKey.parse(JSON.parse(readFileSync(file, "utf8")));
}

async function sign(key: JWK, role: string): Promise<string> {
  return new SignJWT({ accord_role: role })
    .setProtectedHeader({ alg: ALGORITHM })
    .setIssuer(LOCAL_CONTEXT.apiIssuer)
    .setAudience(LOCAL_CONTEXT.apiAudience)
    .setSubject(userName())
    .setIssuedAt()
    .setExpirationTime(LIFETIME)
    .sign(await importJWK(key, ALGORITHM));
}

/** A container may run as a user that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return "local";
  }
}
