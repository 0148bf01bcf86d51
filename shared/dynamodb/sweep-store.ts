import {
  type DynamoDBDocumentClient,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { nameOfFinding, nameOfOutsider } from "../parity/finding.ts";
import {
  isWithin,
  type KeyRange,
  type PartOf,
  type Result,
  type SweepStore,
} from "../parity/ports.ts";
import type { Sweep } from "../parity/sweep.ts";
import { addTallies } from "../parity/tally.ts";
import { batchDelete, batchPut } from "./document-client.ts";
import { foundRows } from "./findings.ts";
import { addCalls, openIn, queryAll, type RowsAt, setWhere, takeFrom } from "./job-rows.ts";
import { jobsKey, sweepBlockKey, sweepFoundKey, sweepKey, TALLY_PREFIX, tallyKey } from "./keys.ts";
import {
  parseBlock,
  parseDoubtful,
  parseFinding,
  parseOutsider,
  parseSweep,
  parseTally,
} from "./stored-sweep.ts";

/** What a sweep reads is of no use once it is compared; what it finds is looked up for some weeks. */
const ROWS_KEPT_MS = 2 * 24 * 3_600_000;
const FOUND_KEPT_MS = 30 * 24 * 3_600_000;

interface At extends RowsAt {
  readonly now: () => number;
}

/** Sweeps and what they find, in DynamoDB. Patterns A18 to A22 of keys.ts. */
export function dynamoSweepStore(
  db: DynamoDBDocumentClient,
  table: string,
  now: () => number = Date.now,
): SweepStore {
  const at = { db, table, now };
  return { ...sweepRows(at), ...blockRows(at), ...resultRows(at) };
}

type Rows<Name extends keyof SweepStore> = Pick<SweepStore, Name>;

function sweepRows(
  at: At,
): Rows<"addSweep" | "loadSweep" | "changeSweep" | "countRows" | "countCalls" | "close" | "list"> {
  return {
    async addSweep({ calls, ...sweep }: Sweep, open) {
      const row = {
        ...sweep,
        hubspotCalls: calls.hubspot,
        salesforceCalls: calls.salesforce,
        open: new Set(open),
      };
      const isNew = await setWhere(at, sweepKey(sweep.id), row, { is: "attribute_not_exists(pk)" });
      const job = jobsKey("parity", `${sweep.startedAt}#${sweep.id}`);
      const put = new PutCommand({ TableName: at.table, Item: { ...job, id: sweep.id } });
      if (isNew) await at.db.send(put);
      return isNew;
    },
    async loadSweep(id) {
      const rows = await queryAll(at, sweepKey(id).pk, "");
      const row = rows.find(({ sk }) => sk === sweepKey(id).sk);
      const tallies = rows.filter(({ sk }) => String(sk).startsWith(TALLY_PREFIX)).map(parseTally);
      const byKind = Map.groupBy(tallies, ({ kind }) => kind);
      const summed = [...byKind].map(([kind, all]) => [
        kind,
        addTallies(all.map(({ tally }) => tally)),
      ]);
      return row && { ...parseSweep(row), tallies: Object.fromEntries(summed) };
    },
    changeSweep: (id, change, from) =>
      setWhere(
        at,
        sweepKey(id),
        { ...change },
        { is: "#state = :from", values: { ":from": from } },
      ),
    async countRows(id, piece, rows) {
      const update = new UpdateCommand({
        TableName: at.table,
        Key: sweepKey(id),
        UpdateExpression: "SET #rows.#piece = :rows",
        ExpressionAttributeNames: { "#rows": "rows", "#piece": piece },
        ExpressionAttributeValues: { ":rows": rows },
      });
      await at.db.send(update);
    },
    countCalls: (id, calls) => addCalls(at, sweepKey(id), calls),
    close: async (id, piece) => openIn(await takeFrom(at, sweepKey(id), piece)),
    async list(most) {
      const answer = await at.db.send(
        new QueryCommand({
          TableName: at.table,
          KeyConditionExpression: "pk = :pk",
          ExpressionAttributeValues: { ":pk": jobsKey("parity", "").pk },
          ScanIndexForward: false,
          Limit: most,
        }),
      );
      return (answer.Items ?? []).map(({ id }) => String(id));
    },
  };
}

function blockRows(at: At): Rows<"keepBlock" | "blocksOf"> {
  return {
    async keepBlock(of, page, block) {
      const ttl = expiry(at, ROWS_KEPT_MS);
      // As text: a block is read whole, and an attribute for each digest would double it.
      const row = { ...sweepBlockKey(of, page), block: JSON.stringify(block), ttl };
      await batchPut(at.db, at.table, [row]);
    },
    blocksOf: async (of) => (await queryAll(at, sweepBlockKey(of, "").pk, "")).map(parseBlock),
  };
}

function resultRows(
  at: At,
): Rows<"keepResult" | "doubtsOf" | "settle" | "findingsOf" | "outsidersOf"> {
  return {
    async keepResult(of, range, { tally, doubts, ...found }) {
      await replaceFound(at, of, { range, found });
      await batchPut(at.db, at.table, [stretchRow(of, range, { tally, doubts })]);
    },
    async doubtsOf(of) {
      const { pk, sk } = tallyKey(of.sweep, `${of.kind}#${of.part}#`);
      const rows = await queryAll(at, pk, sk);
      return rows.map(parseDoubtful).filter(({ doubts }) => doubts.length > 0);
    },
    async settle(of, { range, doubts }, { tally, ...found }) {
      const keys = new Set(doubts.map(({ key }) => key));
      await replaceFound(at, of, { range, found, keys });
      await batchPut(at.db, at.table, [stretchRow(of, range, { tally, doubts: [] })]);
    },
    async findingsOf(of, after, most) {
      const { rows, next } = await page(at, sweepFoundKey(of, "findings", "").pk, after, most);
      return { items: rows.map(parseFinding), next };
    },
    async outsidersOf(of, after, most) {
      const { rows, next } = await page(at, sweepFoundKey(of, "outsiders", "").pk, after, most);
      return { items: rows.map(parseOutsider), next };
    },
  };
}

function stretchRow(of: PartOf, range: KeyRange, kept: Pick<Result, "tally" | "doubts">) {
  const key = tallyKey(of.sweep, `${of.kind}#${of.part}#${range.after ?? ""}`);
  return { ...key, kind: of.kind, range, ...kept };
}

/** What was found in a stretch, of all its groups or of those with these keys. */
interface Found {
  readonly range: KeyRange;
  readonly found: Pick<Result, "findings" | "outsiders">;
  readonly keys?: ReadonlySet<string>;
}

async function replaceFound(at: At, of: PartOf, { range, found, keys }: Found): Promise<void> {
  const ttl = expiry(at, FOUND_KEPT_MS);
  const { findings, outsiders } = found;
  const isMeant = (key: string) => isWithin(range, key) && (keys?.has(key) ?? true);
  const rows = findings.map((finding) => ({
    ...sweepFoundKey(of, "findings", nameOfFinding(finding)),
    finding,
    ttl,
  }));
  await batchPut(at.db, at.table, rows.flatMap(foundRows));
  await replace(at, range.after, { pk: sweepFoundKey(of, "findings", "").pk, isMeant, rows });
  await replace(at, range.after, {
    pk: sweepFoundKey(of, "outsiders", "").pk,
    isMeant,
    rows: outsiders.map((outsider) => ({
      ...sweepFoundKey(of, "outsiders", nameOfOutsider(outsider)),
      outsider,
      ttl,
    })),
  });
}

/** In whole seconds, as DynamoDB's time to live has it. */
function expiry({ now }: At, keptMs: number): number {
  return Math.ceil((now() + keptMs) / 1000);
}

interface Kept {
  readonly pk: string;
  readonly isMeant: (key: string) => boolean;
  readonly rows: readonly { readonly pk: string; readonly sk: string }[];
}

/** What was kept by whoever died before it was counted is taken away, unless it is found again. */
async function replace(at: At, after: string | undefined, { pk, isMeant, rows }: Kept) {
  const named = new Map(rows.map((row) => [row.sk, row]));
  const before = await queryAll(at, pk, after ?? "", "from");
  const over = before
    .map(({ sk }) => String(sk))
    .filter((sk) => isMeant(sk.split("#")[0] ?? "") && !named.has(sk));
  await batchDelete(
    at.db,
    at.table,
    over.map((sk) => ({ pk, sk })),
  );
  await batchPut(at.db, at.table, [...named.values()]);
}

async function page({ db, table }: At, pk: string, after: string | undefined, most: number) {
  const further = after === undefined ? {} : { ":after": after };
  const answer = await db.send(
    new QueryCommand({
      TableName: table,
      KeyConditionExpression: after === undefined ? "pk = :pk" : "pk = :pk AND sk > :after",
      ExpressionAttributeValues: { ":pk": pk, ...further },
      Limit: most,
    }),
  );
  const last: unknown = answer.LastEvaluatedKey?.["sk"];
  return { rows: answer.Items ?? [], next: typeof last === "string" ? last : undefined };
}
