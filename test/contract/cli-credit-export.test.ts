import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attribution } from "../../shared/config/attribution.ts";
import { postOpportunity } from "../../shared/revenue/post-opportunity.ts";
import { reattribute, workOffCredits } from "../../shared/revenue/reattribute.ts";
import { type RevenueReport, revenueBy } from "../../shared/revenue/revenue-report.ts";
import { CREDIT_COLUMNS } from "../../shared/tabular/credit-columns.ts";
import { apiWorld } from "../support/ask-api.ts";
import { creditLedger } from "../support/credited-ledger.ts";
import { NO_ENGINE, openEngine } from "../support/embedded-engine.ts";
import { won } from "../support/ledger-scene.ts";
import { memoryLedgerStore } from "../support/memory-ledger-store.ts";
import { postLedger } from "../support/posted-ledger.ts";
import { serveApi } from "../support/served-api.ts";

const LONG_MS = 60_000;

/** Exports ask the ledger and its credits alone. */
const NO_TABLES = { tables: {} } as Parameters<typeof apiWorld>[0];

const out = mkdtempSync(join(tmpdir(), "accord-credits-"));
const stops: (() => Promise<void>)[] = [];

async function opened() {
  const scene = await postLedger(memoryLedgerStore().store);
  const credited = await creditLedger(scene);
  const { world } = apiWorld(NO_TABLES, { ledger: scene.ledger, crediting: credited.world });
  const api = await serveApi(world);
  stops.push(api.stop);
  const exported = async (...args: readonly string[]) => {
    const folder = mkdtempSync(join(out, "export-"));
    const { code, err } = await api.accord(["revenue", "export", ...args, "--out", folder]);
    expect([code, err]).toEqual([0, ""]);
    const [file = "", ...others] = readdirSync(folder);
    expect(others).toEqual([]);
    return join(folder, file);
  };
  const report = async (more: Partial<Parameters<typeof revenueBy>[1]> = {}) => {
    const said = await revenueBy(credited.world, { model: "first", by: "source", ...more });
    if ("refused" in said) throw new Error(said.reason);
    return said;
  };
  return { ...scene, ...credited, api, exported, report };
}

let scene: Awaited<ReturnType<typeof opened>>;

beforeAll(async () => {
  scene = await opened();
}, LONG_MS);

afterAll(async () => {
  for (const stop of stops) await stop();
  rmSync(out, { recursive: true, force: true });
});

type Told = Readonly<Record<string, string | null>>;

const told = (file: string): Told[] =>
  readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

const trimmed = (decimal: unknown) => String(decimal).replace(/\.0+$|(\.\d*?)0+$/, "$1");

const CREDITS = ["--what", "credits"];

/** Lines of the report that came to something, with their exact revenue. */
const linesOf = ({ lines }: RevenueReport) =>
  lines
    .map(({ currency, label, revenue }) => [currency, label, trimmed(revenue)])
    .filter(([, , revenue]) => revenue !== "0")
    .sort();

const BY_SOURCE = `select currency, coalesce(source, '(unattributed)') as label, sum(amount)::varchar as total
  from 'FILE' group by all having sum(amount) <> 0 order by all`;

const MODELS = attribution.models
  .filter(({ definition }) => !("gate" in definition))
  .map(({ name }) => name);

