import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { attribution } from "../../shared/config/attribution.ts";
import type { Attribution } from "../../shared/core/attribution/model.ts";
import { postOpportunity } from "../../shared/revenue/post-opportunity.ts";
import { reattribute, workOffCredits } from "../../shared/revenue/reattribute.ts";
import { revenueBy } from "../../shared/revenue/revenue-report.ts";
import { creditSource } from "../../shared/warehouse/credit-source.ts";
import type { WarehouseWorld } from "../../shared/warehouse/ports.ts";
import { writeWarehouse } from "../../shared/warehouse/write-warehouse.ts";
import { creditLedger } from "../support/credited-ledger.ts";
import { askOfFiles, NO_ENGINE } from "../support/embedded-engine.ts";
import { won } from "../support/ledger-scene.ts";
import { memoryFileStore } from "../support/memory-file-store.ts";
import { memoryLedgerStore } from "../support/memory-ledger-store.ts";
import { postLedger } from "../support/posted-ledger.ts";

const ALL_THE_TIME = () => 900_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const digest = (content: Uint8Array) => createHash("sha256").update(content).digest("hex");

const work = mkdtempSync(join(tmpdir(), "accord-credits-"));

afterAll(() => rmSync(work, { recursive: true, force: true }));

let scene: Awaited<ReturnType<typeof postLedger>>;
let credited: Awaited<ReturnType<typeof creditLedger>>;
let files: ReturnType<typeof memoryFileStore>;
let world: WarehouseWorld;

beforeEach(async () => {
  scene = await postLedger(memoryLedgerStore().store);
  credited = await creditLedger(scene);
  scene.clock.ms += 2 * MINUTE_MS;
  files = memoryFileStore();
  world = {
    files: files.store,
    sources: [creditSource(credited.world)],
    digest,
    now: scene.ledger.now,
  };
});

const asked = (sql: string) =>
  askOfFiles(files.files, {
    work,
    table: { name: "credits", files: "v1/credits/*/*/*.parquet" },
    sql,
  });

const plain = (decimal: string) => decimal.replace(/\.0+$|(\.\d*?)0+$/, "$1");

async function report(model: string) {
  const said = await revenueBy(credited.world, { model, by: "source" });
  if ("refused" in said) throw new Error(said.reason);
  return said;
}

const bytesOf = (name: string) =>
  new Map(
    [...files.files]
      .filter(([key]) => key.includes(name))
      .map(([key, content]) => [key, digest(content)]),
  );

const manifestOf = (name: string) =>
  JSON.parse(new TextDecoder().decode(files.files.get(`v1/manifests/credits/${name}.json`)));

/** A model under another definition, in force once all that was posted is credited by it. */
async function redefine(weights: Record<string, string>) {
  const declared: Attribution = {
    ...attribution,
    models: [...attribution.models, { name: "first", definition: { kind: "positions", weights } }],
  };
  const changed = { ...credited.world, attribution: declared };
  const asked = { model: "first", run: "run-1", by: "marta", because: "the new year" };
  const begun = await reattribute(changed, asked);
  return {
    version: "version" in begun ? `first@${begun.version}` : "",
    async workOff() {
      const { messages } = credited;
      for (let next = messages.shift(); next; next = messages.shift())
        await workOffCredits(changed, next);
      scene.clock.ms += 2 * MINUTE_MS;
    },
  };
}

