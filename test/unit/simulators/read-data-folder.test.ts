import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { DataRecords } from "../../../infra/simulators/kit/data-records.ts";
import { readDataFolder } from "../../../infra/simulators/kit/read-data-folder.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "accord-data-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = (file: string, content: string | Buffer) => writeFileSync(join(folder, file), content);
async function read(path = folder): Promise<DataRecords[]> {
  const parts: DataRecords[] = [];
  for await (const part of readDataFolder(path)) parts.push(part);
  return parts;
}
const contact = (id: number) =>
  JSON.stringify({ id: String(id), properties: { firstname: "É🚀" } });

test("a folder gives the records of its files, by name, zipped or not, and passes others over", async () => {
  put("salesforce.Lead.ndjson", '{"Id":"00Q1","LastName":"A"}\r\n\n{"Id":"00Q2"}');
  put("hubspot.contacts.ndjson.gz", gzipSync(`${contact(1)}\n${contact(2)}\n`));
  put("hubspot.companies.ndjson", "");
  put("README.md", "not data");
  expect(await read()).toEqual([
    {
      system: "hubspot",
      object: "contacts",
      records: [
        { id: "1", properties: { firstname: "É🚀" } },
        { id: "2", properties: { firstname: "É🚀" } },
      ],
    },
    {
      system: "salesforce",
      object: "Lead",
      records: [{ Id: "00Q1", LastName: "A" }, { Id: "00Q2" }],
    },
  ]);
});

test("a large file comes in parts, and nothing is lost between them", async () => {
  const lines = Array.from({ length: 2500 }, (_, index) => contact(index));
  put("hubspot.contacts.ndjson.gz", gzipSync(lines.join("\n")));
  const parts = await read();
  expect(parts.map(({ records }) => records.length)).toEqual([1000, 1000, 500]);
  expect(parts.flatMap(({ records }) => records.map(({ id }) => id))).toEqual(
    lines.map((_, index) => String(index)),
  );
});

test.each([
  ["hubspot.contacts.ndjson", "{broken", /^hubspot.contacts.ndjson line 2: not JSON: [^\n]+$/],
  ["hubspot.contacts.ndjson", "[1]", "hubspot.contacts.ndjson line 2: not a record, but [1]"],
  ["hubspot.contacts.ndjson", "null", "hubspot.contacts.ndjson line 2: not a record, but null"],
  [
    "hubspot.contacts.ndjson",
    '{"Id":"1"}',
    "hubspot.contacts.ndjson line 2: a hubspot record has its id in 'id', as text",
  ],
  [
    "salesforce.Lead.ndjson",
    '{"id":"1"}',
    "salesforce.Lead.ndjson line 2: a salesforce record has its id in 'Id', as text",
  ],
  [
    "hubspot.contacts.ndjson",
    '{"id":7}',
    "hubspot.contacts.ndjson line 2: a hubspot record has its id in 'id', as text",
  ],
])("in %s the line %s is told by its number", async (file, line, message) => {
  put(file, `\n${line}\n`);
  await expect(read()).rejects.toThrow(message);
});

test("a zipped file is told by its line as well", async () => {
  put("hubspot.contacts.ndjson.gz", gzipSync(`${contact(1)}\n{"id":`));
  await expect(read()).rejects.toThrow("hubspot.contacts.ndjson.gz line 2: not JSON: ");
});

test.each([
  ["what is no zip at all", "plain"],
  ["a zip cut short", gzipSync(contact(1).repeat(500)).subarray(0, 40)],
])("a file that holds %s is told by name", async (_what, content) => {
  put("hubspot.contacts.ndjson.gz", content);
  await expect(read()).rejects.toThrow("hubspot.contacts.ndjson.gz: cannot be read: ");
});

test.each([
  [
    "zoho.contacts.ndjson",
    "zoho.contacts.ndjson: begins with 'zoho', expected 'hubspot' or 'salesforce'",
  ],
  [
    "hubspot.ndjson",
    "hubspot.ndjson: expected one object after the system, as in hubspot.contacts.ndjson",
  ],
  ["hubspot.a.b.ndjson", "hubspot.a.b.ndjson: expected one object"],
])("a file named %s is refused before any record is read", async (file, message) => {
  put("hubspot.aaa.ndjson", contact(1));
  put(file, "");
  await expect(readDataFolder(folder).next()).rejects.toThrow(message);
});

test("a folder that is not there, is a file, or holds no data is told by name", async () => {
  put("README.md", "");
  const file = join(folder, "README.md");
  await expect(read(join(folder, "no"))).rejects.toThrow(`${folder}/no: there is no such folder`);
  await expect(read(file)).rejects.toThrow(`${file}: is not a folder`);
  await expect(read()).rejects.toThrow(`${folder}: holds no file named <system>.<Object>.ndjson`);
});
