import { Logger } from "@aws-lambda-powertools/logger";
import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import middy from "@middy/core";
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { describeError } from "./queue-handler.ts";

/** A change of one item: what it was, and what it is; one is left out where there was, or is, none. */
export interface ItemChange {
  readonly before: Record<string, unknown> | undefined;
  readonly after: Record<string, unknown> | undefined;
}

const logger = new Logger();

/**
 * A Lambda on a table's stream. Changes are worked off in their order; at the first that fails the batch
 * ends, and the stream gives it and what follows out again.
 */
export function streamHandler(work: (change: ItemChange) => Promise<void>) {
  return middy<DynamoDBStreamEvent, DynamoDBBatchResponse>()
    .use(injectLambdaContext(logger, { clearState: true }))
    .handler(async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
      for (const record of Records) {
        try {
          await work(changeOf(record));
        } catch (error) {
          logger.error("a change could not be worked off", describeError(error));
          return { batchItemFailures: [{ itemIdentifier: sequenceOf(record) }] };
        }
      }
      return { batchItemFailures: [] };
    });
}

function sequenceOf({ dynamodb }: DynamoDBRecord): string {
  const { SequenceNumber } = dynamodb ?? {};
  if (SequenceNumber === undefined) throw new Error("a change of a stream has no number");
  return SequenceNumber;
}

function changeOf({ dynamodb: { OldImage, NewImage } = {} }: DynamoDBRecord): ItemChange {
  return { before: plain(OldImage), after: plain(NewImage) };
}

type Image = NonNullable<DynamoDBRecord["dynamodb"]>["NewImage"];

/** The types of the event and of the SDK spell one format in two ways. */
function plain(image: Image): Record<string, unknown> | undefined {
  return image && unmarshall(JSON.parse(JSON.stringify(image)));
}