describe("credits in the warehouse", () => {
  test.skipIf(NO_ENGINE)(
    "add up to the report of every model, by version, to the last minor unit of each currency",
    async () => {
      const [written] = await writeWarehouse(world, ALL_THE_TIME);
      expect(written?.rows).toBeGreaterThan(500);
      const sums = await asked(
        `select model_version, currency, coalesce(source, '(unattributed)') as label, sum(amount)::varchar
         from credits group by all having sum(amount) <> 0 order by all`,
      );
      const models = attribution.models.filter(({ definition }) => !("gate" in definition));
      const wanted: string[][] = [];
      for (const { name } of models) {
        const { modelVersion, lines } = await report(name);
        for (const { currency, label, revenue } of lines)
          if (!/^[0.]+$/.test(revenue))
            wanted.push([`${name}@${modelVersion}`, currency, label, plain(revenue)]);
      }
      expect(
        sums.map(([version, currency, label, sum = ""]) => [version, currency, label, plain(sum)]),
      ).toEqual(wanted.sort());
    },
  );

  test("lie by version and by the month of posting; a month that is over is never written again", async () => {
    await writeWarehouse(world, ALL_THE_TIME);
    const { modelVersion } = await report("first");
    const folder = `v1/credits/model_version=first@${modelVersion}/posted_month=`;
    expect([...files.files.keys()].filter((key) => key.startsWith(folder))).toEqual(
      ["2026-09", "2026-10", "2026-11"].map((month) => `${folder}${month}/part-00000.parquet`),
    );
    files.written.length = 0;
    await writeWarehouse(world, ALL_THE_TIME);
    expect(files.written.length).toBeGreaterThan(0);
    for (const key of files.written) expect(key).toMatch(/^v1\/manifests\/credits\/.*2026-11/);
  });

  test("of a version that is new are written for the months of before, once all is credited by it", async () => {
    await writeWarehouse(world, ALL_THE_TIME);
    const old = `first@${(await report("first")).modelVersion}`;
    const before = bytesOf(old);
    const { version, workOff } = await redefine({ others: "1" });
    await writeWarehouse(world, ALL_THE_TIME);
    expect(bytesOf(version)).toEqual(new Map());
    await workOff();
    await writeWarehouse(world, ALL_THE_TIME);
    for (const month of ["2026-09", "2026-10"])
      expect(manifestOf(`${version}/${month}`)).toMatchObject({ final: true });
    expect(manifestOf(`${version}/2026-11`)).toMatchObject({ final: false });
    // The one before has come to its end, with the files that it had.
    expect(manifestOf(`${old}/2026-11`)).toMatchObject({ final: true });
    for (const [key, hash] of before)
      if (key.endsWith(".parquet")) expect(bytesOf(old).get(key)).toBe(hash);
    files.written.length = 0;
    await writeWarehouse(world, ALL_THE_TIME);
    expect(files.written.filter((key) => key.includes(old))).toEqual([]);
  });

  test("of a version that comes into force again go on where they ended", async () => {
    const old = `first@${(await report("first")).modelVersion}`;
    await (await redefine({ others: "1" })).workOff();
    await writeWarehouse(world, ALL_THE_TIME);
    expect(manifestOf(`${old}/2026-11`)).toMatchObject({ final: true });
    const ended = manifestOf(`${old}/2026-11`).parts[0].rows;
    const late = { opportunityId: "e-late", closedOn: "2026-11-03" };
    await postOpportunity(scene.ledger, won({ ...late, amount: { minor: 1n, currency: "USD" } }));
    scene.clock.ms += HOUR_MS;
    const { version, workOff } = await redefine({ first: "1" });
    expect(version).toBe(old);
    await workOff();
    scene.clock.ms += 2 * HOUR_MS;
    await workOffCredits(credited.world, { step: "ledger-sums", attempt: 0 });
    await workOff();
    await writeWarehouse(world, ALL_THE_TIME);
    expect(manifestOf(`${old}/2026-11`)).toMatchObject({ final: false });
    expect(manifestOf(`${old}/2026-11`).parts[0].rows).toBe(ended + 1);
  });

  test("end where something is not credited yet, and never fall back behind what is written", async () => {
    const total = async () => (await writeWarehouse(world, ALL_THE_TIME))[0]?.rows ?? 0;
    const all = await total();
    const late = { opportunityId: "e-late", closedOn: "2026-11-03" };
    await postOpportunity(scene.ledger, won({ ...late, amount: { minor: 1n, currency: "USD" } }));
    scene.clock.ms += 2 * MINUTE_MS;
    const before = bytesOf("v1/");
    expect(await total()).toBe(0);
    expect(bytesOf("v1/")).toEqual(before);
    const other = memoryFileStore();
    await writeWarehouse({ ...world, files: other.store }, ALL_THE_TIME);
    expect([...other.files]).toEqual([]);
    scene.clock.ms += 2 * HOUR_MS;
    await workOffCredits(credited.world, { step: "ledger-sums", attempt: 0 });
    const { messages } = credited;
    for (let next = messages.shift(); next; next = messages.shift())
      await workOffCredits(credited.world, next);
    files = memoryFileStore();
    world = { ...world, files: files.store };
    // By each of nine models, by nobody.
    expect(await total()).toBe(all + 9);
  });

  test("are written fairly: those first that waited the longest", async () => {
    await writeWarehouse(world, ALL_THE_TIME);
    const order = async (runs: number) => {
      files.written.length = 0;
      let left = runs;
      await writeWarehouse(world, () => {
        left -= 1;
        return left < 0 ? 0 : 900_000;
      });
      return files.written.map((key) => key.split("/")[3]);
    };
    const first = await order(4);
    const second = await order(5);
    expect(new Set([...first, ...second])).toHaveLength(9);
  });
});
