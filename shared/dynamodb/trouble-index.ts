import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { CAUSES } from "../core/parking/cause.ts";
import { isMeant, type ParkedFilter } from "../core/parking/release.ts";
import { SYSTEMS } from "../core/reconcile/system.ts";
import type { TroubleIndex, TroublePage } from "../sync/trouble.ts";
import { SHARDS, TROUBLE_INDEX, troubleKey } from "./keys.ts";

const system = z.enum(SYSTEMS);

const row = z.object({
  gsi2sk: z.string(),
  trouble: z.object({
    kind: z.string(),
    id: z.string(),
    ref: z.object({ system, object: z.string(), id: z.string() }),
    parked: z.array(
      z.object({
        system,
        field: z.string(),
        cause: z.enum(CAUSES).catch("unknown"),
        code: z.string(),
        since: z.string(),
        dueMs: z.number().exactOptional(),
        object: z.string().exactOptional(),
        property: z.string().exactOptional(),
        fingerprint: z.string().exactOptional(),
      }),
    ),
    open: z.array(z.array(z.string())),
  }),
});

const PAGE = 200;
/** More pages of one partition than this are a bug, not a table. */
const MAX_PAGES = 100_000;

/** Records with parked values or open questions. Pattern A12 of keys.ts. */
export function dynamoTroubleIndex(db: DynamoDBDocumentClient, table: string): TroubleIndex {
  return {
    async *pages(after) {
      const [from = SHARDS[0] ?? "", behind] = (after ?? "").split(":");
      for (const shard of SHARDS.filter((one) => one >= from))
        yield* pagesOf(db, table, { shard, behind: shard === from ? behind : undefined });
    },
  };
}

async function* pagesOf(
  db: DynamoDBDocumentClient,
  table: string,
  { shard, behind }: { readonly shard: string; readonly behind: string | undefined },
): AsyncIterable<TroublePage> {
  let last = behind;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = await db.send(
      new QueryCommand({
        TableName: table,
        IndexName: TROUBLE_INDEX,
        KeyConditionExpression:
          last === undefined ? "gsi2pk = :pk" : "gsi2pk = :pk AND gsi2sk > :last",
        ExpressionAttributeValues: {
          ":pk": troubleKey(shard),
          ...(last === undefined ? {} : { ":last": last }),
        },
        Limit: PAGE,
      }),
    );
    const rows = (answer.Items ?? []).map((item) => row.parse(item));
    last = rows.at(-1)?.gsi2sk ?? last;
    yield { troubles: rows.map(({ trouble }) => trouble), place: `${shard}:${last ?? ""}` };
    if (!answer.LastEvaluatedKey) return;
  }
}

/** How many values are parked by each cause, the most frequent first. */
export async function countParked(
  db: DynamoDBDocumentClient,
  table: string,
  meant: ParkedFilter = {},
): Promise<Record<string, number>> {
  return (await countTroubles(db, table, meant)).parkedByCause;
}

/** The same, and how many questions are open about which fields of which kind: those that a policy asks about. */
export async function countTroubles(
  db: DynamoDBDocumentClient,
  table: string,
  meant: ParkedFilter = {},
) {
  const causes = new Map<string, number>();
  const questions = new Map<string, number>();
  const count = (counts: Map<string, number>, name: string) =>
    counts.set(name, (counts.get(name) ?? 0) + 1);
  for await (const { troubles } of dynamoTroubleIndex(db, table).pages())
    for (const { kind, parked, open } of troubles) {
      for (const row of parked) if (isMeant(row, meant)) count(causes, row.cause);
      for (const fields of open) count(questions, `${kind} ${fields.join(" ")}`);
    }
  return { parkedByCause: mostFirst(causes), openByField: mostFirst(questions) };
}

function mostFirst(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([, one], [, other]) => other - one));
}
