import { type DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { ConfigurationStore } from "../runs/offer-plans.ts";
import { refusedByCondition } from "./document-client.ts";
import { configurationKey } from "./keys.ts";

const stored = z.object({
  fingerprint: z.record(
    z.string(),
    z.object({
      hash: z.string(),
      fields: z.record(
        z.string(),
        z.object({ policy: z.string(), way: z.string(), hash: z.string() }),
      ),
    }),
  ),
  at: z.string(),
  owed: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      fields: z.array(z.string()).exactOptional(),
      because: z.string(),
    }),
  ),
  version: z.number(),
});

/** By which mapping records were decided, in DynamoDB. Pattern A31 of keys.ts. */
export function dynamoConfigurationStore(
  db: DynamoDBDocumentClient,
  table: string,
): ConfigurationStore {
  return {
    async load() {
      const get = new GetCommand({ TableName: table, Key: configurationKey, ConsistentRead: true });
      const { Item } = await db.send(get);
      // As text: what is compared is compared as it was kept, in its order.
      return Item && stored.parse(JSON.parse(z.string().parse(Item["kept"])));
    },
    async save({ version, ...next }) {
      const kept = JSON.stringify({ ...next, version: version + 1 });
      const put = new PutCommand({
        TableName: table,
        Item: { ...configurationKey, kept, version: version + 1 },
        ConditionExpression: version === 0 ? "attribute_not_exists(pk)" : "#version = :seen",
        ...(version === 0
          ? {}
          : {
              ExpressionAttributeNames: { "#version": "version" },
              ExpressionAttributeValues: { ":seen": version },
            }),
      });
      return !(await refusedByCondition(db.send(put)));
    },
  };
}
