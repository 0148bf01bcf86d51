/**
 * How fast entries are posted and credited, and how fast a report over a million opportunities is answered
 * from the tables. The million is credited and summed by the very code that does it in the functions; its
 * sums, hour by hour, are put by the store's own write path into the embedded DynamoDB, which would take
 * hours for the million rows themselves, and rolled up there into days and months.
 */
import type { Credit, CreditRow } from "../../shared/core/attribution/credit-row.ts";
import { addRow, type Lines, sortedLines } from "../../shared/core/attribution/lines.ts";
import type { ModelVersion } from "../../shared/core/attribution/version.ts";
import { dynamoCreditWorld } from "../../shared/dynamodb/credit-world.ts";
import { dynamoLedgerWorld } from "../../shared/dynamodb/ledger-world.ts";
import { dynamoRecordStore } from "../../shared/dynamodb/record-store.ts";
import { creditingNow, creditOpportunity } from "../../shared/revenue/credit-opportunity.ts";
import { postOpportunity } from "../../shared/revenue/post-opportunity.ts";
import { revenueBy } from "../../shared/revenue/revenue-report.ts";
import { sealNext, summedDimensions } from "../../shared/revenue/seal-blocks.ts";
import { newRecord } from "../../shared/sync/record.ts";
import { openDynamoTables } from "../support/dynamo-tables.ts";
import { sourceTouch } from "../support/journey-builders.ts";
import { RATES, won } from "../support/ledger-scene.ts";
import { percentile, report } from "./report.ts";

const OPPORTUNITIES = 1_000_000;
const MONTHS = ["01", "02", "03", "04", "05", "06", "07", "08", "09", "10"];
const DAYS = 20;
const HOURS = 8;
const POSTED = 100;
const ASKED = 30;
const LIMIT_MS = 1000;

let seed = 42;
/** A linear congruential generator: the same company each time. Source: Numerical Recipes, chapter 7. */
function draw(below: number): number {
  seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32;
  return seed % below;
}

const two = (number: number) => String(number).padStart(2, "0");
const WON = { before: false, after: true };
const CURRENCIES = ["EUR", "USD", "GBP"] as const;

function creditOf(minor: bigint): Credit {
  const campaign = `Campaign ${draw(400)}`;
  return {
    ...{ personId: "p", touchId: "t", at: "2026-01-01T08:00:00.000Z", kind: "latest-source" },
    ...{ system: "hubspot", object: "contacts", recordId: "1", source: `SOURCE_${draw(20)}` },
    ...{ detail: null, content: null, campaignId: campaign, campaign },
    ...{ minor, corporate: minor, won: WON },
  };
}

function rowIn(version: ModelVersion, day: string, hour: string): CreditRow {
  const minor = BigInt(draw(10 ** 7));
  const currency = CURRENCIES[draw(3)] ?? "EUR";
  const third = minor / 3n;
  return {
    ...{ model: version.model, version: version.version, opportunityId: "o", step: 1 },
    ...{ at: `${hour}:30:00.000Z`, kind: "booked", sequence: 1, entryHash: "h", effectiveDay: day },
    ...{ owner: `owner-${draw(50)}`, dimensions: { segment: `s${draw(5)}` }, won: WON },
    ...{ amount: { minor, currency }, corporate: { minor, currency: "USD" } },
    credits: [creditOf(third), creditOf(third), creditOf(minor - 2n * third)],
    unattributed: { minor: 0n, corporate: 0n, won: { before: false, after: false } },
  };
}

const dynamo = await openDynamoTables();
const world = dynamoCreditWorld(dynamo.db, dynamo.tables);

