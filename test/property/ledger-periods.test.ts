import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Attribution } from "../../shared/core/attribution/model.ts";
import { isDay, monthAfter, monthsOf } from "../../shared/core/ledger/calendar.ts";
import { checkEvidence } from "../../shared/core/ledger/check-evidence.ts";
import { CLOSING_KINDS } from "../../shared/core/ledger/entry.ts";
import { entryText, parseEntryText } from "../../shared/core/ledger/entry-text.ts";
import { closePeriod } from "../../shared/revenue/close-period.ts";
import { creditOpportunity } from "../../shared/revenue/credit-opportunity.ts";
import {
  chainsBehind,
  creditsBehind,
  type EvidenceWorld,
  evidenceOf,
} from "../../shared/revenue/evidence.ts";
import { periodReport, restatementsBetween } from "../../shared/revenue/period-report.ts";
import { postOpportunity } from "../../shared/revenue/post-opportunity.ts";
import { verifyCloses } from "../../shared/revenue/verify-ledger.ts";
import { sourceTouch } from "../support/journey-builders.ts";
import { digest, ledgerWorld, RATES, won } from "../support/ledger-scene.ts";
import { memoryBlockStore, memoryCreditStore } from "../support/memory-credit-store.ts";
import { memoryLedgerStore } from "../support/memory-ledger-store.ts";
import {
  coveredPerson,
  memoryRevenueStore,
  wonOpportunity,
} from "../support/memory-revenue-store.ts";

const DAY_MS = 86_400_000;
const START_MS = Date.parse("2026-04-01T00:00:00.000Z");

/** What happens in some months: deals change, months are closed, somebody asks for a report. */
const step = fc.record({
  what: fc.constantFrom("deal", "deal", "deal", "close", "ask" as const),
  days: fc.integer({ min: 0, max: 20 }),
  deal: fc.constantFrom("a1", "b2", "c3"),
  isWon: fc.constantFrom(true, true, true, false),
  minor: fc.bigInt({ min: 0n, max: 10n ** 9n }),
  currency: fc.constantFrom("EUR", "USD"),
  closedOn: fc.constantFrom("2026-03-15", "2026-04-10", "2026-05-20", "2026-06-05"),
});

type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

interface Asked {
  readonly period: string;
  readonly at: string;
  readonly report: string;
}

const JOURNEYS = memoryRevenueStore(
  [[wonOpportunity("a1", null, ["ann"]), wonOpportunity("b2", null, [])]],
  [
    coveredPerson(
      "ann",
      ["A", "B", "C"].map((one) => sourceTouch("2026-03-01T00:00:00.000Z", one)),
    ),
  ],
);

const ATTRIBUTION: Attribution = {
  journey: { persons: "roles", windowDays: null, dedupeMinutes: 0 },
  models: [
    { name: "linear", definition: { kind: "positions", weights: { others: "1" } } },
    { name: "u", definition: { kind: "positions", weights: { first: "0.7", closed: "0.3" } } },
  ],
};

/** Lives through the steps, and notes what reports said when they were asked for. */
async function live(steps: readonly Step[]) {
  const { store, chains } = memoryLedgerStore(RATES);
  const { world: ledger, clock } = ledgerWorld(store, START_MS);
  const { store: credits } = memoryCreditStore();
  const world: EvidenceWorld = { ...ledger, credits, blocks: memoryBlockStore() };
  const crediting = { ledger: store, credits, journeys: JOURNEYS, attribution: ATTRIBUTION };
  const versions = new Map<string, number>();
  const asked: Asked[] = [];
  let next = "2026-03";
  for (const one of steps) {
    clock.ms += one.days * DAY_MS + 120_000;
    if (one.what === "deal") {
      const recordVersion = (versions.get(one.deal) ?? 0) + 1;
      versions.set(one.deal, recordVersion);
      const { minor, currency } = one;
      const amount = { minor, currency };
      const facts = { opportunityId: one.deal, recordVersion, won: one.isWon, amount };
      await postOpportunity(world, won({ ...facts, closedOn: one.closedOn }));
      const isPosted = (chains.get(one.deal) ?? []).length > 0;
      if (isPosted) await creditOpportunity({ ...crediting, now: world.now }, one.deal);
    } else if (one.what === "close") {
      const closed = await closePeriod(world, { period: next, by: "finn", because: "the books" });
      if (!("refused" in closed)) next = monthAfter(next);
    } else
      for (const period of monthsOf("2026-Q2") ?? []) {
        const at = new Date(clock.ms - 60_000).toISOString();
        const made = await periodReport(world, { period, asOf: at });
        if (!("refused" in made)) asked.push({ period, at, report: made.report });
      }
  }
  clock.ms += 120_000;
  return { world, clock, chains, asked, entries: () => [...chains.values()].flat() };
}

/** The files of an evidence pack, as the command puts them together. */
async function packed(world: EvidenceWorld, period: string): Promise<Map<string, string>> {
  const told = await evidenceOf(world, period);
  if ("refused" in told) throw new Error(told.reason);
  const { asOf } = told;
  const files = new Map(Object.entries(told.files));
  const chains = (after: string | undefined) => chainsBehind(world, { period, asOf, after });
  files.set("entries.ndjson", await wholeText(chains));
  for (const { model, file } of told.credits) {
    const credits = (after: string | undefined) =>
      creditsBehind(world, { period, asOf, after, model });
    files.set(file, await wholeText(credits));
  }
  return files;
}

