import { Duration } from "aws-cdk-lib";

/** One batch: some hundred records read and written on both sides, with room for a CRM's slow minute. */
export const WORKER_TIMEOUT = Duration.seconds(60);

/** HubSpot gives a webhook 5 s for its answer, and then sends it again. */
export const ANSWER_TIMEOUT = Duration.seconds(10);

/** The most that Lambda allows: a month of a hundred thousand entries takes a minute or two. */
export const WAREHOUSE_TIMEOUT = Duration.minutes(15);

/** Adding fields to a large org asks for some hundred calls, one after the other. */
export const PREPARE_TIMEOUT = Duration.minutes(10);
