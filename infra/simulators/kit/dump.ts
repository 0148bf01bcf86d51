import { z } from "zod";
import type { StoredRow } from "./durable-rows.ts";

/** Rises when a dump of before can no longer be read. */
const VERSION = 1;
const KIND = "accord-simulator-dump";

export type System = "hubspot" | "salesforce";

/** All that a simulator knows, besides the faults that are armed. */
export interface Dump {
  readonly rows: Iterable<StoredRow>;
  readonly passing: readonly { readonly name: string; readonly value: unknown }[];
}

const head = z.object({ kind: z.literal(KIND), version: z.number(), system: z.string() });
const line = z.union([
  z.strictObject({ table: z.string(), id: z.string(), json: z.string() }),
  z.strictObject({ passing: z.string(), value: z.unknown() }),
  z.strictObject({ end: z.strictObject({ rows: z.number() }) }),
]);

/**
 * NDJSON: what it is, the passing state, every row, and at the end how many there were. A row's JSON
 * stays text, so that numbers beyond 2^53 keep their digits.
 */
export function* dumpLines(system: System, at: string, dump: Dump): Generator<string> {
  yield JSON.stringify({ kind: KIND, version: VERSION, system, at });
  for (const { name, value } of dump.passing) yield JSON.stringify({ passing: name, value });
  let rows = 0;
  for (const { table, id, json } of dump.rows) {
    yield JSON.stringify({ table, id, json });
    rows += 1;
  }
  yield JSON.stringify({ end: { rows } });
}

export interface ReadDump {
  readonly rows: readonly StoredRow[];
  readonly passing: ReadonlyMap<string, unknown>;
}

/** @throws Error - one line that says why this is no dump of `system` that can be read here. */
export async function readDump(system: System, lines: AsyncIterable<string>): Promise<ReadDump> {
  const rows: StoredRow[] = [];
  const passing = new Map<string, unknown>();
  let number = 0;
  let isWhole = false;
  for await (const text of lines) {
    number += 1;
    if (text.trim() === "") continue;
    if (number === 1) {
      checkHead(system, text);
      continue;
    }
    if (isWhole) throw new Error(`line ${number}: follows the end of the dump`);
    const parsed = line.safeParse(jsonOf(text));
    if (!parsed.success) throw new Error(`line ${number}: is no line of a dump`);
    if ("table" in parsed.data) rows.push(parsed.data);
    else if ("passing" in parsed.data) passing.set(parsed.data.passing, parsed.data.value);
    else isWhole = parsed.data.end.rows === rows.length;
  }
  if (number === 0) throw new Error("there is nothing in this dump");
  if (!isWhole) throw new Error(`the dump is cut short: it ends after ${rows.length} rows`);
  return { rows, passing };
}

function checkHead(system: System, text: string): void {
  const parsed = head.safeParse(jsonOf(text));
  if (!parsed.success) throw new Error("line 1: this is not a dump of a simulator");
  const { system: other, version } = parsed.data;
  if (other !== system) throw new Error(`this is a dump of ${other}, and this is ${system}`);
  if (version !== VERSION)
    throw new Error(`this dump is of version ${version}, and only version ${VERSION} can be read`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The lines of a stream, without holding more than one of its chunks. */
export async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const lines = `${rest}${decoder.decode(chunk, { stream: true })}`.split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}

/** Text of `lines` by the chunk, made as fast as it is read. */
export function streamOf(lines: Generator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    pull(controller) {
      let text = "";
      while (text.length < CHUNK_CHARACTERS) {
        const next = lines.next();
        if (next.done) {
          if (text !== "") controller.enqueue(encoder.encode(text));
          controller.close();
          return;
        }
        text += `${next.value}\n`;
      }
      controller.enqueue(encoder.encode(text));
    },
    cancel() {
      lines.return(undefined);
    },
  });
}

const CHUNK_CHARACTERS = 65_536;
