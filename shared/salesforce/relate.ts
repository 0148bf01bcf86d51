import { setTimeout as sleep } from "node:timers/promises";
import { chunksOf, inParallel } from "../sync/in-parallel.ts";
import type { RelationResult, RelationWrite } from "../sync/ports.ts";
import {
  COLLECTION_ROWS,
  deleteCollection,
  type RowOutcome,
  sendCollection,
} from "./collection.ts";
import { CONTACT_ROLE, type OrgContext } from "./org-context.ts";
import { ROW_LOCKED, rowFailure } from "./row-error.ts";
import { literal, queryIn, textOf } from "./soql.ts";

type Failure = RelationResult["failed"];

/** One change that one row of a collection carries; several writes may have asked for it. */
interface Change {
  readonly writes: readonly RelationWrite[];
  readonly row: object;
}

const TRIES = 3;
const LOCK_PAUSE_MS = 300;

const pairOf = (opportunityId: string, otherId: string): string => `${opportunityId} ${otherId}`;

/** A read of the roles that are there, and one call for each 200 that are added, removed or set. */
export async function relate(
  context: OrgContext,
  writes: readonly RelationWrite[],
): Promise<readonly RelationResult[]> {
  const persons = writes.filter(({ relation }) => relation === "person");
  const companies = writes.filter(({ relation }) => relation === "company");
  const failures = new Map([
    ...(await relatePersons(context, persons)),
    ...(await relateCompanies(context, companies)),
  ]);
  return writes.map((write) => ({ write, failed: failures.get(write) }));
}

/** What is there already is not added again, and what is gone already is not removed. */
async function relatePersons(
  context: OrgContext,
  writes: readonly RelationWrite[],
): Promise<ReadonlyMap<RelationWrite, Failure>> {
  const roles = await rolesByPair(context, writes);
  const pairs = Map.groupBy(writes, (one) => pairOf(one.opportunityId, one.otherId));
  const added: Change[] = [];
  const removed: Change[] = [];
  for (const [pair, group] of pairs) {
    const present = roles.get(pair) ?? [];
    const last = group.at(-1);
    if (last?.action === "add" && present.length === 0)
      added.push({
        writes: group,
        row: {
          attributes: { type: CONTACT_ROLE },
          OpportunityId: last.opportunityId,
          ContactId: last.otherId,
        },
      });
    if (last?.action === "remove")
      for (const id of present) removed.push({ writes: group, row: { id } });
  }
  const create = (rows: readonly object[]) =>
    sendCollection(context.org, "add contact roles", {
      method: "POST",
      path: "/composite/sobjects",
      rows,
    });
  const remove = (rows: readonly object[]) =>
    deleteCollection(
      context.org,
      "delete contact roles",
      rows.flatMap((row) => ("id" in row && typeof row.id === "string" ? [row.id] : [])),
    );
  return new Map([...(await apply(added, create)), ...(await apply(removed, remove))]);
}

async function rolesByPair(
  { org }: OrgContext,
  writes: readonly RelationWrite[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (writes.length === 0) return new Map();
  const opportunities = writes.map(({ opportunityId }) => literal(opportunityId));
  const rows = await queryIn(org, opportunities, (piece) => ({
    object: CONTACT_ROLE,
    rows: "live",
    text: `SELECT Id, OpportunityId, ContactId FROM ${CONTACT_ROLE} WHERE OpportunityId IN (${piece.join(",")})`,
  }));
  const byPair = Map.groupBy(rows, (row) =>
    pairOf(textOf(row, "OpportunityId") ?? "", textOf(row, "ContactId") ?? ""),
  );
  return new Map(
    [...byPair].map(([pair, found]) => [pair, found.flatMap((row) => textOf(row, "Id") ?? [])]),
  );
}

/** An opportunity has one account: the last one added, or none where the one it has is removed. */
async function relateCompanies(
  context: OrgContext,
  writes: readonly RelationWrite[],
): Promise<ReadonlyMap<RelationWrite, Failure>> {
  const current = await accountsOf(context, writes);
  const groups = Map.groupBy(writes, ({ opportunityId }) => opportunityId);
  const changes = [...groups].flatMap(([id, group]): Change[] => {
    const added = group.findLast(({ action }) => action === "add");
    const isRemoved = group.some(({ otherId }) => otherId === current.get(id));
    if (added === undefined && !isRemoved) return [];
    const AccountId = added?.otherId ?? null;
    return [{ writes: group, row: { attributes: { type: "Opportunity" }, id, AccountId } }];
  });
  return apply(changes, (rows) =>
    sendCollection(context.org, "set the account of opportunities", {
      method: "PATCH",
      path: "/composite/sobjects",
      rows,
    }),
  );
}

/** Asked only for removals: an account that took the removed one's place is left alone. */
async function accountsOf(
  { org }: OrgContext,
  writes: readonly RelationWrite[],
): Promise<ReadonlyMap<string, string | null>> {
  const removals = writes.filter(({ action }) => action === "remove");
  if (removals.length === 0) return new Map();
  const ids = removals.map(({ opportunityId }) => literal(opportunityId));
  const rows = await queryIn(org, ids, (piece) => ({
    object: "Opportunity",
    rows: "live",
    text: `SELECT Id, AccountId FROM Opportunity WHERE Id IN (${piece.join(",")})`,
  }));
  return new Map(rows.map((row) => [textOf(row, "Id") ?? "", textOf(row, "AccountId")]));
}

/** Sends changes, the ones that met a lock again, and answers what did not work out. */
async function apply(
  changes: readonly Change[],
  send: (rows: readonly object[]) => Promise<RowOutcome[]>,
): Promise<ReadonlyMap<RelationWrite, Failure>> {
  const failures = new Map<RelationWrite, Failure>();
  let open = changes;
  for (let round = 1; open.length > 0; round += 1) {
    const sent = await inParallel(chunksOf(open, COLLECTION_ROWS), async (piece) => {
      const outcomes = await send(piece.map(({ row }) => row));
      return piece.map((change, index) => ({ change, error: outcomes[index]?.errors[0] }));
    });
    const refused = sent.flat().filter(({ error }) => error !== undefined);
    const isLocked = (code: string | undefined) => code === ROW_LOCKED && round < TRIES;
    for (const { change, error } of refused)
      if (error !== undefined && !isLocked(error.statusCode) && !isDone(change, error.statusCode))
        for (const one of change.writes) failures.set(one, rowFailure(error, {}));
    open = refused.filter(({ error }) => isLocked(error?.statusCode)).map(({ change }) => change);
    if (open.length > 0) await sleep(LOCK_PAUSE_MS * round);
  }
  return failures;
}

/** A role that somebody else has just deleted is as removed as we want it. */
function isDone({ row }: Change, code: string): boolean {
  return code === "ENTITY_IS_DELETED" && !("attributes" in row);
}
