import { randomUUID } from "node:crypto";
import { type DynamoDBDocumentClient, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { auditKey, auditPartition, notBeforeFirst, OUTCOME_SUFFIX } from "./keys.ts";

const action = z.object({
  /** Who is authenticated: the subject of a token, or an AWS identity. */
  actor: z.string(),
  /** In the words of whoever asked. */
  because: z.string(),
  /** `POST /api/records/{kind}/{id}/link`. */
  route: z.string(),
  /** The path that was called; it names records by their ids. */
  path: z.string(),
});

/** What an administrator asks for. No body: it may hold customers' values. */
export type Action = z.infer<typeof action>;

/** An action that was asked for. `status` is null where it is not known what came of it. */
interface AuditEntry extends Action {
  readonly id: string;
  /** An ISO instant. */
  readonly at: string;
  readonly status: number | null;
}

/** Names an entry, so that its outcome is found beside it. */
interface EntryKey {
  readonly at: string;
  readonly id: string;
}

export interface AuditLog {
  /** Keeps that something was asked for. Throws where it cannot be kept. */
  asked(action: Action): Promise<EntryKey>;
  /** Keeps what came of it: the status of the answer. */
  ended(key: EntryKey, status: number): Promise<void>;
  /** The latest first. `since` and `until` are ISO instants, the second one excluded. */
  page(of: {
    readonly since: string;
    readonly until: string;
    readonly after: string | undefined;
    readonly most: number;
  }): Promise<{ readonly entries: readonly AuditEntry[]; readonly next: string | undefined }>;
}

const askedRow = action.extend({ sk: z.string() });
const outcomeRow = z.object({ sk: z.string(), status: z.number() });

/** More months than this are a bug: a hundred years. */
const MOST_MONTHS = 1200;

/** Two items an action, never changed: one when it is asked, one when it is over. Pattern H2 of keys.ts. */
export function dynamoAuditLog(db: DynamoDBDocumentClient, table: string): AuditLog {
  const put = (Item: Record<string, unknown>) =>
    db.send(
      new PutCommand({
        TableName: table,
        Item,
        ConditionExpression: "attribute_not_exists(pk)",
      }),
    );
  return {
    async asked(asked) {
      const key = { at: new Date().toISOString(), id: randomUUID() };
      await put({ ...auditKey(key), ...asked });
      return key;
    },
    async ended(key, status) {
      const { pk, sk } = auditKey(key);
      await put({ pk, sk: `${sk}${OUTCOME_SUFFIX}`, status });
    },
    async page({ since, until, after, most }) {
      const entries: AuditEntry[] = [];
      let month = (after ?? until).slice(0, 7);
      const last = notBeforeFirst(since.slice(0, 7));
      for (let months = 0; month >= last && months < MOST_MONTHS; months += 1) {
        for await (const entry of entriesOf(db, table, { month, since, before: after ?? until })) {
          entries.push(entry);
          if (entries.length === most)
            return { entries, next: auditKey({ at: entry.at, id: entry.id }).sk };
        }
        month = monthBefore(month);
      }
      return { entries, next: undefined };
    },
  };
}

/** More pages of one month than this are a bug: 10,000 pages of 1 MB. */
const MOST_PAGES = 10_000;

async function* entriesOf(
  db: DynamoDBDocumentClient,
  table: string,
  of: { readonly month: string; readonly since: string; readonly before: string },
): AsyncIterable<AuditEntry> {
  let start: Record<string, unknown> | undefined;
  // An outcome sorts behind its action, and is therefore read before it.
  const outcomes = new Map<string, number>();
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const query = new QueryCommand({
      TableName: table,
      KeyConditionExpression: "pk = :pk AND sk BETWEEN :since AND :before",
      ExpressionAttributeValues: {
        ":pk": auditPartition(of.month),
        ":since": of.since,
        ":before": of.before,
      },
      ScanIndexForward: false,
      ExclusiveStartKey: start,
    });
    const { Items = [], LastEvaluatedKey } = await db.send(query);
    for (const item of Items) {
      const outcome = outcomeRow.safeParse(item);
      if (outcome.success) outcomes.set(outcome.data.sk, outcome.data.status);
      else {
        const { sk, ...row } = askedRow.parse(item);
        if (sk === of.before) continue;
        const [at = "", id = ""] = sk.split("#");
        yield { at, id, ...row, status: outcomes.get(`${sk}${OUTCOME_SUFFIX}`) ?? null };
      }
    }
    start = LastEvaluatedKey;
    if (!start) return;
  }
}

function monthBefore(month: string): string {
  const date = new Date(`${month}-01T00:00:00Z`);
  date.setUTCMonth(date.getUTCMonth() - 1);
  return date.toISOString().slice(0, 7);
}