async function measurePosting(): Promise<void> {
  const records = dynamoRecordStore(dynamo.db, dynamo.tables);
  const ledger = dynamoLedgerWorld(dynamo.db, dynamo.tables.ledger);
  for (const rate of RATES) await ledger.ledger.keepRate(rate);
  const now = new Date().toISOString();
  const ids = Array.from({ length: POSTED }, () => crypto.randomUUID());
  for (const id of ids) {
    const person = newRecord({ id: `p-${id}`, kind: "person" }, { now, mappingVersion: "1" });
    const deal = newRecord({ id, kind: "opportunity" }, { now, mappingVersion: "1" });
    await records.save(person);
    await records.save({ ...deal, persons: [person.id] });
    const days = [1, 2, 3].map((day) => `2026-02-0${day}T08:00:00.000Z`);
    await records.keepTouches(
      person.id,
      days.map((at) => sourceTouch(at, "PAID_SEARCH")),
    );
  }
  await creditingNow(world);
  const startedMs = performance.now();
  for (const opportunityId of ids) await postOpportunity(ledger, won({ opportunityId }));
  const postedMs = performance.now();
  for (const id of ids) await creditOpportunity(world, id);
  const endedMs = performance.now();
  const rate = (ms: number) => `${((POSTED / ms) * 1000).toFixed(0)}/s`;
  const { versions } = await world.credits.versions();
  console.log(`one after the other, in the embedded DynamoDB, of ${POSTED} opportunities:`);
  console.log("  entries posted".padEnd(44), rate(postedMs - startedMs));
  console.log(`  credited by ${versions.length} models`.padEnd(44), rate(endedMs - postedMs));
}

/** Sums a million opportunities hour by hour, and puts the sums. */
async function loadSums(version: ModelVersion): Promise<void> {
  const dimensions = summedDimensions(world.dimensions);
  const perHour = OPPORTUNITIES / (MONTHS.length * DAYS * HOURS);
  let summingMs = 0;
  let puttingMs = 0;
  for (const month of MONTHS)
    for (let day = 1; day <= DAYS; day += 1)
      for (let hour = 8; hour < 8 + HOURS; hour += 1) {
        const closedOn = `2026-${month}-${two(day)}`;
        const start = `${closedOn}T${two(hour)}`;
        const rows = Array.from({ length: perHour }, () => rowIn(version, closedOn, start));
        const startedMs = performance.now();
        const blocks = dimensions.map((dimension) => {
          const lines: Lines = new Map();
          for (const row of rows) addRow(lines, row, dimension);
          return { dimension, level: "hour", start, lines: sortedLines(lines, dimension) } as const;
        });
        const summedMs = performance.now();
        await world.blocks.keepBlocks(version, blocks);
        summingMs += summedMs - startedMs;
        puttingMs += performance.now() - summedMs;
      }
  const rate = ((OPPORTUNITIES / summingMs) * 1000).toFixed(0);
  console.log(
    `\n${OPPORTUNITIES} opportunities with 3 touches, by ${dimensions.length} dimensions:`,
  );
  console.log("  summed".padEnd(44), `${rate} rows/s`);
  console.log("  hours put".padEnd(44), `${(puttingMs / 1000).toFixed(1)} s`);
  const startedMs = performance.now();
  while (await sealNext(world, version));
  const rolledMs = performance.now() - startedMs;
  console.log("  rolled up to days and months".padEnd(44), `${(rolledMs / 1000).toFixed(1)} s`);
}

const QUESTIONS = [
  ["by source", { by: "source" }],
  ["by campaign", { by: "campaign" }],
  ["by owner, a quarter", { by: "owner", from: "2026-04-01", to: "2026-07-01" }],
  ["by month", { by: "month" }],
  ["by source, as of a moment", { by: "source", asOf: "2026-07-15T12:34:56.000Z" }],
] as const;

async function measureReports(): Promise<void> {
  console.log(`\na report over them, ${ASKED} times each, 95th percentile:`);
  for (const [what, asked] of QUESTIONS) {
    const times: number[] = [];
    let opportunities = 0;
    for (let time = 0; time < ASKED; time += 1) {
      const startedMs = performance.now();
      const answer = await revenueBy(world, { model: "linear", ...asked });
      times.push(performance.now() - startedMs);
      if ("refused" in answer) throw new Error(answer.reason);
      opportunities = answer.totals.reduce((sum, one) => sum + one.opportunities, 0);
    }
    const ms = percentile(times, 0.95);
    const limit = `${LIMIT_MS} ms`;
    report([[`  ${what}, ${opportunities} won`, `${ms.toFixed(0)} ms`, limit, ms <= LIMIT_MS]]);
  }
}

const linear = (await creditingNow(world)).find(({ model }) => model === "linear");
if (!linear) throw new Error("there is no linear model");
await loadSums(linear);
await measureReports();
await measurePosting();
await dynamo.stop();
