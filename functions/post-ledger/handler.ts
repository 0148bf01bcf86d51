import { ledgerFields } from "../../shared/config/ledger.ts";
import { documentClient } from "../../shared/dynamodb/document-client.ts";
import { dynamoLedgerWorld } from "../../shared/dynamodb/ledger-world.ts";
import { parseRecord } from "../../shared/dynamodb/stored-record.ts";
import { postChange } from "../../shared/revenue/post-changes.ts";
import { streamHandler } from "../../shared/runtime/stream-handler.ts";
import { postLedgerEnv } from "./env.ts";

const env = postLedgerEnv.parse(process.env);
const world = dynamoLedgerWorld(documentClient(), env.LEDGER_TABLE);

export const handler = streamHandler(async ({ before, after }) => {
  if (after === undefined) return;
  const change = { before: before && parseRecord(before), after: parseRecord(after) };
  await postChange(world, change, ledgerFields);
});
