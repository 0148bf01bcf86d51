import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LedgerEntry } from "../../shared/core/ledger/entry.ts";
import { byPosting } from "../../shared/core/ledger/report.ts";
import { formatMoney } from "../../shared/core/money/money.ts";
import { apiWorld } from "../support/ask-api.ts";
import { NO_ENGINE, openEngine } from "../support/embedded-engine.ts";
import { memoryLedgerStore } from "../support/memory-ledger-store.ts";
import { postLedger } from "../support/posted-ledger.ts";
import { serveApi } from "../support/served-api.ts";

const LONG_MS = 60_000;

let api: Awaited<ReturnType<typeof serveApi>>;
let scene: Awaited<ReturnType<typeof postLedger>>;
let entries: readonly LedgerEntry[];
const out = mkdtempSync(join(tmpdir(), "accord-finance-"));

beforeAll(async () => {
  scene = await postLedger(memoryLedgerStore().store);
  const { ledger } = scene;
  api = await serveApi(apiWorld(NO_TABLES, { ledger }).world);
  const found = await ledger.ledger.postedBetween("2026-01-01", "2027-01-01");
  entries = [...found].sort(byPosting);
}, LONG_MS);

afterAll(async () => {
  await api?.stop();
  rmSync(out, { recursive: true, force: true });
});

/** Exports ask the ledger alone. */
const NO_TABLES = { tables: {} } as Parameters<typeof apiWorld>[0];

async function exported(format: string, ...more: readonly string[]): Promise<string> {
  const folder = mkdtempSync(join(out, "export-"));
  const args = ["revenue", "export", "--format", format, "--out", folder, ...more];
  const { code, err } = await api.accord(args);
  expect([code, err]).toEqual([0, ""]);
  const [file = "", ...others] = readdirSync(folder);
  expect(others).toEqual([]);
  return join(folder, file);
}

/** As decimals of the same length, so that texts compare. */
const amounts = (moneyOf: (entry: LedgerEntry) => LedgerEntry["amount"]) => {
  const sums = new Map<string, bigint>();
  for (const entry of entries) {
    const { currency, minor } = moneyOf(entry);
    sums.set(currency, (sums.get(currency) ?? 0n) + minor);
  }
  return Object.fromEntries(
    [...sums].map(([currency, minor]) => [currency, formatMoney({ minor, currency })]),
  );
};

const trimmed = (decimal: unknown) => String(decimal).replace(/\.?0+$/, "");

