import { CUSTOM_FIELDS } from "../../shared/config/custom-fields.ts";
import { mapping } from "../../shared/config/mapping.ts";
import { openCrms } from "../../shared/crms/open-crms.ts";
import { jobHandler } from "../../shared/runtime/job-handler.ts";
import { prepareCrms } from "../../shared/sync/prepare-crms.ts";
import { prepareCrmsEnv } from "./env.ts";
import { prepareMessage } from "./message.ts";

const { crms } = openCrms(prepareCrmsEnv.parse(process.env), mapping);

export const handler = jobHandler(prepareMessage, ({ apply }) =>
  prepareCrms(crms, { mapping, wanted: CUSTOM_FIELDS, apply }),
);
