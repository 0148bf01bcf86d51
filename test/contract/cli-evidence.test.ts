import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attribution } from "../../shared/config/attribution.ts";
import { dynamoBlockStore } from "../../shared/dynamodb/block-store.ts";
import { dynamoCreditStore } from "../../shared/dynamodb/credit-store.ts";
import { dynamoLedgerWorld } from "../../shared/dynamodb/ledger-world.ts";
import { creditOpportunity } from "../../shared/revenue/credit-opportunity.ts";
import type { ReportedOpportunity } from "../../shared/revenue/ports.ts";
import { postOpportunity } from "../../shared/revenue/post-opportunity.ts";
import { apiWorld } from "../support/ask-api.ts";
import { openDynamoTables } from "../support/dynamo-tables.ts";
import { sourceTouch } from "../support/journey-builders.ts";
import { won } from "../support/ledger-scene.ts";
import {
  coveredPerson,
  memoryRevenueStore,
  wonOpportunity,
} from "../support/memory-revenue-store.ts";
import { serveApi } from "../support/served-api.ts";

const LONG_MS = 60_000;
const MINUTE_MS = 60_000;

let dynamo: Awaited<ReturnType<typeof openDynamoTables>>;
let api: Awaited<ReturnType<typeof serveApi>>;
let packed: string;
let reportHash: string;
const clock = { ms: Date.parse("2026-10-05T09:00:00.000Z") };
const folders: string[] = [];

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "accord-evidence-"));
  folders.push(folder);
  return folder;
}

const idOf = (digit: string) => `${digit}1111111-1111-4111-8111-111111111111`;
const ALL = [..."0123456789abcdef"];

beforeAll(async () => {
  dynamo = await openDynamoTables();
  const ledger = {
    ...dynamoLedgerWorld(dynamo.db, dynamo.tables.ledger),
    now: () => {
      clock.ms += 10;
      return clock.ms;
    },
  };
  const touches = ["A", "B", "C"].map((one) => sourceTouch("2026-08-01T00:00:00.000Z", one));
  const closing = { closedOn: "2026-09-30" };
  const deals: ReportedOpportunity[] = ALL.map((digit, index) =>
    wonOpportunity(idOf(digit), null, index % 2 === 0 ? ["ann"] : [], closing),
  );
  const crediting = {
    ...{ ledger: ledger.ledger, now: ledger.now, attribution, dimensions: [] },
    credits: dynamoCreditStore(dynamo.db, dynamo.tables.ledger),
    blocks: dynamoBlockStore(dynamo.db, dynamo.tables.ledger),
    journeys: memoryRevenueStore([deals], [coveredPerson("ann", touches)]),
  };
  const { world } = apiWorld(dynamo, { ledger, crediting });
  api = await serveApi(world);
  const rate = { source: "a table", readAt: "2026-01-01T00:00:00.000Z" };
  await ledger.ledger.keepRate({ ...rate, currency: "EUR", rate: "0.92" });
  await ledger.ledger.keepRate({ ...rate, currency: "JPY", rate: "151.3" });
  const currencies = ["EUR", "JPY", "USD"];
  const post = async (digits: readonly string[], day: string, recordVersion: number) => {
    for (const [index, digit] of digits.entries()) {
      await postOpportunity(
        ledger,
        won({
          opportunityId: idOf(digit),
          recordVersion,
          closedOn: day,
          amount: {
            minor: BigInt(10_000 * recordVersion + index),
            currency: currencies[index % 3] ?? "",
          },
        }),
      );
      await creditOpportunity(crediting, idOf(digit));
    }
  };
  const close = async (month: string) => {
    clock.ms += 2 * MINUTE_MS;
    const said = await api.accord(`revenue close ${month} --because 'the books'`);
    expect(said.err).toBe("");
    clock.ms += MINUTE_MS;
  };
  await post(ALL.slice(0, 12), "2026-09-30", 1);
  await close("2026-09");
  // One that was booked in September is restated in October's report, and moves into October.
  await post(["0"], "2026-10-02", 2);
  await post(ALL.slice(12), "2026-10-09", 1);
  clock.ms = Date.parse("2026-11-03T09:00:00.000Z");
  await close("2026-10");
  await post(["c", "d"], "2026-10-09", 2);
  clock.ms += 5 * MINUTE_MS;
  packed = join(newFolder(), "october");
  const said = await api.accord(["revenue", "evidence", "--period", "2026-10", "--out", packed]);
  expect([said.code, said.err]).toEqual([0, ""]);
  reportHash = /report: +([0-9a-f]{64})/.exec(said.out)?.[1] ?? "";
}, LONG_MS);

