import { attribution } from "../../shared/config/attribution.ts";
import { ledgerFields } from "../../shared/config/ledger.ts";
import { writeBack } from "../../shared/config/write-back.ts";
import type { Credit, CreditRow } from "../../shared/core/attribution/credit-row.ts";
import type { WriteBack } from "../../shared/core/write-back/write-back.ts";
import { personOf, reported } from "../../shared/dynamodb/revenue-store.ts";
import { creditOpportunity } from "../../shared/revenue/credit-opportunity.ts";
import { type FactLine, importFacts } from "../../shared/revenue/import-facts.ts";
import type { RevenueStore } from "../../shared/revenue/ports.ts";
import type { SealWorld } from "../../shared/revenue/seal-blocks.ts";
import type {
  WriteBackMessage,
  WriteBackStore,
  WriteBackWorld,
} from "../../shared/write-back/ports.ts";
import { startWriteBack, type WriteBackAsked } from "../../shared/write-back/start.ts";
import { workOffWriteBack } from "../../shared/write-back/work-off.ts";
import { openLedgerOffice } from "./ledger-office.ts";
import { memoryBlockStore, memoryCreditStore } from "./memory-credit-store.ts";
import { memoryFigureStore } from "./memory-figure-store.ts";
import type { TwoCrms } from "./two-crms.ts";
import type { Office } from "./work-through.ts";

/** As it is configured, and switched on. */
export const SWITCHED_ON: WriteBack = { ...writeBack, on: true, model: "linear" };

function journeysOf({ store }: Office): RevenueStore {
  const opportunities = () => store.records().filter(({ kind }) => kind === "opportunity");
  const pages = async function* () {
    yield opportunities().map(reported);
  };
  return {
    looksAtAccounts: false,
    async opportunity(id) {
      const record = opportunities().find((one) => one.id === id);
      return record && { opportunity: reported(record), dimensions: {} };
    },
    page: async () => ({ opportunities: opportunities().map(reported) }),
    wonIn: pages,
    all: pages,
    async persons(ids) {
      const touches = await store.touchesOf(ids);
      const persons = store.records().filter(({ id }) => ids.includes(id));
      return new Map(persons.map((one) => [one.id, personOf(one, touches.get(one.id) ?? [])]));
    },
  };
}

/** Two simulated CRMs, the ledger and its credits, and what writes them back. */
export async function openWriteBackScene(two: TwoCrms, settings: WriteBack = SWITCHED_ON) {
  const desk = await openLedgerOffice(two);
  const { store: credits } = memoryCreditStore();
  const crediting: SealWorld = {
    ...{ credits, attribution, now: two.now },
    ledger: desk.world.ledger,
    journeys: journeysOf(desk.office),
    blocks: memoryBlockStore(),
    dimensions: [],
  };
  const messages: WriteBackMessage[] = [];
  const ids = { made: 0 };
  const world: WriteBackWorld = {
    ...{ settings, credits, mode: "sync", now: two.now },
    figures: memoryFigureStore(),
    records: desk.office.store,
    crms: two.crms,
    queue: { send: async (some) => void messages.push(...some) },
    newId: () => {
      ids.made += 1;
      return String(ids.made);
    },
  };
  const creditAll = async () => {
    for (const id of desk.chains.keys()) await creditOpportunity(crediting, id);
  };
  const scene = {
    ...{ desk, world, crediting, messages, creditAll },
    /** Does all that waits, and what that leads to; `others` stand in for parts of the world. */
    async workOff(others: Partial<WriteBackWorld> = {}) {
      for (let next = messages.shift(); next; next = messages.shift())
        await workOffWriteBack({ ...world, ...others }, next);
    },
    async run(asked: Partial<WriteBackAsked> = {}, others: Partial<WriteBackWorld> = {}) {
      const all = { task: "write", isDry: false, by: "fay", because: "a test", ...asked } as const;
      const begun = await startWriteBack({ ...world, ...others }, all);
      if ("refused" in begun) return begun;
      await scene.workOff(others);
      const run = await world.figures.loadRun(begun.id);
      if (!run) throw new Error(`${begun.id} is not there`);
      return run;
    },
    async refund(line: Omit<FactLine, "kind">) {
      const office = { world: desk.world, opportunities: desk.opportunities, fields: ledgerFields };
      const lines = [{ ...line, kind: "refunded" as const }];
      const done = await importFacts(office, { lines, by: "fay", because: "a refund" });
      if ("refused" in done) throw new Error(JSON.stringify(done));
      await creditAll();
    },
  };
  return scene;
}

export type WriteBackScene = Awaited<ReturnType<typeof openWriteBackScene>>;

/** All lines of a run that writes nothing, in words. */
export async function linesIn(figures: WriteBackStore, run: string): Promise<string[]> {
  const found: string[] = [];
  for (let after: string | undefined, more = true; more; ) {
    const page = await figures.lines(run, after);
    found.push(
      ...page.items.map(
        ({ object, property, from, to }) => `${object} ${property}: ${from} -> ${to}`,
      ),
    );
    after = page.next;
    more = page.next !== undefined;
  }
  return found.sort();
}

/** A credit with what a test does not care about. */
export function creditOf(more: Partial<Credit> = {}): Credit {
  return {
    ...{ personId: "p1", touchId: "t1", at: "2026-03-01T00:00:00.000Z", kind: "first-source" },
    ...{ system: "hubspot", object: "contacts", recordId: "1", source: "PAID_SEARCH" },
    ...{ detail: null, content: null, campaignId: null, campaign: null },
    ...{ minor: 0n, corporate: 0n, won: { before: false, after: true } },
    ...more,
  };
}

/** A row whose amounts are what its credits come to, and what is unattributed. */
export function rowOf(
  credits: readonly Credit[],
  more: Partial<CreditRow> & { readonly left?: bigint } = {},
): CreditRow {
  const { left = 0n, ...rest } = more;
  const sum = (of: (one: Credit) => bigint) => credits.reduce((all, one) => all + of(one), left);
  return {
    ...{ model: "linear", version: "1", opportunityId: "a1", step: 1, kind: "booked" },
    ...{ at: "2026-03-01T00:00:00.000Z", sequence: 1, entryHash: "h", owner: null },
    ...{ effectiveDay: "2026-03-01", dimensions: {}, won: { before: false, after: true } },
    amount: { minor: sum(({ minor }) => minor), currency: "EUR" },
    corporate: { minor: sum(({ corporate }) => corporate), currency: "USD" },
    unattributed: { minor: left, corporate: left, won: { before: false, after: true } },
    credits,
    ...rest,
  };
}
