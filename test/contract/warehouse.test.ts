import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Queues, startQueues } from "../../infra/local/host/queues.ts";
import type { LedgerEntry } from "../../shared/core/ledger/entry.ts";
import { formatMoney } from "../../shared/core/money/money.ts";
import { postOpportunity } from "../../shared/revenue/post-opportunity.ts";
import { s3FileStore } from "../../shared/s3/file-store.ts";
import type { Row } from "../../shared/tabular/column.ts";
import { encodeParts } from "../../shared/warehouse/encode-parts.ts";
import { entrySource } from "../../shared/warehouse/entry-source.ts";
import type { FileStore, WarehouseWorld } from "../../shared/warehouse/ports.ts";
import { writeWarehouse } from "../../shared/warehouse/write-warehouse.ts";
import { askOfFiles, NO_ENGINE } from "../support/embedded-engine.ts";
import { won } from "../support/ledger-scene.ts";
import { memoryFileStore } from "../support/memory-file-store.ts";
import { memoryLedgerStore } from "../support/memory-ledger-store.ts";
import { postLedger } from "../support/posted-ledger.ts";

const ALL_THE_TIME = () => 900_000;

const digest = (content: Uint8Array) => createHash("sha256").update(content).digest("hex");

const work = mkdtempSync(join(tmpdir(), "accord-warehouse-"));
let queues: Queues;
let client: S3Client;

