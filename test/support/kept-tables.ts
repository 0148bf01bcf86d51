import { join } from "node:path";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { startDynamoDb } from "../../infra/local/host/dynamodb.ts";
import { REGION } from "../../infra/local/host/place.ts";

/** Opens the tables that the local host keeps in `stateDir`, while no command does. */
export async function openKeptTables(stateDir: string) {
  const server = await startDynamoDb(join(stateDir, "aws", "dynamodb"));
  const client = new DynamoDBClient({
    endpoint: server.url,
    region: REGION,
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  const named = (part: string) => TableNames.find((name) => name.includes(part)) ?? "";
  return {
    db: DynamoDBDocumentClient.from(client),
    records: named("Records"),
    ledger: named("Ledger"),
    async stop() {
      client.destroy();
      await server.stop();
    },
  };
}
