import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * Access tokens that need no memory: the org, the moment of issue, and a seal over both. They
 * hold no dots, for jsforce takes a token with two dots for a JWT and refuses SOAP with it.
 */
export interface Tokens {
  issue(nowMs: number): string;
  isValid(token: string): boolean;
  /** Makes every token issued up to now invalid. */
  revoke(nowMs: number): void;
  /** The seal of any text, as `signature` in the answer of the token endpoint. */
  sign(text: string): string;
}

interface TokenMemory {
  readonly secret: string;
  readonly revokedUntilMs: number;
  readonly remember: (revokedUntilMs: number) => void;
  readonly nowMs: () => number;
  readonly lifetimeMs: () => number;
}

export function makeTokens(orgId: string, memory: TokenMemory): Tokens {
  let { revokedUntilMs } = memory;
  const sign = (text: string) =>
    createHmac("sha256", memory.secret).update(text).digest("base64url");
  return {
    issue(nowMs) {
      const claim = `${orgId.slice(0, 15)}!AQ${Math.max(nowMs, revokedUntilMs + 1).toString(36)}`;
      return `${claim}~${sign(claim)}`;
    },
    isValid(token) {
      const [claim = "", seal = ""] = token.split("~");
      const expected = Buffer.from(sign(claim));
      const given = Buffer.from(seal);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
      const issuedMs = Number.parseInt(claim.split("!AQ")[1] ?? "", 36);
      return issuedMs > revokedUntilMs && memory.nowMs() < issuedMs + memory.lifetimeMs();
    },
    revoke(nowMs) {
      revokedUntilMs = Math.max(nowMs, revokedUntilMs + 1);
      memory.remember(revokedUntilMs);
    },
    sign,
  };
}
