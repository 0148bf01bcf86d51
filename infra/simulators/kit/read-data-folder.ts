import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import type { DataRecord, DataRecords } from "./data-records.ts";

/** Records handed on at a time, so that memory does not grow with a file. */
const RECORDS_AT_A_TIME = 1000;

const DATA_FILE = /[.]ndjson(?:[.]gz)?$/;
const ID_PROPERTY = { hubspot: "id", salesforce: "Id" } as const;

type Named = Pick<DataRecords, "system" | "object"> & { readonly file: string };

/**
 * Reads the records of a data folder: one file an object, `<system>.<Object>.ndjson` or `.ndjson.gz`,
 * one record a line. Files of other names are none of its business.
 *
 * Names are checked before the first record is read. A large file comes in several parts.
 *
 * @throws One line that says which file, which line and what is wrong with it.
 */
export async function* readDataFolder(folder: string): AsyncGenerator<DataRecords> {
  const files = await dataFilesOf(folder);
  for (const named of files) {
    let records: DataRecord[] = [];
    let line = 0;
    for await (const text of linesOf(folder, named.file)) {
      line += 1;
      if (text.trim() === "") continue;
      records.push(parseRecord(text, named, `${named.file} line ${line}`));
      if (records.length === RECORDS_AT_A_TIME) {
        yield { system: named.system, object: named.object, records };
        records = [];
      }
    }
    if (records.length > 0) yield { system: named.system, object: named.object, records };
  }
}

async function dataFilesOf(folder: string): Promise<Named[]> {
  const found = await stat(folder).catch(() => undefined);
  if (!found) throw new Error(`${folder}: there is no such folder`);
  if (!found.isDirectory()) throw new Error(`${folder}: is not a folder`);
  const files = (await readdir(folder)).filter((file) => DATA_FILE.test(file)).sort();
  if (files.length === 0)
    throw new Error(`${folder}: holds no file named <system>.<Object>.ndjson or .ndjson.gz`);
  return files.map(nameOf);
}

function nameOf(file: string): Named {
  const [system, object = "", ...rest] = file.replace(DATA_FILE, "").split(".");
  if (system !== "hubspot" && system !== "salesforce")
    throw new Error(`${file}: begins with '${system}', expected 'hubspot' or 'salesforce'`);
  if (object === "" || rest.length > 0)
    throw new Error(
      `${file}: expected one object after the system, as in ${system}.contacts.ndjson`,
    );
  return { system, object, file };
}

async function* linesOf(folder: string, file: string): AsyncGenerator<string> {
  let rest = "";
  try {
    for await (const chunk of textOf(join(folder, file))) {
      const lines = `${rest}${chunk}`.split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
  } catch (error) {
    throw new Error(`${file}: cannot be read: ${wordsOf(error)}`, { cause: error });
  }
  if (rest !== "") yield rest;
}

function textOf(path: string): AsyncIterable<string> {
  const source = createReadStream(path);
  if (!path.endsWith(".gz")) return source.setEncoding("utf8");
  const unzipped = createGunzip();
  // Hands the file's errors to the reader of `unzipped`, who reports them.
  pipeline(source, unzipped, () => undefined);
  return unzipped.setEncoding("utf8");
}

function parseRecord(text: string, { system }: Named, where: string): DataRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${where}: not JSON: ${wordsOf(error)}`, { cause: error });
  }
  if (!isRecord(value)) throw new Error(`${where}: not a record, but ${text.trim().slice(0, 40)}`);
  const property = ID_PROPERTY[system];
  const id = value[property];
  if (typeof id !== "string" || id === "")
    throw new Error(`${where}: a ${system} record has its id in '${property}', as text`);
  return value;
}

function isRecord(value: unknown): value is DataRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message.replaceAll(/\s+/g, " ") : String(error);
}
