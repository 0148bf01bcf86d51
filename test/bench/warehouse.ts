/**
 * How long the warehouse takes to write a month, and how much memory, beside the time-out and the memory of
 * the function that does it: entries are made up as they are asked for, files are thrown away. What
 * DynamoDB and S3 take is not in it. Fails where the files do not hold every entry.
 */
import { createHash } from "node:crypto";
import { WAREHOUSE_TIMEOUT } from "../../infra/constructs/timeouts.ts";
import type { LedgerEntry } from "../../shared/core/ledger/entry.ts";
import { entrySource } from "../../shared/warehouse/entry-source.ts";
import { writeWarehouse } from "../../shared/warehouse/write-warehouse.ts";
import { report } from "./report.ts";

const ENTRIES = 500_000;
const A_PAGE = 1_600;
const MEMORY_MIB_LIMIT = 512;
const MONTH_MS = Date.parse("2026-01-01T00:00:00.000Z");

const digest = (content: string | Uint8Array) => createHash("sha256").update(content).digest("hex");

function entryAt(index: number): LedgerEntry {
  const id = digest(String(index));
  const minor = BigInt(index) * 7_919n;
  return {
    opportunityId: `${id.slice(0, 8)}-${id.slice(8, 12)}-4${id.slice(13, 16)}-8${id.slice(17, 20)}-${id.slice(20, 32)}`,
    sequence: 1,
    kind: "booked",
    effectiveDay: "2026-01-15",
    postedAt: new Date(MONTH_MS + index * 5_000).toISOString(),
    amount: { minor, currency: "EUR" },
    corporate: { minor: minor + 8n, currency: "USD" },
    rate: { rate: "0.92", source: "Salesforce CurrencyType", day: "2026-01-01" },
    owner: `rep${index % 50}@brightforge.example`,
    recordVersion: 2,
    actor: "Salesforce",
    because: "closed and won: Closed Won",
    previousHash: "",
    hash: id,
  };
}

const ledger: Parameters<typeof entrySource>[0] = {
  firstMonth: "2026-01",
  closes: async () => [],
  async page(month, after = "0") {
    if (month !== "2026-01") return { items: [] };
    const start = Number(after);
    const end = Math.min(start + A_PAGE, ENTRIES);
    const items = Array.from({ length: end - start }, (_, index) => entryAt(start + index));
    return end < ENTRIES ? { items, next: String(end) } : { items };
  },
};

let bytes = 0;
const startedMs = performance.now();
const [written] = await writeWarehouse(
  {
    files: {
      readText: async () => undefined,
      write: async (_key, content) => {
        bytes += content.length;
      },
    },
    sources: [entrySource(ledger)],
    digest,
    // The month is just over.
    now: () => Date.parse("2026-01-31T23:59:59.000Z") + 61_000,
  },
  () => WAREHOUSE_TIMEOUT.toMilliseconds(),
);
const seconds = (performance.now() - startedMs) / 1000;
const peakMiB = process.resourceUsage().maxRSS / 1024;
const limitSeconds = WAREHOUSE_TIMEOUT.toSeconds();
report([
  [`${ENTRIES} entries, s`, seconds.toFixed(1), `<= ${limitSeconds}`, seconds <= limitSeconds],
  ["peak memory, MiB", peakMiB.toFixed(0), `<= ${MEMORY_MIB_LIMIT}`, peakMiB <= MEMORY_MIB_LIMIT],
  ["entries in the files", String(written?.rows), `= ${ENTRIES}`, written?.rows === ENTRIES],
  ["bytes an entry", (bytes / ENTRIES).toFixed(0), "", true],
]);
