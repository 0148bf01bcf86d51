import { dynamoCreditWorld } from "../../shared/dynamodb/credit-world.ts";
import { documentClient } from "../../shared/dynamodb/document-client.ts";
import { dynamoLedgerWorld } from "../../shared/dynamodb/ledger-world.ts";
import { streamHandler } from "../../shared/runtime/stream-handler.ts";
import { postLedgerEnv } from "./env.ts";
import { postLedger } from "./post-ledger.ts";

const env = postLedgerEnv.parse(process.env);
const db = documentClient();
const tables = { records: env.RECORDS_TABLE, ledger: env.LEDGER_TABLE };

export const handler = streamHandler(
  postLedger(dynamoLedgerWorld(db, env.LEDGER_TABLE), dynamoCreditWorld(db, tables)),
);