afterAll(async () => {
  await api?.stop();
  await dynamo?.stop();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** What an auditor sees: nothing but Node, elsewhere, with an environment that names nothing. */
function verify(folder: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(folder, "verify.mjs"), ...args],
    { cwd: tmpdir(), env: {}, encoding: "utf8" },
  );
  return { code: status, said: `${stdout}${stderr}` };
}

/** A copy of the pack; what is done to it is repacked, as a forger would, unless told otherwise. */
function forged(change: (folder: string) => void, { repack = true } = {}): string {
  const folder = join(newFolder(), "pack");
  cpSync(packed, folder, { recursive: true });
  change(folder);
  if (repack) {
    const files = readdirSync(folder).filter((name) => name !== "manifest.json");
    const hashes = files.map((name) => [
      name,
      createHash("sha256")
        .update(readFileSync(join(folder, name)))
        .digest("hex"),
    ]);
    writeFileSync(
      join(folder, "manifest.json"),
      JSON.stringify({ "sha-256": Object.fromEntries(hashes) }),
    );
  }
  return folder;
}

/** Of the models' files one that splits what it credits. */
const LINEAR = /^credits-linear@/;

/** A file of the pack with other content. */
function edited(named: string | RegExp, edit: (text: string) => string) {
  return (folder: string) => {
    const isMeant = (name: string) =>
      typeof named === "string" ? name === named : named.test(name);
    const file = readdirSync(folder).find(isMeant) ?? "";
    const before = readFileSync(join(folder, file), "utf8");
    const after = edit(before);
    expect(after).not.toBe(before);
    writeFileSync(join(folder, file), after);
  };
}

const lineOf = (digit: string, sequence: number) => (line: string) =>
  line.includes(`"${idOf(digit)}","sequence":${sequence},`);

function editedLines(edit: (lines: string[]) => string[]) {
  return edited("entries.ndjson", (text) => {
    const lines = text.trimEnd().split("\n");
    return `${edit(lines).join("\n")}\n`;
  });
}