describe("credits as a file", { timeout: LONG_MS }, () => {
  test.skipIf(NO_ENGINE).each(MODELS)(
    "add up to the report of %s, line by line, to the last minor unit, and to every entry",
    async (model) => {
      const file = await scene.exported(...CREDITS, "--format", "parquet", "--model", model);
      const entries = await scene.exported("--format", "parquet");
      const engine = await openEngine();
      const sums = await engine.ask(BY_SOURCE.replace("FILE", file));
      const corporate = await engine.ask(
        `select currency, sum(corporate_amount)::varchar from '${file}' group by 1 order by 1`,
      );
      const differing = await engine.ask(
        `select * from '${entries}' e full join
         (select opportunity, sequence, entry_hash, sum(amount) amount, sum(corporate_amount) corporate_amount,
            any_value(reported_in) reported_in, any_value(effective_day) effective_day
          from '${file}' group by all) c
         on e.opportunity = c.opportunity and e.sequence = c.sequence and e.hash = c.entry_hash
         where e.amount is distinct from c.amount or e.corporate_amount is distinct from c.corporate_amount
           or e.reported_in <> c.reported_in or e.effective_day <> c.effective_day`,
      );
      engine.stop();
      const report = await scene.report({ model });
      expect(sums.map(([currency, label, total]) => [currency, label, trimmed(total)])).toEqual(
        linesOf(report),
      );
      expect(sums.length).toBeGreaterThan(4);
      expect(corporate.map(([currency, total]) => [currency, trimmed(total)])).toEqual(
        report.totals.map((one) => [one.currency, trimmed(one.corporate)]),
      );
      expect(differing).toEqual([]);
    },
  );

  test("tell of each touch what it is, and of what nobody earned that it is nobody's", async () => {
    const rows = told(await scene.exported(...CREDITS, "--format", "ndjson", "--model", "linear"));
    const { modelVersion } = await scene.report({ model: "linear" });
    const [row] = [...scene.rows.values()].filter(
      ({ model, credits }) => model === "linear" && credits.length > 3,
    );
    const mine = rows.filter(({ opportunity }) => opportunity === row?.opportunityId);
    expect(
      mine.slice(0, row?.credits.length).map((one) => [one["touched_at"], one["source"]]),
    ).toEqual(row?.credits.map(({ at, source }) => [at, source]));
    expect(mine[1]).toMatchObject({
      ...{ model: "linear", version: modelVersion, kind: "booked", sequence: "1", step: "1" },
      ...{
        entry_hash: row?.entryHash,
        owner: row?.owner,
        dimensions: expect.stringMatching(/^{".*}$/),
      },
      ...{ part: "touch", person: "ann", touch_kind: "latest-source", touch_system: "hubspot" },
      ...{ touch_object: "contacts", touch_record: "1", source: "SOCIAL" },
      ...{ detail: 'SOCIAL "x"; Žižková', campaign_id: "id-Spring", campaign: "Spring" },
    });
    expect(mine[row?.credits.length ?? 0]).toMatchObject({
      ...{ part: "unattributed", person: null, touch: null, touched_at: null, source: null },
    });
    expect(Object.keys(rows[0] ?? {})).toEqual(CREDIT_COLUMNS.map(({ name }) => name));
    expect(rows.some((one) => one["part"] === "unattributed" && one["amount"] !== "0.00")).toBe(
      true,
    );
  });

  test("open right in a spreadsheet: no cell is a formula", async () => {
    const bytes = readFileSync(
      await scene.exported(...CREDITS, "--format", "csv", "--model", "last"),
    );
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const rows: Record<string, string>[] = parse(bytes, {
      ...{ columns: true, bom: true, record_delimiter: "\r\n", relax_column_count: false },
    });
    const wanted = [...scene.rows.values()].filter(({ model }) => model === "last");
    expect(rows).toHaveLength(wanted.reduce((sum, { credits }) => sum + credits.length + 1, 0));
    expect(rows.filter(({ campaign }) => campaign === "=1+1")).toEqual([]);
  });

  test("hold what counts on the days that are asked for, as the report of these days does", async () => {
    const days = { from: "2026-10-12", to: "2026-10-13" };
    const args = ["--format", "ndjson", "--from", days.from, "--to", days.to];
    const rows = told(await scene.exported(...CREDITS, ...args));
    expect(new Set(rows.map((row) => row["effective_day"]))).toEqual(new Set(["2026-10-12"]));
    const sums = new Map<string, bigint>();
    for (const { currency, amount } of rows)
      sums.set(
        currency ?? "",
        (sums.get(currency ?? "") ?? 0n) + BigInt(amount?.replace(".", "") ?? ""),
      );
    const { totals } = await scene.report(days);
    expect(Object.fromEntries(sums)).toEqual(
      Object.fromEntries(
        totals.map(({ currency, revenue }) => [currency, BigInt(revenue.replace(".", ""))]),
      ),
    );
  });

  test("of a version that is replaced, end where another came into force; of one being made, are refused", async () => {
    const own = await opened();
    const { world, messages } = own;
    const { modelVersion: old } = await own.report();
    const declared = {
      ...attribution,
      models: [
        ...attribution.models,
        { name: "first", definition: { kind: "positions", weights: { others: "1" } } } as const,
      ],
    };
    const changed = { ...world, attribution: declared };
    const asked = { model: "first", run: "run-1", by: "marta", because: "the new year" };
    const begun = await reattribute(changed, asked);
    const made = "version" in begun ? begun.version : undefined;
    own.clock.ms += 2 * LONG_MS;
    const early = await own.api.accord([
      ...["revenue", "export", "--out", out, ...CREDITS, "--model", `first@${made}`],
    ]);
    expect([early.code, early.err]).toEqual([1, expect.stringMatching(/does not credit all/)]);
    const before = told(await own.exported(...CREDITS, "--format", "ndjson"));
    expect(new Set(before.map(({ version }) => version))).toEqual(new Set([old]));
    for (let next = messages.shift(); next; next = messages.shift())
      await workOffCredits(changed, next);
    own.clock.ms += 2 * LONG_MS;
    const after = told(await own.exported(...CREDITS, "--format", "ndjson"));
    expect(new Set(after.map(({ version }) => version))).toEqual(new Set([made]));
    const args = ["--format", "ndjson", "--model", `first@${old}`];
    expect(told(await own.exported(...CREDITS, ...args))).toEqual(before);
  });

  test("hold nothing of what is not all credited yet", async () => {
    const own = await opened();
    const file = ["--format", "ndjson"];
    const before = told(await own.exported(...CREDITS, ...file));
    const late = { minor: 1n, currency: "USD" };
    await postOpportunity(
      own.ledger,
      won({ opportunityId: "e-late", closedOn: "2026-11-03", amount: late }),
    );
    own.clock.ms += 2 * LONG_MS;
    const args = ["revenue", "export", ...CREDITS, ...file, "--out", out];
    const { code, err } = await own.api.accord(args);
    expect([code, err.trim().split("\n").length]).toEqual([1, 1]);
    expect(err).toMatch(/is not credited yet: ask again in a minute/);
    // The sums of the hours before credit what they lack.
    own.clock.ms += 60 * LONG_MS;
    await workOffCredits(own.world, { step: "ledger-sums", attempt: 0 });
    const { messages } = own;
    for (let next = messages.shift(); next; next = messages.shift())
      await workOffCredits(own.world, next);
    const after = told(await own.exported(...CREDITS, ...file));
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.slice(before.length)).toMatchObject([
      { opportunity: "e-late", part: "unattributed", amount: "0.01" },
    ]);
    await postOpportunity(
      own.ledger,
      won({ opportunityId: "f-late", closedOn: "2026-11-03", amount: late }),
    );
    own.clock.ms += 2 * LONG_MS;
    expect(told(await own.exported(...CREDITS, ...file))).toEqual(after);
  });

  test.each([
    [
      "a model that is none",
      [...CREDITS, "--model", "best"],
      1,
      /there is no model 'best'; there is: first/,
    ],
    ["a model of entries", ["--model", "first"], 2, /entries are of no model: leave out --model/],
    ["a model that has not learnt", [...CREDITS, "--model", "shapley"], 1, /says nothing yet/],
  ])("are refused in one line by %s", async (_what, args, code, reason) => {
    const said = await scene.api.accord(["revenue", "export", ...args, "--out", out]);
    expect([said.code, said.err]).toEqual([code, expect.stringMatching(reason)]);
    expect(said.err.trim().split("\n")).toHaveLength(1);
  });
});
