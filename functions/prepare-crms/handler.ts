import { attribution } from "../../shared/config/attribution.ts";
import { CUSTOM_FIELDS } from "../../shared/config/custom-fields.ts";
import { mapping } from "../../shared/config/mapping.ts";
import { openCrms } from "../../shared/crms/open-crms.ts";
import { documentClient } from "../../shared/dynamodb/document-client.ts";
import { dynamoLedgerWorld } from "../../shared/dynamodb/ledger-world.ts";
import { dynamoQuotaStore } from "../../shared/dynamodb/quota-store.ts";
import { readRates } from "../../shared/revenue/read-rates.ts";
import { jobHandler } from "../../shared/runtime/job-handler.ts";
import { prepareCrms } from "../../shared/sync/prepare-crms.ts";
import { prepareCrmsEnv } from "./env.ts";
import { prepareMessage } from "./message.ts";

const env = prepareCrmsEnv.parse(process.env);
const db = documentClient();
const quota = dynamoQuotaStore(db, env.RECORDS_TABLE);
const ledger = dynamoLedgerWorld(db, env.LEDGER_TABLE);
const { crms, books, handBack } = openCrms(env, mapping, { quota, lane: "live" });

const fields = (apply: boolean) =>
  prepareCrms(crms, { mapping, attribution, wanted: CUSTOM_FIELDS, apply });
const rates = () => readRates(ledger, books.salesforce);

export const handler = jobHandler(prepareMessage, async (message) => {
  try {
    return "what" in message ? await rates() : await fields(message.apply);
  } finally {
    await handBack();
  }
});