describe("the ledger as a file", { timeout: LONG_MS }, () => {
  test("opens right in a spreadsheet: UTF-8 by its mark, quoted, and without a formula", async () => {
    const bytes = readFileSync(await exported("csv"));
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const text = bytes.toString("utf8").slice(1);
    const rows: Record<string, string>[] = parse(text, {
      columns: true,
      record_delimiter: "\r\n",
      relax_column_count: false,
    });
    expect(rows).toHaveLength(entries.length);
    for (const [
      index,
      { opportunityId, amount, corporate, because, postedAt },
    ] of entries.entries())
      expect(rows[index]).toMatchObject({
        opportunity: opportunityId,
        amount: formatMoney(amount),
        corporate_amount: formatMoney(corporate),
        because,
        posted_at: postedAt.replace("T", " ").replace("Z", ""),
      });
    const owners = new Set(rows.map(({ owner }) => owner));
    expect(owners).toEqual(new Set([`'=HYPERLINK("http://x.example")`, "Žižková, Ann"]));
  });

  test.skipIf(NO_ENGINE)(
    "its days, moments, counts and amounts are read as such by whoever guesses types",
    async () => {
      const file = await exported("csv");
      const engine = await openEngine();
      const types = await engine.ask(
        `select column_name, column_type from (describe select * from read_csv('${file}'))`,
      );
      engine.stop();
      expect(Object.fromEntries(types)).toMatchObject({
        effective_day: "DATE",
        posted_at: "TIMESTAMP",
        sequence: "BIGINT",
        amount: "DOUBLE",
        corporate_amount: "DOUBLE",
        currency: "VARCHAR",
        rate_day: "DATE",
      });
    },
  );

  test.skipIf(NO_ENGINE)("is Parquet with exact decimals, days and moments", async () => {
    const file = await exported("parquet");
    const engine = await openEngine();
    const types = await engine.ask(
      `select column_name, column_type from (describe select * from '${file}')`,
    );
    expect(Object.fromEntries(types)).toMatchObject({
      amount: "DECIMAL(38,4)",
      corporate_amount: "DECIMAL(38,4)",
      effective_day: "DATE",
      posted_at: expect.stringMatching(/^TIMESTAMP/),
      sequence: "BIGINT",
      rate: "VARCHAR",
    });
    const sums = await engine.ask(
      `select currency, sum(amount)::varchar as total from '${file}' group by 1 order by 1`,
    );
    expect(Object.fromEntries(sums.map(([currency, total]) => [currency, trimmed(total)]))).toEqual(
      Object.fromEntries(
        Object.entries(amounts(({ amount }) => amount))
          .sort()
          .map(([currency, total]) => [currency, trimmed(total)]),
      ),
    );
    // By the statistics of the file whole parts are passed over: they must not lie of what is below zero.
    const [[below] = []] = await engine.ask(`select count(*) from '${file}' where amount < 0`);
    expect(Number(below)).toBe(entries.filter(({ amount }) => amount.minor < 0n).length);
    const [first] = await engine.ask(
      `select epoch_ms(posted_at), effective_day, because from '${file}' limit 1`,
    );
    expect(first).toEqual([
      String(Date.parse(entries[0]?.postedAt ?? "")),
      entries[0]?.effectiveDay,
      entries[0]?.because,
    ]);
    engine.stop();
  });

  test("is a line of JSON for each entry, with every amount as text", async () => {
    const lines = readFileSync(await exported("ndjson"), "utf8")
      .trimEnd()
      .split("\n");
    expect(lines.map((line) => JSON.parse(line))).toMatchObject(
      entries.map(({ hash, amount, reference }) => ({
        hash,
        amount: formatMoney(amount),
        currency: amount.currency,
        reference: reference ?? null,
      })),
    );
  });

  test("holds what counts on the days that are asked for", async () => {
    const file = await exported("ndjson", "--from", "2026-10-12", "--to", "2026-10-13");
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    const wanted = entries.filter(({ effectiveDay }) => effectiveDay === "2026-10-12");
    expect(lines.map((line) => JSON.parse(line).hash)).toEqual(wanted.map(({ hash }) => hash));
  });

  test("says in whose report each entry is: by it, files add up to what was closed", async () => {
    const lines = readFileSync(await exported("ndjson"), "utf8")
      .trimEnd()
      .split("\n");
    const rows = lines.map((line) => JSON.parse(line));
    const restated = rows.filter((row) => row.reported_in !== row.effective_day.slice(0, 7));
    // Three lost and one moved of September, told in October; one amended of October, told in November.
    expect(restated.map((row) => `${row.kind} ${row.effective_day} ${row.reported_in}`)).toEqual([
      "reversed 2026-09-10 2026-10",
      "reversed 2026-09-10 2026-10",
      "reversed 2026-09-10 2026-10",
      "amended 2026-09-10 2026-10",
      "amended 2026-10-12 2026-11",
    ]);
    const report = parse(readFileSync(await exported("csv", "--what", "report")), {
      columns: true,
      bom: true,
    }) as { period: string; sums_in: string; currency: string; closed_won: string }[];
    expect(new Set(report.map(({ period }) => period))).toEqual(new Set(["2026-09", "2026-10"]));
    for (const { period, sums_in, currency, closed_won } of report) {
      if (sums_in !== "deal") continue;
      const mine = rows.filter(
        (row) =>
          row.reported_in === period &&
          row.effective_day.startsWith(period) &&
          row.currency === currency,
      );
      const sum = mine.reduce((all, row) => all + BigInt(row.amount.replace(".", "")), 0n);
      expect(sum).toBe(BigInt(closed_won.replace(".", "")));
    }
  });

  test.each([
    ["a format that is none", ["--format", "xls", "--out", out], 2, /csv, parquet, ndjson/],
    ["no day", ["--from", "October", "--out", out], 1, /expected a day such as 2026-01-31/],
    ["no folder", [], 2, /--out/],
  ])("is refused in one line by %s", async (_what, args, code, reason) => {
    const said = await api.accord(["revenue", "export", ...args]);
    expect([said.code, said.err]).toEqual([code, expect.stringMatching(reason)]);
    expect(said.err.trim().split("\n")).toHaveLength(1);
  });
});
