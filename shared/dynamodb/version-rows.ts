import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { CreditStore } from "../revenue/credit-ports.ts";
import { putOnce } from "./document-client.ts";
import { learningPartition, MODELS, makingPartition, numbered } from "./keys.ts";
import { ledgerItems, ledgerPages } from "./ledger-query.ts";
import { packedJson, packText } from "./packed-text.ts";
import { versionText } from "./stored-credit.ts";
import {
  forceItem,
  isForce,
  isVersion,
  parseForce,
  parseVersion,
  versionItem,
} from "./stored-version.ts";

const storedEnded = z.object({
  journeys: packedJson.pipe(
    z.array(
      z.object({ opportunityId: z.string(), won: z.boolean(), sources: z.array(z.string()) }),
    ),
  ),
});

const outcome = z.union([z.object({ version: z.string() }), z.object({ refused: z.string() })]);

const creditedPage = z.object({
  shard: z.string(),
  page: z.int(),
  credited: z.int(),
  done: z.boolean(),
});

const BEGUN = "begun";

type VersionRows = Pick<
  CreditStore,
  | "keepBeginning"
  | "ended"
  | "endRun"
  | "keepEnded"
  | "keepProgress"
  | "keepVersion"
  | "progress"
  | "putInForce"
  | "runOutcome"
  | "versions"
>;

/** Versions of models, and what they are made of. Patterns C6, C8 and C9 of keys.ts. */
export function versionRows(db: DynamoDBDocumentClient, table: string): VersionRows {
  const putNew = putOnce(db, table);
  return {
    async keepEnded(run, page, journeys) {
      const item = { pk: learningPartition(run), sk: `page#${numbered(page)}` };
      await putNew({ ...item, journeys: packText(JSON.stringify(journeys)) });
    },
    async *ended(run) {
      const asked = { pk: learningPartition(run), between: ["page#", "page#~"] as const };
      for await (const items of ledgerPages(db, table, asked))
        for (const item of items) yield storedEnded.parse(item).journeys;
    },
    async endRun(run, outcome) {
      await putNew({ pk: learningPartition(run), sk: "outcome", ...outcome });
    },
    async runOutcome(run) {
      const asked = { pk: learningPartition(run), between: ["outcome", "outcome"] as const };
      const [item] = await ledgerItems(db, table, asked);
      return item && outcome.parse(item);
    },
    async keepProgress(version, one) {
      const sk = `${one.shard}#${numbered(one.page)}`;
      await putNew({ pk: makingPartition(versionText(version)), sk, ...one });
    },
    async progress(version) {
      const items = await ledgerItems(db, table, { pk: makingPartition(versionText(version)) });
      return items.map((item) => creditedPage.parse(item));
    },
    async versions() {
      const items = await ledgerItems(db, table, { pk: MODELS });
      const begun = items.find((item) => item["sk"] === BEGUN);
      return {
        versions: items.filter(isVersion).map(parseVersion),
        inForce: items.filter(isForce).map(parseForce),
        ...(begun ? { begunAt: z.object({ at: z.string() }).parse(begun).at } : {}),
      };
    },
    async keepBeginning(at) {
      await putNew({ pk: MODELS, sk: BEGUN, at });
    },
    async keepVersion(version) {
      await putNew(versionItem(version));
    },
    async putInForce(one) {
      await putNew(forceItem(one));
    },
  };
}
