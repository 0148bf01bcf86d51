import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { AuditLog } from "../../shared/dynamodb/audit-log.ts";
import type { SweepDesk } from "../../shared/parity/start-sweep.ts";
import type { CohortPersons } from "../../shared/revenue/cohort-page.ts";
import type { CostStore } from "../../shared/revenue/cost-ports.ts";
import type { LedgerWorld } from "../../shared/revenue/ledger-ports.ts";
import type { LedgerOffice } from "../../shared/revenue/ledger-work.ts";
import type { SealWorld } from "../../shared/revenue/seal-blocks.ts";
import type { Desk } from "../../shared/runs/control.ts";
import type { DeadLetters } from "../../shared/sqs/dead-letters.ts";
import type { QueueDepths } from "../../shared/sqs/queue-depths.ts";
import type { HintQueue } from "../../shared/sync/ports.ts";
import type { WriteBackDesk } from "../../shared/write-back/ports.ts";

/** The tables that the API reads. */
export interface ReadTables {
  readonly db: DynamoDBDocumentClient;
  readonly records: string;
  readonly history: string;
}

/** Where tie-outs are asked for, and records of opportunities are looked up. */
type LedgerDesk = Pick<LedgerOffice, "opportunities" | "queue" | "tieOuts" | "now">;

/** What the routes have of the outside. */
export interface World {
  readonly at: ReadTables;
  readonly queue: HintQueue;
  readonly deadLetters: DeadLetters;
  readonly queues: QueueDepths;
  readonly audit: AuditLog;
  readonly ledger: LedgerWorld;
  /** What models credit. */
  readonly crediting: SealWorld;
  /** Everybody, page by page. */
  readonly people: CohortPersons;
  /** What campaigns cost. */
  readonly costs: CostStore;
  readonly ledgerDesk: LedgerDesk;
  /** Where attributed revenue is written back from. */
  readonly writeBack: WriteBackDesk;
  /** Where plans and runs are started, stopped and looked up. */
  readonly desk: Desk;
  /** Where sweeps are started and looked up. */
  readonly parity: SweepDesk;
}
