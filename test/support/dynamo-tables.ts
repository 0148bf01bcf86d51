import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { App } from "aws-cdk-lib";
import { readAssembly } from "../../infra/local/host/assembly.ts";
import { startDynamoDb } from "../../infra/local/host/dynamodb.ts";
import { openResources } from "../../infra/local/host/resources.ts";
import { DataStack } from "../../infra/stacks/data-stack.ts";

/** An embedded DynamoDB with the tables that the template declares: their keys, and their index. */
export async function openDynamoTables() {
  const outdir = mkdtempSync(join(tmpdir(), "accord-data-"));
  const app = new App({ analyticsReporting: false, outdir });
  const stack = new DataStack(app, "Data");
  const nameOf = (table: { readonly node: { readonly id: string } }) => `Data-${table.node.id}`;
  const tables = {
    records: nameOf(stack.records),
    history: nameOf(stack.history),
    ledger: nameOf(stack.ledger),
  };
  const assembly = readAssembly(app.synth().directory);
  const server = await startDynamoDb(undefined);
  await server.createTables(openResources(assembly, { queues: server.url }));
  const client = new DynamoDBClient({
    endpoint: server.url,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  const db = DynamoDBDocumentClient.from(client, {
    marshallOptions: { removeUndefinedValues: true },
  });
  return {
    db,
    tables,
    async stop() {
      client.destroy();
      await server.stop();
    },
  };
}
