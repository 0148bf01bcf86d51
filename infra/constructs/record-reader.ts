import { Construct } from "constructs";
import type * as z from "zod";
import type { apiEnv } from "../../functions/api/env.ts";
import { AccordFunction } from "./accord-function.ts";
import type { Surroundings } from "./surroundings.ts";
import { ANSWER_TIMEOUT } from "./timeouts.ts";

const READ = ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"];

/** Answers people's questions from the tables, which it cannot change. */
export class RecordReader extends Construct {
  readonly api: AccordFunction;

  constructor(scope: Construct, id: string, { records, history, bundles, tell }: Surroundings) {
    super(scope, id);
    this.api = new AccordFunction(this, "Api", {
      name: "api",
      bundles,
      timeout: ANSWER_TIMEOUT,
      environment: {
        RECORDS_TABLE: records.tableName,
        HISTORY_TABLE: history.tableName,
      } satisfies z.input<typeof apiEnv>,
      tell,
      impact: "nobody can look up why a record is as it is; nothing else is affected",
    });
    records.grant(this.api.lambda, ...READ);
    history.grant(this.api.lambda, ...READ);
  }
}
