import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { Line } from "../core/attribution/lines.ts";
import type { Block, BlockStore } from "../revenue/block-ports.ts";
import { chunksOf } from "../sync/in-parallel.ts";
import { putOnce } from "./document-client.ts";
import { blockPartition } from "./keys.ts";
import { ledgerItems } from "./ledger-query.ts";
import { packedJson, packText } from "./packed-text.ts";
import { versionText } from "./stored-credit.ts";

/** Lines of one item; packed, they take far less than its 400 KB. */
const LINES_AN_ITEM = 5000;

const minor = z.string().transform((text) => BigInt(text));

const line = z
  .tuple([
    z.string(),
    z.boolean(),
    z.string().nullable(),
    z.string(),
    z.string(),
    minor,
    minor,
    minor,
    z.int(),
  ])
  .transform(
    ([
      month,
      attributed,
      value,
      currency,
      corporateCurrency,
      closed,
      later,
      corporate,
      won,
    ]): Line => ({
      ...{ month, attributed, value, currency, corporateCurrency },
      ...{ closed, later, corporate, won },
    }),
  );

const storedBlock = z.object({ sk: z.string(), lines: packedJson.pipe(z.array(line)) });

function textOf(lines: readonly Line[]): string {
  return JSON.stringify(
    lines.map((one) => [
      ...[one.month, one.attributed, one.value, one.currency, one.corporateCurrency],
      ...[String(one.closed), String(one.later), String(one.corporate), one.won],
    ]),
  );
}

/** Sums of credits, beside them. Pattern C7 of keys.ts. */
export function dynamoBlockStore(db: DynamoDBDocumentClient, table: string): BlockStore {
  const putNew = putOnce(db, table);
  const keep = async (pk: string, { start, lines }: Block) => {
    // A block without a line says that there is none.
    const parts = lines.length === 0 ? [[]] : chunksOf(lines, LINES_AN_ITEM);
    for (const [part, some] of parts.entries()) {
      const sk = `${start}#${String(part).padStart(4, "0")}`;
      await putNew({ pk, sk, lines: packText(textOf(some)) });
    }
  };
  return {
    async keepBlocks(version, blocks) {
      const name = versionText(version);
      for (const one of blocks) await keep(blockPartition(name, one.dimension, one.level), one);
    },
    async blocks(version, { dimension, level, from, before }) {
      if (from >= before) return [];
      const pk = blockPartition(versionText(version), dimension, level);
      const items = await ledgerItems(db, table, { pk, between: [from || " ", before] });
      const read = items.map((item) => storedBlock.parse(item));
      const byStart = Map.groupBy(read, ({ sk }) => sk.slice(0, sk.indexOf("#")));
      return [...byStart].map(([start, some]) => ({
        start,
        lines: some.flatMap(({ lines }) => lines),
      }));
    },
    async lastBlock(version, { dimension, level }) {
      const query = new QueryCommand({
        TableName: table,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: {
          ":pk": blockPartition(versionText(version), dimension, level),
        },
        ConsistentRead: true,
        ScanIndexForward: false,
        Limit: 1,
      });
      const [last] = (await db.send(query)).Items ?? [];
      return last && z.object({ sk: z.string() }).parse(last).sk.split("#")[0];
    },
  };
}
