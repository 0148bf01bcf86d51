import { randomUUID } from "node:crypto";
import { DEAD_LETTERS } from "../../shared/config/dead-letters.ts";
import { mapping } from "../../shared/config/mapping.ts";
import { writeBack } from "../../shared/config/write-back.ts";
import { dynamoAuditLog } from "../../shared/dynamodb/audit-log.ts";
import { dynamoCohortPersons } from "../../shared/dynamodb/cohort-persons.ts";
import { dynamoCostStore } from "../../shared/dynamodb/cost-store.ts";
import { dynamoCreditStore } from "../../shared/dynamodb/credit-store.ts";
import { dynamoCreditWorld } from "../../shared/dynamodb/credit-world.ts";
import { documentClient } from "../../shared/dynamodb/document-client.ts";
import { dynamoFigureStore } from "../../shared/dynamodb/figure-store.ts";
import { dynamoLedgerWorld } from "../../shared/dynamodb/ledger-world.ts";
import { dynamoOpportunities } from "../../shared/dynamodb/opportunities.ts";
import { loadMeter } from "../../shared/dynamodb/quota-store.ts";
import { dynamoRunStore } from "../../shared/dynamodb/run-store.ts";
import { dynamoSweepStore } from "../../shared/dynamodb/sweep-store.ts";
import { dynamoTieOutStore } from "../../shared/dynamodb/tie-out-store.ts";
import { sqsDeadLetters } from "../../shared/sqs/dead-letters.ts";
import { sqsHintQueue } from "../../shared/sqs/hint-queue.ts";
import { sqsQueueDepths } from "../../shared/sqs/queue-depths.ts";
import { sqsRunQueue } from "../../shared/sqs/run-queue.ts";
import { apiEnv } from "./env.ts";
import { openRoutes } from "./open-routes.ts";
import { ROUTES } from "./routes.ts";

const env = apiEnv.parse(process.env);
const db = documentClient();
const live = env.LIVE_QUEUE_URL;
const bulk = env.BULK_QUEUE_URL;
const home = { live, bulk, runs: env.RUNS_QUEUE_URL };
const newId = () => randomUUID().slice(0, 6);
const pieces = sqsRunQueue(env.RUNS_QUEUE_URL);

export const handler = openRoutes(ROUTES, {
  at: { db, records: env.RECORDS_TABLE, history: env.HISTORY_TABLE },
  queue: sqsHintQueue({ live, bulk }),
  audit: dynamoAuditLog(db, env.HISTORY_TABLE),
  ledger: dynamoLedgerWorld(db, env.LEDGER_TABLE),
  crediting: dynamoCreditWorld(db, { records: env.RECORDS_TABLE, ledger: env.LEDGER_TABLE }),
  people: dynamoCohortPersons(db, env.RECORDS_TABLE),
  costs: dynamoCostStore(db, env.LEDGER_TABLE),
  ledgerDesk: {
    opportunities: dynamoOpportunities(db, env.RECORDS_TABLE),
    tieOuts: dynamoTieOutStore(db, env.LEDGER_TABLE),
    queue: pieces,
    now: Date.now,
  },
  writeBack: {
    figures: dynamoFigureStore(db, env.RECORDS_TABLE),
    credits: dynamoCreditStore(db, env.LEDGER_TABLE),
    settings: writeBack,
    queue: pieces,
    mode: env.ACCORD_MODE,
    now: Date.now,
    newId,
  },
  desk: {
    runs: dynamoRunStore(db, env.RECORDS_TABLE),
    queue: pieces,
    world: { mapping, now: Date.now },
    newId,
    meterOf: (name) => loadMeter(db, env.RECORDS_TABLE, name),
  },
  parity: {
    sweeps: dynamoSweepStore(db, env.RECORDS_TABLE),
    queue: pieces,
    world: { mapping, now: Date.now },
  },
  deadLetters: sqsDeadLetters(DEAD_LETTERS, {
    dead: env.DEAD_QUEUE_URLS,
    home,
  }),
  queues: sqsQueueDepths(home),
});
