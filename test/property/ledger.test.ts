import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findBreak } from "../../shared/core/ledger/chain.ts";
import type { LedgerEntry } from "../../shared/core/ledger/entry.ts";
import type { OpportunityFacts } from "../../shared/revenue/opportunity-facts.ts";
import { postOpportunity } from "../../shared/revenue/post-opportunity.ts";
import {
  closingSums,
  digest,
  failingStore,
  history,
  ledgerWorld,
  RATES,
} from "../support/ledger-scene.ts";
import { memoryLedgerStore } from "../support/memory-ledger-store.ts";

const RUNS = { numRuns: 2000 };

async function postAll(
  world: ReturnType<typeof ledgerWorld>["world"],
  versions: readonly OpportunityFacts[],
) {
  const outcomes = [];
  for (const one of versions) outcomes.push(await postOpportunity(world, one));
  return outcomes;
}

/** What a version that can be posted says the closing entries add up to. */
function said({ won, amount, closedOn, owner }: OpportunityFacts): Record<string, bigint> {
  if (!won || amount === null || amount.minor === 0n) return {};
  return { [`${amount.currency} ${closedOn} ${owner}`]: amount.minor };
}

function closingRefused(refusals: readonly { readonly name: string }[]): boolean {
  const ofClosing = ["finer-than-minor-unit", "rate-missing", "close-date-incomplete"];
  return refusals.some(({ name }) => ofClosing.includes(name));
}

/** Any version, any number of times, in any order; and at last each in its order. */
const shuffled = history.chain((versions) =>
  fc
    .array(fc.nat(versions.length - 1), { maxLength: 12 })
    .map((picks) => ({ versions, order: picks.flatMap((pick) => versions[pick] ?? []) })),
);

describe("the ledger of one opportunity", { timeout: 60_000 }, () => {
  test("G1, G3: version by version, the closing entries add up to what the record says", async () => {
    await fc.assert(
      fc.asyncProperty(history, async (versions) => {
        const { store, chains } = memoryLedgerStore(RATES);
        const { world } = ledgerWorld(store);
        for (const version of versions) {
          const before = closingSums(chains.get("a1") ?? []);
          const { refusals } = await postOpportunity(world, version);
          const sums = closingSums(chains.get("a1") ?? []);
          expect(sums).toEqual(closingRefused(refusals) ? before : said(version));
        }
      }),
      RUNS,
    );
  });

  test("G1: what was reversed or moved stands at zero in the corporate currency, too", async () => {
    await fc.assert(
      fc.asyncProperty(history, async (versions) => {
        const { store, chains } = memoryLedgerStore(RATES);
        const last = { ...(versions.at(-1) ?? fail()), won: false, afterwards: [] };
        await postAll(ledgerWorld(store).world, [
          ...versions.map((one) => ({ ...one, afterwards: [] })),
          { ...last, recordVersion: versions.length + 1 },
        ]);
        const entries = chains.get("a1") ?? [];
        expect(entries.reduce((sum, { corporate }) => sum + corporate.minor, 0n)).toBe(0n);
        expect(closingSums(entries)).toEqual({});
      }),
      RUNS,
    );
  });

  test("G5: repetitions and replays post nothing, whatever the order", async () => {
    await fc.assert(
      fc.asyncProperty(shuffled, async ({ versions, order }) => {
        const { store, chains } = memoryLedgerStore(RATES);
        const { world } = ledgerWorld(store);
        await postAll(world, order);
        const outcomes = await postAll(world, versions);
        const last = versions.at(-1) ?? fail();
        const entries = chains.get("a1") ?? [];
        if (!closingRefused(outcomes.at(-1)?.refusals ?? []))
          expect(closingSums(entries)).toEqual(said(last));
        const again = await postAll(world, [...versions, ...order]);
        expect(again.flatMap((one) => one.entries)).toEqual([]);
        expect(findBreak("a1", entries, digest)).toBeUndefined();
      }),
      RUNS,
    );
  });

  test("G5: a crash at any call, before or after it, leaves what the next try goes on with", async () => {
    const crash = fc.record({
      at: fc.integer({ min: 1, max: 12 }),
      when: fc.constantFrom("before" as const, "after" as const),
    });
    await fc.assert(
      fc.asyncProperty(history, fc.array(crash, { maxLength: 6 }), async (versions, crashes) => {
        const calm = memoryLedgerStore(RATES);
        await postAll(ledgerWorld(calm.store).world, versions);
        const rough = memoryLedgerStore(RATES);
        for (const version of versions) {
          for (const one of crashes) {
            const world = ledgerWorld(failingStore(rough.store, one)).world;
            await postOpportunity(world, version).catch(() => undefined);
          }
          await postOpportunity(ledgerWorld(rough.store).world, version);
        }
        const bare = (entries: readonly LedgerEntry[] = []) =>
          entries.map(({ postedAt: _p, previousHash: _b, hash: _h, ...entry }) => entry);
        expect(bare(rough.chains.get("a1"))).toEqual(bare(calm.chains.get("a1")));
        expect(findBreak("a1", rough.chains.get("a1") ?? [], digest)).toBeUndefined();
      }),
      RUNS,
    );
  });

  test("G7: refunds are never more than what is booked when they are posted", async () => {
    await fc.assert(
      fc.asyncProperty(history, async (versions) => {
        const { store, chains } = memoryLedgerStore(RATES);
        await postAll(ledgerWorld(store).world, versions);
        const entries = chains.get("a1") ?? [];
        for (const [index, { kind, amount }] of entries.entries()) {
          if (kind !== "refunded" || amount.minor > 0n) continue;
          const until = entries
            .slice(0, index + 1)
            .filter((one) => one.amount.currency === amount.currency);
          const net = until
            .filter((one) => one.kind !== "renewed")
            .reduce((sum, one) => sum + one.amount.minor, 0n);
          expect(net).toBeGreaterThanOrEqual(0n);
        }
      }),
      RUNS,
    );
  });
});

