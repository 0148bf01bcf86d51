import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from "jose";
import { AUTHORIZER } from "./resource-schemas.ts";
import type { Resources } from "./resources.ts";

/** Who signs tokens, with the public keys that AWS would fetch from its address. */
export interface Issuer {
  readonly issuer: string;
  readonly keys: JSONWebKeySet;
}

/** The claims of a token that is good here, as functions get them; undefined for any other header. */
export type Authorizer = (
  authorization: string | undefined,
) => Promise<Readonly<Record<string, string>> | undefined>;

/** HTTP APIs take signatures of RSA alone: API Gateway, "JWT authorizers" (read 2026-11-22). */
const ALGORITHMS = ["RS256", "RS384", "RS512"];

/**
 * The JWT authorizers of the template, by name. They check signature, issuer, audience and times.
 *
 * @throws Error - for an issuer whose keys the host was not given.
 */
export function openAuthorizers(
  resources: Resources,
  issuers: readonly Issuer[],
): ReadonlyMap<string, Authorizer> {
  const found = resources.ofType("AWS::ApiGatewayV2::Authorizer", AUTHORIZER);
  return new Map(
    found.map(({ is, properties: { JwtConfiguration } }) => {
      const { Issuer: issuer, Audience: audience } = JwtConfiguration;
      const known = issuers.find((one) => one.issuer === issuer);
      if (!known)
        throw new Error(
          `The local host has no keys of the issuer ${issuer}, whose tokens ${is.name} takes`,
        );
      const keys = createLocalJWKSet(known.keys);
      const authorize: Authorizer = async (authorization) => {
        const token = authorization?.replace(/^Bearer /i, "");
        if (!token) return undefined;
        try {
          const options = { issuer, audience, algorithms: ALGORITHMS, requiredClaims: ["exp"] };
          return claimsOf((await jwtVerify(token, keys, options)).payload);
        } catch {
          return undefined;
        }
      };
      return [is.name, authorize];
    }),
  );
}

/** Everything reaches a function as text; a list as `[a b]`. */
function claimsOf(payload: JWTPayload): Record<string, string> {
  return Object.fromEntries(
    Object.entries(payload).map(([name, value]) => [
      name,
      Array.isArray(value) ? `[${value.join(" ")}]` : String(value),
    ]),
  );
}