beforeAll(async () => {
  queues = await startQueues({ dataDir: join(work, "queues"), filesDir: join(work, "s3") });
  client = new S3Client({
    endpoint: queues.url,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  await client.send(new CreateBucketCommand({ Bucket: "files" }));
});

afterAll(async () => {
  client?.destroy();
  await queues?.stop();
  rmSync(work, { recursive: true, force: true });
});

describe.each<[string, () => FileStore]>([
  ["in S3", () => s3FileStore("files", client)],
  ["in memory", () => memoryFileStore().store],
])("a file store %s", (_where, open) => {
  test("gives a file back as it was written last, and says where there is none", async () => {
    const store = open();
    const key = "v1/entries/posted_month=2026-10/part-00000.parquet";
    expect(await store.readText(key)).toBeUndefined();
    for (const text of ["one", "Žižková: 二", ""]) {
      await store.write(key, new TextEncoder().encode(text), "text/plain");
      expect(await store.readText(key)).toBe(text);
    }
  });
});

let scene: Awaited<ReturnType<typeof postLedger>>;
let files: ReturnType<typeof memoryFileStore>;
let world: WarehouseWorld;

beforeEach(async () => {
  scene = await postLedger(memoryLedgerStore().store);
  files = memoryFileStore();
  const sources = [entrySource(scene.ledger.ledger)];
  world = { files: files.store, sources, digest, now: scene.ledger.now };
});

const bytes = () => new Map([...files.files].map(([key, content]) => [key, digest(content)]));
const ofMonth = (month: string) =>
  new Map([...bytes()].filter(([key]) => key.includes(month) && key.endsWith(".parquet")));

async function posted(): Promise<readonly LedgerEntry[]> {
  return scene.ledger.ledger.postedBetween("2026-01-01", "2030-01-01");
}

const asked = (sql: string) =>
  askOfFiles(files.files, {
    work,
    table: { name: "entries", files: "v1/entries/*/*.parquet" },
    sql,
  });

describe("the warehouse", () => {
  test.skipIf(NO_ENGINE)(
    "adds up to the ledger, to the last minor unit of each currency",
    async () => {
      await writeWarehouse(world, ALL_THE_TIME);
      const sums = await asked(
        "select currency, kind, sum(amount), sum(corporate_amount), count(*) from entries group by all order by all",
      );
      const wanted = Map.groupBy(
        await posted(),
        ({ amount, kind }) => `${amount.currency} ${kind}`,
      );
      const exact = (minor: bigint, currency: string) => {
        const [whole = "", fraction = ""] = formatMoney({ minor, currency }).split(".");
        return `${whole}.${fraction.padEnd(4, "0")}`;
      };
      expect(sums).toEqual(
        [...wanted]
          .map(([key, entries]) => {
            const [currency = "", kind = ""] = key.split(" ");
            const amount = entries.reduce((sum, one) => sum + one.amount.minor, 0n);
            const corporate = entries.reduce((sum, one) => sum + one.corporate.minor, 0n);
            const count = String(entries.length);
            return [currency, kind, exact(amount, currency), exact(corporate, "USD"), count];
          })
          .sort((one, other) => (`${one[0]} ${one[1]}` < `${other[0]} ${other[1]}` ? -1 : 1)),
      );
    },
  );

  test.skipIf(NO_ENGINE)(
    "answers a closed month as its report does, by the month of the report",
    async () => {
      await writeWarehouse(world, ALL_THE_TIME);
      const [close] = await scene.ledger.ledger.closes();
      const report = JSON.parse(close?.report ?? "") as {
        lines: { currency: string; closedWon: string }[];
      };
      const rows = await asked(
        `select currency, sum(amount) from entries
       where reported_in = '2026-09' and strftime(effective_day, '%Y-%m') = '2026-09'
         and kind in ('booked', 'amended', 'reversed') group by 1 order by 1`,
      );
      const plain = (decimal: string) => decimal.replace(/\.?0+$/, "");
      expect(rows.map(([currency, sum = ""]) => [currency, plain(sum)])).toEqual(
        report.lines.map(({ currency, closedWon }) => [currency, plain(closedWon)]),
      );
    },
  );

  test.skipIf(NO_ENGINE)(
    "is laid out by the month of posting, which engines read off the folders",
    async () => {
      await writeWarehouse(world, ALL_THE_TIME);
      const months = await asked(
        "select posted_month, count(*) from entries group by 1 order by 1",
      );
      expect(months).toEqual([
        ["2026-09", "20"],
        ["2026-10", "25"],
        ["2026-11", "11"],
      ]);
    },
  );

  test("writes a month that is over once, and never again", async () => {
    await writeWarehouse(world, ALL_THE_TIME);
    const before = bytes();
    files.written.length = 0;
    const [again] = await writeWarehouse(world, ALL_THE_TIME);
    // Only of the month that is not over, the manifest says until when it was looked at.
    expect(again).toMatchObject({ months: 1, written: 0 });
    expect(files.written).toEqual(["v1/manifests/entries/2026-11.json"]);
    expect(ofMonth("2026-1")).toEqual(
      new Map([...before].filter(([key]) => key.includes("2026-1") && key.endsWith("parquet"))),
    );
  });

  test("the same month is the same bytes, whoever writes it and whenever", async () => {
    await writeWarehouse(world, ALL_THE_TIME);
    const first = bytes();
    const other = memoryFileStore();
    await writeWarehouse({ ...world, files: other.store }, ALL_THE_TIME);
    const over = [...first].filter(([key]) => !key.includes("2026-11"));
    expect(over.length).toBeGreaterThan(4);
    for (const [key, hash] of over)
      expect([key, digest(other.files.get(key) ?? new Uint8Array())]).toEqual([key, hash]);
  });

  test("what is posted later leaves the months before as they are", async () => {
    await writeWarehouse(world, ALL_THE_TIME);
    const [september, october, november] = ["2026-09", "2026-10", "2026-11"].map(ofMonth);
    await postOpportunity(
      scene.ledger,
      won({
        opportunityId: "c-late",
        closedOn: "2026-09-30",
        amount: { minor: 1n, currency: "USD" },
      }),
    );
    scene.clock.ms += 120_000;
    expect(await writeWarehouse(world, ALL_THE_TIME)).toMatchObject([{ months: 1, written: 1 }]);
    expect(ofMonth("2026-09")).toEqual(september);
    expect(ofMonth("2026-10")).toEqual(october);
    expect(ofMonth("2026-11")).not.toEqual(november);
  });

  test("leaves out what was posted within the last minute, and takes it next time", async () => {
    const count = async () => (await writeWarehouse(world, ALL_THE_TIME))[0]?.rows;
    const all = await count();
    await postOpportunity(
      scene.ledger,
      won({
        opportunityId: "d-new",
        closedOn: "2026-11-03",
        amount: { minor: 1n, currency: "USD" },
      }),
    );
    expect(await count()).toBe(11);
    scene.clock.ms += 120_000;
    expect(await count()).toBe(12);
    expect(all).toBe(56);
  });

  test("goes on where it was stopped, at whatever write, and ends with the same files", async () => {
    await writeWarehouse(world, ALL_THE_TIME);
    const wanted = [...bytes()].filter(([key]) => !key.includes("2026-11"));
    for (let at = 1; at <= wanted.length; at += 1) {
      files = memoryFileStore();
      let writes = 0;
      const dying: FileStore = {
        ...files.store,
        async write(...file) {
          writes += 1;
          if (writes === at) throw new Error("the function is stopped");
          await files.store.write(...file);
        },
      };
      await expect(writeWarehouse({ ...world, files: dying }, ALL_THE_TIME)).rejects.toThrow();
      await writeWarehouse({ ...world, files: files.store }, ALL_THE_TIME);
      const found = bytes();
      for (const [key, hash] of wanted) expect([key, found.get(key)]).toEqual([key, hash]);
    }
  });

  test("begins no month that it has no time to end", async () => {
    expect(await writeWarehouse(world, () => 60_000)).toMatchObject([{ months: 0, written: 0 }]);
    expect(files.written).toEqual([]);
  });

  test("rows that come behind change the last file of a month alone, and make further ones", async () => {
    const columns = [{ name: "n", type: "whole" as const }];
    async function* pages(count: number, size: number): AsyncIterable<Row[]> {
      const rows = Array.from({ length: count }, (_, index) => [String(index)]);
      for (let start = 0; start < count; start += size) yield rows.slice(start, start + size);
    }
    const partsOf = async (count: number, size: number) => {
      const parts: { rows: number; hash: string }[] = [];
      for await (const { rows, content } of encodeParts(columns, pages(count, size), 10))
        parts.push({ rows, hash: digest(content) });
      return parts;
    };
    const before = await partsOf(25, 7);
    const after = await partsOf(31, 4);
    expect(before.map(({ rows }) => rows)).toEqual([10, 10, 5]);
    expect(after.map(({ rows }) => rows)).toEqual([10, 10, 10, 1]);
    expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
    expect(await partsOf(25, 25)).toEqual(before);
  });
});
