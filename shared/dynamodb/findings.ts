import { type DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { Finding } from "../parity/finding.ts";
import type { Ref } from "../sync/ports.ts";
import { refusedByCondition } from "./document-client.ts";
import { queryAll, type RowsAt } from "./job-rows.ts";
import { foundKey } from "./keys.ts";

interface Row {
  readonly pk: string;
  readonly sk: string;
  readonly ttl: number;
}

/**
 * By each CRM record of a finding that holds a value: where the finding stands, so that it can be reached when
 * the person is forgotten. To be put before the finding.
 */
export function foundRows(row: Row & { readonly finding: Finding }) {
  const { pk, sk, ttl, finding } = row;
  const { hubspot, salesforce, known } = finding;
  const holdsValue = [hubspot, salesforce, known].some((value) => (value ?? null) !== null);
  return holdsValue
    ? finding.refs.map((ref) => ({ ...foundKey(ref, { pk, sk }), at: { pk, sk }, ttl }))
    : [];
}

const found = z.object({ at: z.object({ pk: z.string(), sk: z.string() }) });

/** Takes all values out of what sweeps found of these CRM records; that it was found stays. Pattern A30 of keys.ts. */
export async function forgetFindings(
  db: DynamoDBDocumentClient,
  table: string,
  refs: readonly Ref[],
): Promise<void> {
  for (const ref of refs) {
    const rows = await queryAll({ db, table }, foundKey(ref, { pk: "", sk: "" }).pk, "");
    for (const row of rows) await withoutValues({ db, table }, found.parse(row).at);
  }
}

async function withoutValues({ db, table }: RowsAt, Key: z.infer<typeof found>["at"]) {
  const update = new UpdateCommand({
    TableName: table,
    Key,
    UpdateExpression: "REMOVE #finding.hubspot, #finding.salesforce, #finding.known",
    // A finding that was found no more is not made again.
    ConditionExpression: "attribute_exists(pk)",
    ExpressionAttributeNames: { "#finding": "finding" },
  });
  await refusedByCondition(db.send(update));
}
