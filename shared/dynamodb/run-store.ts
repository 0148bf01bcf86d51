import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import type { Plan } from "../runs/plan.ts";
import { type Job, PARTS, type RunStore, type Seal } from "../runs/ports.ts";
import type { Run, Used } from "../runs/run.ts";
import { batchPut } from "./document-client.ts";
import { addCalls, openIn, queryAll, type RowsAt, setWhere, takeFrom } from "./job-rows.ts";
import {
  COUNT_PREFIX,
  countKey,
  itemKey,
  jobsKey,
  planKey,
  REHEARSAL_PREFIX,
  rehearsalKey,
  runKey,
  sealKey,
} from "./keys.ts";
import { forgetAgain, itemRowsOf, traceItems } from "./planned.ts";
import {
  parseCounts,
  parseItem,
  parsePlace,
  parsePlan,
  parseRehearsal,
  parseRun,
  parseSeal,
} from "./stored-run.ts";

/** Plans, runs and their items, in DynamoDB. Patterns A14 to A18, A27, A32 and A33 of keys.ts. */
export function dynamoRunStore(db: DynamoDBDocumentClient, table: string): RunStore {
  const at = { db, table };
  return { ...planRows(at), ...runRows(at), ...jobRows(at), ...itemRows(at) };
}

type Rows<Name extends keyof RunStore> = Pick<RunStore, Name>;

function planRows(
  at: RowsAt,
): Rows<
  | "addPlan"
  | "loadPlan"
  | "changePlan"
  | "keepReading"
  | "noteLack"
  | "giveRun"
  | "keepSeal"
  | "sealsOf"
  | "keepRehearsal"
  | "rehearsalsOf"
> {
  return {
    addPlan: (plan, open) =>
      add(at, { job: "plan", id: plan.id }, plan.createdAt, storedPlan(plan, open)),
    loadPlan: (id) => loadPlan(at, id),
    async changePlan(id, change) {
      await setWhere(at, planKey(id), { ...change }, { is: "attribute_exists(pk)" });
    },
    async keepReading(id, piece, reading) {
      const update = new UpdateCommand({
        TableName: at.table,
        Key: planKey(id),
        UpdateExpression: "SET readings.#piece = :reading",
        ExpressionAttributeNames: { "#piece": piece },
        ExpressionAttributeValues: { ":reading": reading },
      });
      await at.db.send(update);
    },
    async noteLack(id, lack) {
      const update = new UpdateCommand({
        TableName: at.table,
        Key: planKey(id),
        // Needs no condition: adding to a set twice adds once.
        UpdateExpression: "ADD lacks :lack",
        ExpressionAttributeValues: { ":lack": new Set([lack]) },
      });
      await at.db.send(update);
    },
    giveRun: (plan, run) => giveOnce(at, planKey(plan), "run", run),
    keepSeal: (plan, part, { totals, hash }) => put(at, { ...sealKey(plan, part), totals, hash }),
    sealsOf: (plan) => sealsOf(at, plan),
    keepRehearsal: (plan, piece, rehearsal) => put(at, { ...rehearsalKey(plan, piece), rehearsal }),
    rehearsalsOf: async (plan) =>
      (await queryAll(at, planKey(plan).pk, REHEARSAL_PREFIX)).map(parseRehearsal),
  };
}

function runRows(
  at: RowsAt,
): Rows<"addRun" | "loadRun" | "changeRun" | "giveUndo" | "use" | "countItems" | "placesOf"> {
  return {
    addRun: (run, open) => add(at, { job: "run", id: run.id }, run.startedAt, storedRun(run, open)),
    loadRun: (id) => loadRun(at, id),
    changeRun(id, change, from) {
      const names = from.map((_, index) => `:from${index}`);
      const values = Object.fromEntries(from.map((state, index) => [`:from${index}`, state]));
      return setWhere(
        at,
        runKey(id),
        { ...change },
        { is: `#state IN (${names.join(", ")})`, values },
      );
    },
    giveUndo: (run, undo) => giveOnce(at, runKey(run), "undoneBy", undo),
    use: (run, turn, { used, pages, creations }) =>
      setWhere(
        at,
        runKey(run),
        { ...storedUse(used), pages, creations, turn: turn + 1 },
        // Of a run that began before turns were counted, the first.
        { is: "(attribute_not_exists(#turn) OR #turn = :seen)", values: { ":seen": turn } },
      ),
    countItems: (run, piece, counts, place) =>
      put(at, { ...countKey(run, piece), counts, piece, place }),
    async placesOf(run) {
      const rows = await queryAll(at, runKey(run).pk, COUNT_PREFIX);
      return new Map(rows.flatMap(parsePlace));
    },
  };
}

