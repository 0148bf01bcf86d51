import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { Failure } from "./failure.ts";
import type { Shell } from "./shell.ts";

/** Takes text, and resolves when there is room for more. */
interface Sink {
  write(text: string): Promise<void>;
  end(): Promise<void>;
}

/** A file, or standard output where none is named. */
export async function openSink({ terminal }: Shell, file: string | undefined): Promise<Sink> {
  if (file === undefined)
    return { write: async (text) => terminal.out(text), end: async () => undefined };
  const stream = createWriteStream(file);
  await once(stream, "open").catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Failure("usage", `${file} cannot be written: ${reason}`, { cause });
  });
  return {
    async write(text) {
      if (!stream.write(text)) await once(stream, "drain");
    },
    async end() {
      stream.end();
      await once(stream, "finish");
    },
  };
}
