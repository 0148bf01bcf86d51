import { Construct } from "constructs";
import type * as z from "zod";
import type { prepareCrmsEnv } from "../../functions/prepare-crms/env.ts";
import { AccordFunction } from "./accord-function.ts";
import { crmEnvironment, grantCrms, type Surroundings } from "./surroundings.ts";
import { PREPARE_TIMEOUT } from "./timeouts.ts";

/** Gives both CRMs the fields that Accord writes its ids into. Called by hand, once a CRM. */
export class Preparation extends Construct {
  constructor(scope: Construct, id: string, around: Surroundings) {
    super(scope, id);
    const { lambda } = new AccordFunction(this, "PrepareCrms", {
      name: "prepare-crms",
      bundles: around.bundles,
      timeout: PREPARE_TIMEOUT,
      environment: {
        ...crmEnvironment(around),
        RECORDS_TABLE: around.records.tableName,
      } satisfies z.input<typeof prepareCrmsEnv>,
      tell: around.tell,
      impact: "the CRMs may lack the fields that Accord writes its ids into",
    });
    grantCrms(around, lambda);
    // Its calls are counted with all others.
    around.records.grant(lambda, "dynamodb:GetItem", "dynamodb:PutItem");
  }
}
