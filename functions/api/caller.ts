import type { Identity } from "../../shared/runtime/http-handler.ts";

/**
 * `finance`, `modeller` and `admin` each may do what `viewer` may; none may do what is another's: who decides
 * whom models credit closes no books, and who closes them decides nothing of models.
 */
const ROLES = ["viewer", "finance", "modeller", "admin"] as const;

export type Role = (typeof ROLES)[number];

/** Who asks: a name that nobody chose for themselves, and what they may do. */
export interface Caller {
  readonly actor: string;
  readonly roles: readonly Role[];
}

/** The claim that names one role; where there is none, the groups of a Cognito pool do. */
const ROLE_CLAIM = "accord_role";
const GROUPS_CLAIM = "cognito:groups";
const GROUP_PREFIX = "accord-";

/**
 * The caller, by what the gateway found out; undefined where it found nobody. A token's subject is the
 * actor, since names and addresses in a token may be of its owner's choosing. An AWS identity that may
 * invoke the API is an administrator's.
 */
export function callerOf(identity: Identity | undefined): Caller | undefined {
  if (identity?.claims) {
    const { sub } = identity.claims;
    return typeof sub === "string" && sub !== ""
      ? { actor: sub, roles: rolesIn(identity.claims) }
      : undefined;
  }
  if (identity?.userArn === undefined) return undefined;
  return { actor: identity.userArn, roles: ["admin"] };
}

export function mayAct({ roles }: Caller, least: Role): boolean {
  return least === "viewer" ? roles.length > 0 : roles.includes(least);
}

function rolesIn(claims: Readonly<Record<string, unknown>>): Role[] {
  const said = claims[ROLE_CLAIM];
  const groups = said === undefined ? groupsIn(claims[GROUPS_CLAIM]) : [`${GROUP_PREFIX}${said}`];
  return ROLES.filter((role) => groups.includes(`${GROUP_PREFIX}${role}`));
}

/** HTTP APIs hand a list on as one text, `[a b]`. */
function groupsIn(claim: unknown): string[] {
  const text = Array.isArray(claim) ? claim.join(" ") : String(claim ?? "");
  return text.split(/[\s,[\]]+/).filter((group) => group !== "");
}
