import { CORPORATE_CURRENCY, ledgerFields } from "../../shared/config/ledger.ts";
import { DEFAULT_CURRENCY } from "../../shared/config/mapping.ts";
import type { LedgerEntry } from "../../shared/core/ledger/entry.ts";
import type { LedgerFields } from "../../shared/core/ledger/ledger-fields.ts";
import { formatMoney } from "../../shared/core/money/money.ts";
import type { LedgerWorld } from "../../shared/revenue/ledger-ports.ts";
import type { Opportunities } from "../../shared/revenue/opportunities.ts";
import { postChange } from "../../shared/revenue/post-changes.ts";
import { readRates } from "../../shared/revenue/read-rates.ts";
import type { TieOutWorld } from "../../shared/revenue/tie-out-result.ts";
import { refKey } from "../../shared/sync/ports.ts";
import type { AccordRecord } from "../../shared/sync/record.ts";
import type { RecordStore } from "../../shared/sync/record-store.ts";
import { digest } from "./ledger-scene.ts";
import { memoryLedgerStore } from "./memory-ledger-store.ts";
import type { MemoryRecordStore } from "./memory-record-store.ts";
import type { TwoCrms } from "./two-crms.ts";
import { openOffice, workThrough } from "./work-through.ts";

/** Opportunities of a record store in memory. */
export function memoryOpportunities(store: MemoryRecordStore): Opportunities {
  const all = () => store.records().filter(({ kind }) => kind === "opportunity");
  return {
    load: async (ids) => all().filter(({ id }) => ids.includes(id)),
    async *inShard(shard) {
      yield all().filter(({ id }) => id.startsWith(shard));
    },
    page: async () => ({ records: all() }),
    async byCrmId(system, ids) {
      const object = system === "hubspot" ? "deals" : "Opportunity";
      const refs = ids.map((id) => ({ system, object, id }));
      const holders = await store.holders(refs, []);
      return new Map(
        refs.flatMap((ref): [string, string][] => {
          const holder = holders.get(refKey(ref));
          return holder === undefined ? [] : [[ref.id, holder]];
        }),
      );
    },
  };
}

/** The store with a stream: each save of an opportunity is told of, in order, once it is made. */
function streamed(
  store: MemoryRecordStore,
  tell: (change: { before: AccordRecord | undefined; after: AccordRecord }) => Promise<void>,
): MemoryRecordStore {
  const save: RecordStore["save"] = async (next) => {
    const before = (await store.load([next])).get(next.id);
    const saved = await store.save(next);
    const after = { ...next, version: next.version + 1 };
    if (saved === "saved" && next.kind === "opportunity") await tell({ before, after });
    return saved;
  };
  return { ...store, save };
}

/** Accord on two simulated CRMs, with a ledger that is fed by what the records become. */
export async function openLedgerOffice(two: TwoCrms, fields: LedgerFields = ledgerFields) {
  const { store: ledger, chains } = memoryLedgerStore();
  const world: LedgerWorld = {
    ledger,
    digest,
    corporateCurrency: CORPORATE_CURRENCY,
    now: two.now,
  };
  await readRates(world, two.crms.salesforce.books);
  const plain = openOffice(two);
  const store = streamed(plain.store, async (change) => {
    await postChange(world, change, fields);
  });
  const office = { ...plain, mapping: two.mapping, store };
  const opportunities = memoryOpportunities(plain.store);
  const tieOutWorld: TieOutWorld = {
    ...world,
    opportunities,
    books: { hubspot: two.crms.hubspot.books, salesforce: two.crms.salesforce.books },
    fields,
    singleCurrency: DEFAULT_CURRENCY,
  };
  return {
    world,
    chains,
    office,
    opportunities,
    tieOutWorld,
    /** Looks at these records, and at whatever that leads to. */
    async look(
      ...refs: readonly { system: "hubspot" | "salesforce"; object: string; id: string }[]
    ) {
      const hints = refs.map((ref) => ({ ref, because: "somebody told of it" }));
      await office.queue.send(hints, { lane: "live", delaySeconds: 0, attempt: 0 });
      await workThrough(office, two);
    },
    /** What was posted of all opportunities, in words. */
    told: () => [...chains.values()].flat().map(wordsOf),
  };
}

export function wordsOf({ kind, effectiveDay, amount, because }: LedgerEntry): string {
  return `${kind} ${effectiveDay} ${amount.currency} ${formatMoney(amount)}: ${because}`;
}