describe("an evidence pack", { timeout: LONG_MS }, () => {
  test("G13: holds by itself, and by the hash that was noted at the close", () => {
    const { code, said } = verify(packed);
    expect(said).toMatch(/THE PACK HOLDS/);
    // The twelve opportunities of September are in it where October says something of them: one is.
    expect(said).toMatch(/^17 files, 5 chains with 9 entries, credited by 9 models$/m);
    expect(code).toBe(0);
    expect(verify(packed, reportHash).code).toBe(0);
    const other = verify(packed, "0".repeat(64));
    expect(other.code).toBe(1);
    expect(other.said).toMatch(/report\.json: its hash is .*, and not 0000/);
  });

  test("G13: tells what was restated since, and what the month says now", () => {
    const { months, entries } = JSON.parse(readFileSync(join(packed, "restatements.json"), "utf8"));
    expect(months).toMatchObject([
      { month: "2026-10", currency: "EUR", before: "400.03", difference: "100.00" },
      { month: "2026-10", currency: "JPY", before: "10001", difference: "10000" },
    ]);
    expect(entries).toHaveLength(2);
  });

  test("G13: packs the same month as of the same entries in the same bytes, but for its moment", async () => {
    const again = join(newFolder(), "again");
    await api.accord(["revenue", "evidence", "--period", "2026-10", "--out", again]);
    const same = ["entries.ndjson", "report.json", "restatements.json", "rates.json", "verify.mjs"];
    for (const file of same)
      expect(readFileSync(join(again, file))).toEqual(readFileSync(join(packed, file)));
  });

  test.each<[string, (folder: string) => void, RegExp[]]>([
    [
      "one cent of an entry",
      editedLines((lines) =>
        lines.map((line) =>
          lineOf("c", 1)(line) ? line.replace('"EUR 100.00"', '"EUR 100.01"') : line,
        ),
      ),
      [
        /entries\.ndjson: entry 1 of opportunity \w.* its content is not what its hash was made of/,
        /report\.json: its lines are .*"400\.03".*; of the entries: .*"400\.04"/,
      ],
    ],
    [
      "one cent of the report",
      edited("report.json", (text) => text.replace("100.00", "100.01")),
      [/report\.json: it is not the report with the hash/, /the entries make another report/],
    ],
    [
      "two entries of a chain, swapped",
      editedLines((lines) => {
        const [one, other] = [lines.findIndex(lineOf("c", 1)), lines.findIndex(lineOf("c", 2))];
        return lines.map((line, index) =>
          index === one ? (lines[other] ?? "") : index === other ? (lines[one] ?? "") : line,
        );
      }),
      [/entry 1 of opportunity c111.* entry 1 is missing; the next one there is 2/],
    ],
    [
      "two entries of two chains, swapped",
      editedLines((lines) => {
        const [one, other] = [lines.findIndex(lineOf("c", 2)), lines.findIndex(lineOf("d", 1))];
        return lines.map((line, index) =>
          index === one ? (lines[other] ?? "") : index === other ? (lines[one] ?? "") : line,
        );
      }),
      [/line \d+: entry 2 of opportunity c111.* is not in its place/],
    ],
    [
      "an entry that was taken out",
      editedLines((lines) => lines.filter((line) => !lineOf("c", 1)(line))),
      [/entry 1 of opportunity c111.* entry 1 is missing/, /the entries make another report/],
    ],
    [
      "a whole chain that was taken out",
      editedLines((lines) => lines.filter((line) => !line.includes(idOf("e")))),
      [/report\.json: its entriesHash are/],
    ],
    [
      "a restatement that was left out",
      edited("restatements.json", (text) => text.replace('"100.00"', '"99.99"')),
      [/restatements\.json: it is not what the entries since the close come to/],
    ],
    [
      "a rate",
      edited("rates.json", (text) => text.replace("151.3", "151.4")),
      [/rates\.json: entry 1 of opportunity .*: its rate 151\.3 is not among them/],
    ],
    [
      "a model's weights under its old version",
      edited("models.json", (text) => text.replace('"0.4"', '"0.5"')),
      [/models\.json: model u-shaped: version \w+ is of another definition/],
    ],
    [
      "one cent that a touch is given, and nobody posted",
      edited(LINEAR, (text) => text.replace('"amount":"EUR 33.34"', '"amount":"EUR 33.35"')),
      [
        /credits-linear@\w+\.ndjson: line \d+: step 1 of opportunity \w.*: its amount is 100\.00; its credits and what is unattributed: 100\.01/,
      ],
    ],
    [
      "what nobody earned, told as less",
      edited(LINEAR, (text) =>
        text.replace(
          '"unattributed":{"amount":"JPY 10001"',
          '"unattributed":{"amount":"JPY 10000"',
        ),
      ),
      [/credits-linear@\w+\.ndjson: line \d+: .*: its amount is 10001; .*: 10000/],
    ],
    [
      "credits of an entry that were left out",
      edited(LINEAR, (text) => text.replace(/^.*"c1111111-.*"sequence":1,.*\n/m, "")),
      [/credits-linear@\w+\.ndjson: entry 1 of opportunity c1111111-\S+ is not credited/],
    ],
    [
      "credits that are told twice",
      edited(LINEAR, (text) => text.replace(/^.*"c1111111-.*\n/m, "$&$&")),
      [
        /credits-linear@\w+\.ndjson: line \d+: step 1 of opportunity c111.*: it is not in its place/,
      ],
    ],
    [
      "credits of another entry than was posted",
      edited(LINEAR, (text) => text.replace(/"entryHash":"./, '"entryHash":"x')),
      [/credits-linear@\w+\.ndjson: line 1: .*: it is not of entry 1 as it was posted/],
    ],
    [
      "credits of another version",
      edited(LINEAR, (text) => text.replace(/"version":"./, '"version":"x')),
      [/credits-linear@\w+\.ndjson: line 1: .*: it is of linear@x/],
    ],
    [
      "entries that are later than the pack says that it is of",
      edited("close.json", (text) =>
        text.replace(/"asOf": "[^"]+"/, '"asOf": "2026-11-03T09:03:00.000Z"'),
      ),
      [/entry 2 of opportunity c111.* it was posted later than the pack is of/],
    ],
    [
      "who closed, and when",
      edited("close.json", (text) => text.replace('"cutoff"', '"cut"')),
      [/close\.json: it tells of no close/],
    ],
  ])("G13: names %s, though the pack was made anew around it", (_what, change, told) => {
    const { code, said } = verify(forged(change));
    for (const each of told) expect(said).toMatch(each);
    expect(said).toMatch(/THE PACK DOES NOT HOLD/);
    expect(code).toBe(1);
  });

  test.each(["README.txt", "close.json", "entries.ndjson", "models.json", "verify.mjs"])(
    "G13: names %s where one byte of it is another",
    (file) => {
      const flip = (folder: string) => {
        const bytes = readFileSync(join(folder, file));
        // Of the comment that the check begins with: it has to run still.
        const at = file === "verify.mjs" ? 4 : Math.floor(bytes.length / 2);
        bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
        writeFileSync(join(folder, file), bytes);
      };
      const { code, said } = verify(forged(flip, { repack: false }));
      expect(said).toMatch(new RegExp(`^${file}: it is not the file that was packed$`, "m"));
      expect(code).toBe(1);
    },
  );

  test.each(["rates.json", "entries.ndjson", "README.txt"])(
    "G13: names %s where it is gone",
    (file) => {
      const gone = forged((folder) => rmSync(join(folder, file)), { repack: false });
      const { code, said } = verify(gone);
      expect(said).toMatch(new RegExp(`^${file}: it is missing$`, "m"));
      expect(code).toBe(1);
    },
  );

  test("G13: names a file and a folder too many", () => {
    const more = forged(
      (folder) => {
        writeFileSync(join(folder, "notes.txt"), "");
        mkdirSync(join(folder, "old"));
      },
      { repack: false },
    );
    const { code, said } = verify(more);
    expect(said).toMatch(/^notes\.txt: it does not belong to the pack$/m);
    expect(said).toMatch(/^old\/: it does not belong to the pack$/m);
    expect(code).toBe(1);
  });

  test.each<[string, (folder: string) => void, string[], RegExp]>([
    ["without a manifest", (folder) => rmSync(join(folder, "manifest.json")), [], /no manifest/],
    ["by what is no hash", () => undefined, ["yes"], /usage: node verify\.mjs/],
  ])("G13: says that it was not checked %s", (_what, change, args, reason) => {
    const { code, said } = verify(forged(change, { repack: false }), ...args);
    expect(said).toMatch(reason);
    expect(code).toBe(2);
  });

  test("G13: its check imports nothing but Node's own, and no network", () => {
    const text = readFileSync(join(packed, "verify.mjs"), "utf8");
    const imported = [...text.matchAll(/from "([^"]+)"|import\("([^"]+)"\)|require\(/g)];
    expect(imported.map(([, name]) => name)).toEqual([
      "node:crypto",
      "node:fs",
      "node:path",
      "node:url",
    ]);
    expect(text).not.toMatch(/fetch|http/);
    expect(text.split("\n").length).toBeLessThan(900);
    execFileSync(process.execPath, ["--check", join(packed, "verify.mjs")]);
  });

  test.each([
    ["an open month", ["--period", "2026-11"], 1, /not-closed: 2026-11 is not closed/],
    ["no month", ["--period", "October"], 1, /not-closed: October is not closed/],
  ])("is refused of %s, in one line, and nothing is written", async (_what, args, code, reason) => {
    const out = join(newFolder(), "none");
    const said = await api.accord(["revenue", "evidence", ...args, "--out", out]);
    expect([said.code, said.err.trim().split("\n").length]).toEqual([code, 1]);
    expect(said.err).toMatch(reason);
    expect(readdirSync(join(out, ".."))).toEqual([]);
  });

  test("is not written over another", async () => {
    const said = await api.accord(["revenue", "evidence", "--period", "2026-10", "--out", packed]);
    expect([said.code, said.err]).toEqual([2, expect.stringMatching(/is not empty/)]);
  });
});
