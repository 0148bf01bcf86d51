import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { attribution, DIMENSIONS } from "../config/attribution.ts";
import type { SealWorld } from "../revenue/seal-blocks.ts";
import { dynamoBlockStore } from "./block-store.ts";
import { dynamoCreditStore } from "./credit-store.ts";
import { dynamoLedgerStore } from "./ledger-store.ts";
import { dynamoRevenueStore } from "./revenue-store.ts";

/** Crediting as the functions have it: beside the ledger, with journeys from the records. */
export function dynamoCreditWorld(
  db: DynamoDBDocumentClient,
  tables: { readonly records: string; readonly ledger: string },
): SealWorld {
  return {
    credits: dynamoCreditStore(db, tables.ledger),
    blocks: dynamoBlockStore(db, tables.ledger),
    ledger: dynamoLedgerStore(db, tables.ledger),
    journeys: dynamoRevenueStore(db, tables.records),
    attribution,
    dimensions: Object.keys(DIMENSIONS),
    now: Date.now,
  };
}
