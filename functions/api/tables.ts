import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

/** What the API reads. */
export interface ReadTables {
  readonly db: DynamoDBDocumentClient;
  readonly records: string;
  readonly history: string;
}