async function wholeText(
  pageAfter: (after: string | undefined) => ReturnType<typeof chainsBehind>,
) {
  const lines: string[] = [];
  let after: string | undefined;
  do {
    const page = await pageAfter(after);
    if ("refused" in page) throw new Error(page.reason);
    lines.push(...page.lines.map((line) => `${line}\n`));
    after = page.next;
  } while (after !== undefined);
  return lines.join("");
}

const RUNS = { numRuns: 500 };
const story = fc.array(step, { minLength: 1, maxLength: 25 });

describe("months", { timeout: 60_000 }, () => {
  test("G10: whatever comes later, a report as of a moment is byte for byte what it was", async () => {
    await fc.assert(
      fc.asyncProperty(story, async (steps) => {
        const { world, asked } = await live(steps);
        for (const { period, at, report } of asked)
          expect(await periodReport(world, { period, asOf: at })).toMatchObject({
            report,
            reportHash: digest(report),
          });
        expect(await verifyCloses(world)).toEqual([]);
      }),
      RUNS,
    );
  });

  test("G10: a closed month's own sums and all later restatements of it are what it says now", async () => {
    await fc.assert(
      fc.asyncProperty(story, async (steps) => {
        const { world, entries } = await live(steps);
        const closes = await world.ledger.closes();
        const shown = closes.map(({ report }) => JSON.parse(report));
        const last = closes.at(-1);
        if (last) {
          const open = await periodReport(world, {
            period: monthAfter(last.period),
            asOf: undefined,
          });
          if ("report" in open) shown.push(JSON.parse(open.report));
        }
        for (const { period } of closes) {
          const own = shown.find((one) => one.period === period);
          const restated = shown
            .flatMap((one) => one.restatements)
            .filter((one) => one.effectiveDay.startsWith(period) && CLOSING_KINDS.has(one.kind));
          for (const currency of ["EUR", "USD"]) {
            const said = cents(
              own.lines.find((line: Line) => line.currency === currency)?.closedWon,
            );
            const later = restated
              .filter((one) => one.currency === currency)
              .reduce((sum, { amount }) => sum + cents(amount), 0n);
            const now = entries()
              .filter(
                (one) => one.effectiveDay.startsWith(period) && one.amount.currency === currency,
              )
              .reduce((sum, { amount }) => sum + amount.minor, 0n);
            expect(said + later).toBe(now);
          }
        }
      }),
      RUNS,
    );
  });

  test("G13: every closed month's evidence holds, and one cent more on any entry does not", async () => {
    await fc.assert(
      fc.asyncProperty(story, fc.nat(), async (steps, any) => {
        const { world } = await live(steps);
        for (const { period } of await world.ledger.closes()) {
          const files = await packed(world, period);
          expect(checkEvidence(files, digest).faults).toEqual([]);
          const lines = (files.get("entries.ndjson") ?? "").split("\n").slice(0, -1);
          if (lines.length === 0) continue;
          const at = any % lines.length;
          const entry = parseEntryText(lines[at] ?? "");
          if (!entry) throw new Error("an entry is not read as it was written");
          const { minor, currency } = entry.amount;
          lines[at] = entryText({ ...entry, amount: { minor: minor + 1n, currency } });
          files.set("entries.ndjson", `${lines.join("\n")}\n`);
          const [first] = checkEvidence(files, digest).faults;
          expect(first?.says).toMatch(
            `entry ${entry.sequence} of opportunity ${entry.opportunityId}: its content is not`,
          );
        }
      }),
      { numRuns: 200 },
    );
  });

  test("G11: the entries between two moments add up to the difference of each month", async () => {
    await fc.assert(
      fc.asyncProperty(story, fc.nat(200), fc.nat(200), async (steps, one, other) => {
        const { world, clock, entries } = await live(steps);
        const days = [one, other].map((after) => START_MS + after * DAY_MS).sort((a, b) => a - b);
        const [from = 0, to = 0] = days.map((ms) => Math.min(ms, clock.ms - 61_000));
        fc.pre(from < to);
        const between = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
        const told = await restatementsBetween(world, between);
        if ("refused" in told) throw new Error(told.reason);
        for (const { month, currency, before, after, difference } of told.months) {
          const mine = told.entries.filter((e) => e.month === month && e.currency === currency);
          const sum = mine.reduce((all, { amount }) => all + cents(amount), 0n);
          expect(cents(after) - cents(before)).toBe(sum);
          expect(cents(difference)).toBe(sum);
        }
        const posted = entries().filter(
          (e) => e.postedAt > between.from && e.postedAt <= between.to,
        );
        expect(told.entries).toHaveLength(posted.length);
      }),
      RUNS,
    );
  });
});

interface Line {
  readonly currency: string;
}

function cents(decimal: string | undefined): bigint {
  return BigInt((decimal ?? "0.00").replace(".", ""));
}

test("G6: a day is a day of the calendar, with its year", () => {
  fc.assert(
    fc.property(fc.date({ min: new Date("0001-01-01"), noInvalidDate: true }), (date) => {
      const day = date.toISOString().slice(0, 10);
      fc.pre(/^\d{4}-/.test(day));
      expect(isDay(day)).toBe(true);
    }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9999 }), fc.nat(20), fc.nat(40), (year, month, day) => {
      const pad = (number: number, digits: number) => String(number).padStart(digits, "0");
      const text = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
      const time = Date.parse(`${text}T00:00:00Z`);
      const isReal = !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
      expect(isDay(text)).toBe(isReal);
    }),
  );
});
