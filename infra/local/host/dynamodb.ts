import * as z from "zod";
import { type AwsJson, awsJson } from "./aws-json.ts";
import { DYNAMODB_TARGET, REGION, tableOfStream } from "./place.ts";
import { EVENT_SOURCE, TABLE } from "./resource-schemas.ts";
import type { Resources } from "./resources.ts";
import { startServiceThread } from "./service-thread.ts";
import { filtersOf, openStreams, type Streams } from "./streams.ts";

const KEYED = z.object({ KeySchema: z.array(z.unknown()) });
const DESCRIPTION = z.object({
  Table: KEYED.extend({
    GlobalSecondaryIndexes: z
      .array(KEYED.extend({ IndexName: z.string(), Projection: z.unknown() }))
      .default([]),
  }),
});

export interface DynamoDb {
  readonly url: string;
  readonly streams: Streams;
  /** Makes the tables of the template that are not there yet, and watches those whose changes are read. */
  createTables(resources: Resources): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the embedded DynamoDB. Its tables live in `path`, or in memory where that is undefined. */
export async function startDynamoDb(path: string | undefined): Promise<DynamoDb> {
  const thread = await startServiceThread(
    "./dynamodb-thread.ts",
    { path },
    { AWS_REGION: REGION, AWS_ACCOUNT_ID: "0000-0000-0000" },
  );
  const aws = awsJson(thread.url, DYNAMODB_TARGET);
  const streams = openStreams(thread.url);
  return {
    url: thread.url,
    streams,
    stop: thread.stop,
    async createTables(resources) {
      const { TableNames } = z
        .object({ TableNames: z.array(z.string()) })
        .parse(await aws.call("ListTables", {}));
      for (const { is, properties } of resources.ofType("AWS::DynamoDB::GlobalTable", TABLE)) {
        if (TableNames.includes(is.name)) await refuseOther(aws, is.name, properties);
        else await createTable(aws, is.name, properties);
        const patterns = patternsOf(is.name, resources);
        const keyNames = properties.KeySchema.map(({ AttributeName }) => AttributeName);
        if (patterns.length > 0) await streams.watch({ table: is.name, keyNames, patterns });
      }
    },
  };
}

/** What the readers of a table's stream ask for; none where nobody reads it. */
function patternsOf(table: string, resources: Resources): Record<string, unknown>[] {
  return resources
    .ofType("AWS::Lambda::EventSourceMapping", EVENT_SOURCE)
    .filter(({ properties }) => tableOfStream(properties.EventSourceArn) === table)
    .flatMap(({ properties }) => filtersOf(properties));
}

async function createTable(aws: AwsJson, name: string, table: z.infer<typeof TABLE>) {
  await aws.call("CreateTable", {
    TableName: name,
    AttributeDefinitions: table.AttributeDefinitions,
    KeySchema: table.KeySchema,
    BillingMode: table.BillingMode,
    GlobalSecondaryIndexes: table.GlobalSecondaryIndexes,
  });
}

/** A table of an earlier release may have other keys or indexes, and would answer queries wrongly. */
async function refuseOther(aws: AwsJson, name: string, wanted: z.infer<typeof TABLE>) {
  const { Table } = DESCRIPTION.parse(await aws.call("DescribeTable", { TableName: name }));
  const is = { KeySchema: Table.KeySchema, indexes: Table.GlobalSecondaryIndexes };
  const should = { KeySchema: wanted.KeySchema, indexes: wanted.GlobalSecondaryIndexes ?? [] };
  if (JSON.stringify(is, sortedKeys) !== JSON.stringify(should, sortedKeys))
    throw new Error(
      `Table ${name} was made by another version, with other keys or indexes. Delete the local state to start anew.`,
    );
}

function sortedKeys(_key: string, value: unknown): unknown {
  const fields = z.record(z.string(), z.unknown()).safeParse(value);
  if (Array.isArray(value) || !fields.success) return value;
  return Object.fromEntries(Object.entries(fields.data).sort(([a], [b]) => (a < b ? -1 : 1)));
}
