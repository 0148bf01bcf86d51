import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { System } from "../../shared/core/reconcile/system.ts";
import { chunksOf } from "../../shared/sync/in-parallel.ts";
import type { Pair } from "./backfill-people.ts";

/** How much later each edit was on the other side, by the stamps of both CRMs. */
export interface Edits {
  readonly lateMs: readonly number[];
  /** Edits that the other side does not have. */
  readonly lost: number;
}

interface Editing {
  /**
   * Ends it, lets what is on its way land, and reads what became of the edits: but for those of the first
   * `ignoreMs`, and up to the moment `untilMs`.
   */
  stop(options: { readonly ignoreMs: number; readonly untilMs?: number }): Promise<Edits>;
}

export interface Editors {
  start(): Editing;
}

/** How people reach a CRM: its answer to a request of theirs, signed in as they are. */
export type Reach = (
  system: System,
  path: string,
  init?: { readonly method: string; readonly body: string },
) => Promise<Response>;

interface Edit {
  readonly pair: Pair;
  readonly title: string;
  readonly atMs: number;
}

const EDIT_EVERY_MS = 700;
const LANDING_MS = 20_000;
/** HubSpot's batches take fifty where histories are asked for. */
const HISTORIES = 50;
const IDS = 100;
const CONTACTS = "/crm/v3/objects/contacts";
const LEADS = "/services/data/v67.0/sobjects/Lead";

/** People who edit job titles, in HubSpot and in Salesforce by turns, each person once. */
export function openEditors(reach: Reach, pairs: readonly Pair[]): Editors {
  let edited = 0;
  const editOne = async (): Promise<Edit | undefined> => {
    const pair = pairs[edited];
    if (!pair) return undefined;
    edited += 1;
    const title = `Analyst ${edited}`;
    const atMs = Date.now();
    const answer =
      edited % 2 === 0
        ? await reach("hubspot", `${CONTACTS}/${pair.contact}`, {
            method: "PATCH",
            body: JSON.stringify({ properties: { jobtitle: title } }),
          })
        : await reach("salesforce", `${LEADS}/${pair.lead}`, {
            method: "PATCH",
            body: JSON.stringify({ Title: title }),
          });
    if (!answer.ok) throw new Error(`an edit was refused: ${answer.status}`);
    return { pair, title, atMs };
  };
  return {
    start() {
      const startedMs = Date.now();
      const over = { yet: false };
      const edits: Promise<Edit | undefined>[] = [];
      const working = (async () => {
        while (!over.yet) {
          edits.push(editOne());
          await sleep(EDIT_EVERY_MS);
        }
      })();
      return {
        async stop({ ignoreMs, untilMs = Number.POSITIVE_INFINITY }) {
          over.yet = true;
          await working;
          await sleep(LANDING_MS);
          const made = (await Promise.all(edits)).filter((edit) => edit !== undefined);
          return landed(
            reach,
            made.filter(({ atMs }) => atMs - startedMs >= ignoreMs && atMs <= untilMs),
          );
        },
      };
    },
  };
}

async function landed(reach: Reach, edits: readonly Edit[]): Promise<Edits> {
  const inHubspot = await contactStamps(reach, edits);
  const inSalesforce = await leadStamps(reach, edits);
  const lateMs = edits.flatMap(({ pair, title }) => {
    const one = inHubspot.get(`${pair.contact} ${title}`);
    const other = inSalesforce.get(`${pair.lead} ${title}`);
    return one === undefined || other === undefined ? [] : [Math.abs(one - other)];
  });
  return { lateMs, lost: edits.length - lateMs.length };
}

const histories = z.object({
  results: z.array(
    z.object({
      id: z.string(),
      propertiesWithHistory: z.object({
        jobtitle: z.array(z.object({ value: z.string(), timestamp: z.string() })),
      }),
    }),
  ),
});

/** When each contact was given each of its titles. */
async function contactStamps(reach: Reach, edits: readonly Edit[]) {
  const stamps = new Map<string, number>();
  for (const some of chunksOf(edits, HISTORIES)) {
    const answer = await reach("hubspot", `${CONTACTS}/batch/read`, {
      method: "POST",
      body: JSON.stringify({
        inputs: some.map(({ pair }) => ({ id: pair.contact })),
        properties: [],
        propertiesWithHistory: ["jobtitle"],
      }),
    });
    for (const { id, propertiesWithHistory } of histories.parse(await answer.json()).results)
      for (const { value, timestamp } of propertiesWithHistory.jobtitle.toReversed())
        stamps.set(`${id} ${value}`, Date.parse(timestamp));
  }
  return stamps;
}

const leads = z.object({
  records: z.array(
    z.object({ Id: z.string(), Title: z.string().nullable(), SystemModstamp: z.string() }),
  ),
});

/** When each lead was last changed, and so given its title. */
async function leadStamps(reach: Reach, edits: readonly Edit[]) {
  const stamps = new Map<string, number>();
  for (const some of chunksOf(edits, IDS)) {
    const ids = some.map(({ pair }) => `'${pair.lead}'`).join();
    const soql = `SELECT Id, Title, SystemModstamp FROM Lead WHERE Id IN (${ids})`;
    const path = `/services/data/v67.0/query?q=${encodeURIComponent(soql)}`;
    const { records } = leads.parse(await (await reach("salesforce", path)).json());
    for (const { Id, Title, SystemModstamp } of records)
      stamps.set(`${Id} ${Title}`, Date.parse(SystemModstamp.replace("+0000", "Z")));
  }
  return stamps;
}