describe("a chain that somebody touched", { timeout: 60_000 }, () => {
  const MUTATIONS: readonly ((entry: LedgerEntry, text: string) => LedgerEntry)[] = [
    (entry) => ({ ...entry, amount: { ...entry.amount, minor: entry.amount.minor + 1n } }),
    (entry) => ({ ...entry, corporate: { ...entry.corporate, minor: entry.corporate.minor - 1n } }),
    (entry) => ({ ...entry, amount: { ...entry.amount, currency: "GBP" } }),
    (entry) => ({ ...entry, rate: { ...entry.rate, rate: `${entry.rate.rate}0` } }),
    (entry, text) => ({ ...entry, rate: { ...entry.rate, source: `${entry.rate.source}${text}` } }),
    (entry) => ({ ...entry, rate: { ...entry.rate, day: "2020-01-01" } }),
    (entry, text) => ({ ...entry, because: `${entry.because}${text}` }),
    (entry, text) => ({ ...entry, actor: `${text}${entry.actor}` }),
    (entry, text) => ({ ...entry, owner: `${entry.owner ?? ""}${text}` }),
    (entry) => ({ ...entry, effectiveDay: "2020-01-01" }),
    (entry) => ({ ...entry, postedAt: "2020-01-01T00:00:00.000Z" }),
    (entry) => ({ ...entry, recordVersion: entry.recordVersion + 1 }),
    (entry) => ({ ...entry, kind: entry.kind === "renewed" ? "churned" : "renewed" }),
    (entry, text) => ({ ...entry, reference: `${entry.reference ?? ""}${text}` }),
    (entry, text) => ({ ...entry, previousHash: `${entry.previousHash}${text}` }),
    (entry, text) => ({ ...entry, hash: `${text}${entry.hash}` }),
    (entry) => ({ ...entry, sequence: entry.sequence + 1 }),
    (entry, text) => ({ ...entry, opportunityId: `${entry.opportunityId}${text}` }),
  ];
  const touched = fc.record({
    versions: history,
    place: fc.nat(),
    mutate: fc.constantFrom(...MUTATIONS),
    text: fc.string({ minLength: 1, maxLength: 3 }),
  });

  test("G2: one byte changed anywhere is named, by the entry that it is in", async () => {
    await fc.assert(
      fc.asyncProperty(touched, async ({ versions, place, mutate, text }) => {
        const { store, chains } = memoryLedgerStore(RATES);
        await postAll(ledgerWorld(store).world, versions);
        const entries = chains.get("a1") ?? [];
        fc.pre(entries.length > 0);
        const index = place % entries.length;
        const forged = entries.map((entry, at) => (at === index ? mutate(entry, text) : entry));
        expect(findBreak("a1", forged, digest)?.sequence).toBe(index + 1);
      }),
      RUNS,
    );
  });

  test("G2: an entry that is taken out, or put in twice, is missed at its place", async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.nat(), async (versions, place) => {
        const { store, chains } = memoryLedgerStore(RATES);
        await postAll(ledgerWorld(store).world, versions);
        const entries = chains.get("a1") ?? [];
        fc.pre(entries.length > 1);
        const index = place % (entries.length - 1);
        const without = entries.filter((_, at) => at !== index);
        expect(findBreak("a1", without, digest)?.sequence).toBe(index + 1);
        const twice = entries.flatMap((entry, at) => (at === index ? [entry, entry] : [entry]));
        expect(findBreak("a1", twice, digest)?.sequence).toBe(index + 2);
      }),
      RUNS,
    );
  });
});

function fail(): never {
  throw new Error("a history has at least one version");
}
