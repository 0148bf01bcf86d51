import { createHash } from "node:crypto";
import { dynamoBlockStore } from "../../shared/dynamodb/block-store.ts";
import { dynamoCreditStore } from "../../shared/dynamodb/credit-store.ts";
import { documentClient } from "../../shared/dynamodb/document-client.ts";
import { dynamoLedgerStore } from "../../shared/dynamodb/ledger-store.ts";
import { jobHandler } from "../../shared/runtime/job-handler.ts";
import { s3FileStore } from "../../shared/s3/file-store.ts";
import { creditSource } from "../../shared/warehouse/credit-source.ts";
import { entrySource } from "../../shared/warehouse/entry-source.ts";
import { writeWarehouse } from "../../shared/warehouse/write-warehouse.ts";
import { writeWarehouseEnv } from "./env.ts";
import { writeWarehouseMessage } from "./message.ts";

const { LEDGER_TABLE, WAREHOUSE_BUCKET } = writeWarehouseEnv.parse(process.env);

const db = documentClient();
const ledger = dynamoLedgerStore(db, LEDGER_TABLE);
const credits = dynamoCreditStore(db, LEDGER_TABLE);
const blocks = dynamoBlockStore(db, LEDGER_TABLE);

const world = {
  files: s3FileStore(WAREHOUSE_BUCKET),
  sources: [entrySource(ledger), creditSource({ ledger, credits, blocks })],
  digest: (content: Uint8Array) => createHash("sha256").update(content).digest("hex"),
  now: Date.now,
};

export const handler = jobHandler(writeWarehouseMessage, (_message, remainingMs) =>
  writeWarehouse(world, remainingMs),
);