function jobRows(at: RowsAt): Rows<"countCalls" | "openOf" | "close" | "list"> {
  return {
    countCalls: (job, calls) => addCalls(at, keyOf(job), calls),
    openOf: async (job) => openIn(await get(at, keyOf(job))),
    close: async (job, piece) => openIn(await takeFrom(at, keyOf(job), piece)),
    async list(what, most) {
      const answer = await at.db.send(
        new QueryCommand({
          TableName: at.table,
          KeyConditionExpression: "pk = :pk",
          ExpressionAttributeValues: { ":pk": jobsKey(what, "").pk },
          ScanIndexForward: false,
          Limit: most,
        }),
      );
      return (answer.Items ?? []).map(({ id }) => String(id));
    },
  };
}

function itemRows({ db, table }: RowsAt): Rows<"traceItems" | "keepItems" | "itemsOf"> {
  return {
    traceItems: (plan, items) => traceItems({ db, table }, plan, items),
    async keepItems(plan, items) {
      await batchPut(db, table, itemRowsOf(plan, items));
      await forgetAgain({ db, table }, plan, items);
    },
    async itemsOf(of, after, most) {
      const { pk } = itemKey(of, "");
      const further = after === undefined ? {} : { ":after": after };
      const answer = await db.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: after === undefined ? "pk = :pk" : "pk = :pk AND sk > :after",
          ExpressionAttributeValues: { ":pk": pk, ...further },
          Limit: most,
          ConsistentRead: true,
        }),
      );
      const last: unknown = answer.LastEvaluatedKey?.["sk"];
      return {
        items: (answer.Items ?? []).map(parseItem),
        next: typeof last === "string" ? last : undefined,
      };
    },
  };
}

function keyOf({ job, id }: Job) {
  return job === "plan" ? planKey(id) : runKey(id);
}

function storedPlan({ calls, lacks: _none, ...plan }: Plan, open: readonly string[]) {
  return { ...plan, ...storedCalls(calls), open: new Set(open) };
}

function storedRun({ calls, counts: _counts, used, ...run }: Run, open: readonly string[]) {
  return { ...run, ...storedCalls(calls), ...storedUse(used), open: new Set(open) };
}

function storedCalls({ hubspot, salesforce }: Plan["calls"]) {
  return { hubspotCalls: hubspot, salesforceCalls: salesforce };
}

function storedUse({ creates, updates, archives }: Used) {
  return { usedCreates: creates, usedUpdates: updates, usedArchives: archives };
}

async function add(tables: RowsAt, job: Job, at: string, row: object): Promise<void> {
  await put(tables, { ...keyOf(job), ...row });
  await put(tables, { ...jobsKey(job.job, `${at}#${job.id}`), id: job.id });
}

async function put({ db, table }: RowsAt, Item: Record<string, unknown>): Promise<void> {
  await db.send(new PutCommand({ TableName: table, Item }));
}

async function get({ db, table }: RowsAt, Key: Record<string, string>) {
  const answer = await db.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
  return answer.Item;
}

async function loadPlan(at: RowsAt, id: string): Promise<Plan | undefined> {
  const item = await get(at, planKey(id));
  return item && parsePlan(item);
}

/** A run with its counts, which are kept piece by piece. */
async function loadRun(at: RowsAt, id: string): Promise<Run | undefined> {
  const [item, counts] = await Promise.all([
    get(at, runKey(id)),
    queryAll(at, runKey(id).pk, COUNT_PREFIX),
  ]);
  return item && parseRun(item, counts.map(parseCounts));
}

async function sealsOf(at: RowsAt, plan: string): Promise<readonly Seal[]> {
  const found = await Promise.all(PARTS.map((part) => get(at, sealKey(plan, part))));
  return found.flatMap((item) => (item ? parseSeal(item) : []));
}

function giveOnce(at: RowsAt, key: Record<string, string>, name: string, value: string) {
  const is = `attribute_exists(pk) AND (attribute_not_exists(#${name}) OR #${name} = :${name})`;
  return setWhere(at, key, { [name]: value }, { is });
}
