import { createHash } from "node:crypto";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { CORPORATE_CURRENCY } from "../config/ledger.ts";
import type { LedgerWorld } from "../revenue/ledger-ports.ts";
import { dynamoLedgerStore } from "./ledger-store.ts";

/** The ledger as the functions have it: in its table, with SHA-256 and the clock of the machine. */
export function dynamoLedgerWorld(db: DynamoDBDocumentClient, table: string): LedgerWorld {
  return {
    ledger: dynamoLedgerStore(db, table),
    digest: (text) => createHash("sha256").update(text).digest("hex"),
    corporateCurrency: CORPORATE_CURRENCY,
    now: Date.now,
  };
}
