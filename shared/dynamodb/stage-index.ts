import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { SYSTEMS } from "../core/reconcile/system.ts";
import type { StageIndex, StagePage } from "../sync/stage-accounts.ts";
import { SHARDS, STAGE_INDEX, stagesKey } from "./keys.ts";

const system = z.enum(SYSTEMS);
const stage = z.string().nullable();

const row = z.object({
  gsi3sk: z.string(),
  stageAccount: z.object({
    id: z.string(),
    stage,
    ours: z.array(z.object({ stage: z.string(), at: z.string() })),
    sides: z.partialRecord(
      system,
      z.object({ record: z.string(), stage, entered: z.record(z.string(), z.string()) }),
    ),
    status: z.string(),
    statusReason: z.string(),
    parked: z.partialRecord(system, z.string()),
  }),
});

const PAGE = 500;
/** More pages of one partition than this are a bug, not a table. */
const MAX_PAGES = 100_000;

/** Persons that entered a stage since an instant, by any account. Pattern A13 of keys.ts. */
export function dynamoStageIndex(db: DynamoDBDocumentClient, table: string): StageIndex {
  return {
    async *pages(since, after) {
      const at = after?.indexOf(":") ?? -1;
      const from = after?.slice(0, at) ?? SHARDS[0] ?? "";
      for (const shard of SHARDS.filter((one) => one >= from)) {
        const behind = shard === from && after !== undefined ? after.slice(at + 1) : since;
        yield* pagesOf(db, table, { shard, behind });
      }
    },
  };
}

async function* pagesOf(
  db: DynamoDBDocumentClient,
  table: string,
  { shard, behind }: { readonly shard: string; readonly behind: string },
): AsyncIterable<StagePage> {
  let last = behind;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = await db.send(
      new QueryCommand({
        TableName: table,
        IndexName: STAGE_INDEX,
        // A person's place begins with an instant, so that it is behind the instant itself.
        KeyConditionExpression: "gsi3pk = :pk AND gsi3sk > :last",
        ExpressionAttributeValues: { ":pk": stagesKey(shard), ":last": last },
        Limit: PAGE,
      }),
    );
    const rows = (answer.Items ?? []).map((item) => row.parse(item));
    last = rows.at(-1)?.gsi3sk ?? last;
    yield rows.map(({ gsi3sk, stageAccount }) => ({
      account: stageAccount,
      place: `${shard}:${gsi3sk}`,
    }));
    if (!answer.LastEvaluatedKey) return;
  }
}
