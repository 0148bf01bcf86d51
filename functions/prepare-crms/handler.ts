import { CUSTOM_FIELDS } from "../../shared/config/custom-fields.ts";
import { mapping } from "../../shared/config/mapping.ts";
import { openCrms } from "../../shared/crms/open-crms.ts";
import { documentClient } from "../../shared/dynamodb/document-client.ts";
import { dynamoQuotaStore } from "../../shared/dynamodb/quota-store.ts";
import { jobHandler } from "../../shared/runtime/job-handler.ts";
import { prepareCrms } from "../../shared/sync/prepare-crms.ts";
import { prepareCrmsEnv } from "./env.ts";
import { prepareMessage } from "./message.ts";

const env = prepareCrmsEnv.parse(process.env);
const quota = dynamoQuotaStore(documentClient(), env.RECORDS_TABLE);
const { crms, handBack } = openCrms(env, mapping, { quota, lane: "live" });

export const handler = jobHandler(prepareMessage, ({ apply }) =>
  prepareCrms(crms, { mapping, wanted: CUSTOM_FIELDS, apply }).finally(handBack),
);
