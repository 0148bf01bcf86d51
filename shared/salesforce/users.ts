import type { RawValue } from "../core/codec/codec.ts";
import type { Org } from "./org.ts";
import { queryRows, textOf } from "./soql.ts";

interface User {
  readonly id: string;
  readonly email: string;
  readonly active: boolean;
}

/** Owners: Salesforce's user ids on one side, e-mail addresses on the other. */
export interface Users {
  /**
   * The owner as text. Accord's own user owns what nobody was named for, and so reads as blank. What
   * is no user, such as a queue, reads as `owner:<id>`.
   */
  ownerOf(id: string | null): Promise<RawValue>;
  /** The id to write; undefined where no active user has this e-mail address. */
  idOf(owner: string): Promise<string | undefined>;
}

const KEPT_MS = 5 * 60_000;
const REFRESHED_AT_MOST_EVERY_MS = 60_000;
const OTHER_OWNER = /^owner:([a-zA-Z0-9]{18})$/;
const USER_PREFIX = "005";

export function salesforceUsers(org: Org, now: () => number): Users {
  let loadedMs = Number.NEGATIVE_INFINITY;
  let loading: Promise<readonly User[]> | undefined;
  const load = (olderThanMs: number): Promise<readonly User[]> => {
    if (loading !== undefined && now() - loadedMs < olderThanMs) return loading;
    loadedMs = now();
    const asked = readUsers(org);
    loading = asked;
    asked.catch(() => {
      if (loading === asked) loading = undefined;
    });
    return asked;
  };
  const lookUp = async <Found>(
    pick: (users: readonly User[]) => Found | undefined,
  ): Promise<Found | undefined> =>
    pick(await load(KEPT_MS)) ?? pick(await load(REFRESHED_AT_MOST_EVERY_MS));
  return {
    async ownerOf(id) {
      if (id === null || id === (await org.userId())) return null;
      if (!id.startsWith(USER_PREFIX)) return `owner:${id}`;
      const user = await lookUp((users) => users.find((candidate) => candidate.id === id));
      return user?.email || `owner:${id}`;
    },
    async idOf(owner) {
      const other = OTHER_OWNER.exec(owner)?.[1];
      if (other !== undefined) return other;
      const email = owner.trim().toLowerCase();
      const user = await lookUp((users) =>
        users.find((candidate) => candidate.active && candidate.email === email),
      );
      return user?.id;
    },
  };
}

/** All users, those who have left as well, since they still own records. Lowest id first. */
async function readUsers(org: Org): Promise<readonly User[]> {
  const text = "SELECT Id, Email, IsActive FROM User ORDER BY Id";
  const rows = await queryRows(org, { text, rows: "live", object: "User" });
  return rows
    .map((row) => ({
      id: textOf(row, "Id") ?? "",
      email: (textOf(row, "Email") ?? "").trim().toLowerCase(),
      active: textOf(row, "IsActive") === "true",
    }))
    .sort((one, other) => (one.id < other.id ? -1 : 1));
}
