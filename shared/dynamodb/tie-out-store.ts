import { type DynamoDBDocumentClient, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { TIE_OUT_CAUSES } from "../core/ledger/tie-out.ts";
import { SYSTEMS } from "../core/reconcile/system.ts";
import type { TieOutStore } from "../revenue/ledger-work.ts";
import { refusedByCondition } from "./document-client.ts";
import { tieOutPartition } from "./keys.ts";

const asked = z.object({
  id: z.string(),
  period: z.string(),
  by: z.string(),
  because: z.string(),
  askedAt: z.string(),
});

const line = z.object({
  currency: z.string(),
  sumsIn: z.string(),
  crm: z.string(),
  ledger: z.string(),
  difference: z.string(),
});

const result = z.object({
  days: z.object({ from: z.string(), to: z.string() }),
  meets: z.boolean(),
  salesforce: z.array(line),
  hubspot: z.array(line),
  differences: z.array(
    z.object({
      system: z.enum(SYSTEMS),
      opportunity: z.string().exactOptional(),
      deal: z.string().exactOptional(),
      crm: z.string().exactOptional(),
      ledger: z.string().exactOptional(),
      difference: z.string(),
      cause: z.enum(TIE_OUT_CAUSES),
      says: z.string(),
    }),
  ),
});

/** Differences that an item of 400 KB holds with room to spare; the sums are of all. */
const MOST_DIFFERENCES = 1000;

/** Tie-outs, beside the entries: the question and its result are put once each. Pattern E7 of keys.ts. */
export function dynamoTieOutStore(db: DynamoDBDocumentClient, table: string): TieOutStore {
  const putNew = async (id: string, sk: "asked" | "result", body: Record<string, unknown>) => {
    const put = new PutCommand({
      TableName: table,
      Item: { pk: tieOutPartition(id), sk, ...body },
      ConditionExpression: "attribute_not_exists(pk)",
    });
    await refusedByCondition(db.send(put));
  };
  return {
    ask: (one) => putNew(one.id, "asked", { ...one }),
    answer: (id, one) =>
      putNew(id, "result", { ...one, differences: one.differences.slice(0, MOST_DIFFERENCES) }),
    async load(id) {
      const query = new QueryCommand({
        TableName: table,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": tieOutPartition(id) },
        ConsistentRead: true,
      });
      const { Items = [] } = await db.send(query);
      const found = (sk: string) => Items.find((item) => item["sk"] === sk);
      const question = found("asked");
      if (!question) return undefined;
      const answer = found("result");
      return {
        asked: asked.parse(question),
        ...(answer ? { result: result.parse(answer) } : {}),
      };
    },
  };
}
