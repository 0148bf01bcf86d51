import { randomUUID } from "node:crypto";
import { attribution } from "../../shared/config/attribution.ts";
import { CUSTOM_FIELDS } from "../../shared/config/custom-fields.ts";
import { mapping } from "../../shared/config/mapping.ts";
import { openCrms } from "../../shared/crms/open-crms.ts";
import { dynamoConfigurationStore } from "../../shared/dynamodb/configuration-store.ts";
import { documentClient } from "../../shared/dynamodb/document-client.ts";
import { dynamoLedgerWorld } from "../../shared/dynamodb/ledger-world.ts";
import { dynamoQuotaStore } from "../../shared/dynamodb/quota-store.ts";
import { dynamoRunStore } from "../../shared/dynamodb/run-store.ts";
import { readRates } from "../../shared/revenue/read-rates.ts";
import { offerPlans } from "../../shared/runs/offer-plans.ts";
import { jobHandler } from "../../shared/runtime/job-handler.ts";
import { sqsRunQueue } from "../../shared/sqs/run-queue.ts";
import { prepareCrms } from "../../shared/sync/prepare-crms.ts";
import { prepareCrmsEnv } from "./env.ts";
import { prepareMessage } from "./message.ts";

const env = prepareCrmsEnv.parse(process.env);
const db = documentClient();
const quota = dynamoQuotaStore(db, env.RECORDS_TABLE);
const ledger = dynamoLedgerWorld(db, env.LEDGER_TABLE);
const desk = {
  runs: dynamoRunStore(db, env.RECORDS_TABLE),
  configurations: dynamoConfigurationStore(db, env.RECORDS_TABLE),
  queue: sqsRunQueue(env.RUNS_QUEUE_URL),
  world: { mapping, now: Date.now },
  newId: () => randomUUID().slice(0, 6),
};
const { crms, books, handBack } = openCrms(env, mapping, { quota, lane: "live" });

const fields = (apply: boolean) =>
  prepareCrms(crms, { mapping, attribution, wanted: CUSTOM_FIELDS, apply });
const asked = {
  rates: () => readRates(ledger, books.salesforce),
  offers: async () => ({ offers: await offerPlans(desk) }),
};

export const handler = jobHandler(prepareMessage, async (message) => {
  try {
    return "what" in message ? await asked[message.what]() : await fields(message.apply);
  } finally {
    await handBack();
  }
});
