import { randomUUID } from "node:crypto";
import { ledgerFields } from "../../shared/config/ledger.ts";
import { DEFAULT_CURRENCY, mapping } from "../../shared/config/mapping.ts";
import { FIGURE_SHAPES, writeBack } from "../../shared/config/write-back.ts";
import { openCrms } from "../../shared/crms/open-crms.ts";
import { dynamoCreditStore } from "../../shared/dynamodb/credit-store.ts";
import { dynamoCreditWorld } from "../../shared/dynamodb/credit-world.ts";
import { documentClient } from "../../shared/dynamodb/document-client.ts";
import { dynamoFigureStore } from "../../shared/dynamodb/figure-store.ts";
import { dynamoLedgerWorld } from "../../shared/dynamodb/ledger-world.ts";
import { dynamoOpportunities } from "../../shared/dynamodb/opportunities.ts";
import { dynamoQuotaStore } from "../../shared/dynamodb/quota-store.ts";
import { dynamoRecordStore } from "../../shared/dynamodb/record-store.ts";
import { dynamoRunStore } from "../../shared/dynamodb/run-store.ts";
import { dynamoSweepStore } from "../../shared/dynamodb/sweep-store.ts";
import { dynamoTieOutStore } from "../../shared/dynamodb/tie-out-store.ts";
import { queueHandler } from "../../shared/runtime/queue-handler.ts";
import { sqsHintQueue } from "../../shared/sqs/hint-queue.ts";
import { sqsRunQueue } from "../../shared/sqs/run-queue.ts";
import { workRunsEnv } from "./env.ts";
import { workMessage } from "./message.ts";
import { workRuns } from "./work-runs.ts";

const env = workRunsEnv.parse(process.env);
const db = documentClient();
const quota = dynamoQuotaStore(db, env.RECORDS_TABLE);
const opened = openCrms(env, mapping, { quota, lane: "bulk", beside: FIGURE_SHAPES });
const tables = { records: env.RECORDS_TABLE, history: env.HISTORY_TABLE };
const world = {
  mapping,
  crms: opened.crms,
  store: dynamoRecordStore(db, tables, env.WORKERS_DEAD_BEFORE_MS),
  queue: sqsHintQueue({ live: env.LIVE_QUEUE_URL, bulk: env.BULK_QUEUE_URL }),
  mode: env.ACCORD_MODE,
  now: Date.now,
  newId: randomUUID,
};
const runs = dynamoRunStore(db, env.RECORDS_TABLE);
const sweeps = dynamoSweepStore(db, env.RECORDS_TABLE);
const queue = sqsRunQueue(env.RUNS_QUEUE_URL);
const office = {
  ...dynamoLedgerWorld(db, env.LEDGER_TABLE),
  opportunities: dynamoOpportunities(db, env.RECORDS_TABLE),
  tieOuts: dynamoTieOutStore(db, env.LEDGER_TABLE),
  fields: ledgerFields,
  crediting: dynamoCreditWorld(db, { records: env.RECORDS_TABLE, ledger: env.LEDGER_TABLE }),
  singleCurrency: DEFAULT_CURRENCY,
};
const writeBackDesk = {
  settings: writeBack,
  figures: dynamoFigureStore(db, env.RECORDS_TABLE),
  credits: dynamoCreditStore(db, env.LEDGER_TABLE),
  records: world.store,
  mode: env.ACCORD_MODE,
  now: Date.now,
  newId: () => randomUUID().slice(0, 6),
};

export const handler = queueHandler({
  message: workMessage,
  work: workRuns({
    world,
    runs,
    sweeps,
    queue,
    office,
    writeBack: writeBackDesk,
    opened,
    db,
    table: env.RECORDS_TABLE,
  }),
});
