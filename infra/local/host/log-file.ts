import { createWriteStream, mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** Where the console of one function goes. */
export interface LogFile {
  follow(stream: Readable, from: "out" | "err"): void;
  stop(): Promise<void>;
}

/** Levels that a person at the terminal should see, as the functions' logger writes them. */
const LOUD = /"level":"(WARN|ERROR|CRITICAL)"/;

/** Writes all lines to `logs/<name>.log` in `stateDir`, and warnings and errors to `log` as well. */
export function openLogFile(stateDir: string, name: string, log: (line: string) => void): LogFile {
  const dir = join(stateDir, "logs");
  mkdirSync(dir, { recursive: true });
  const file = createWriteStream(join(dir, `${name}.log`), { flags: "a" });
  return {
    follow(stream, from) {
      createInterface({ input: stream }).on("line", (line) => {
        if (file.writable) file.write(`${line}\n`);
        if (from === "err" || LOUD.test(line)) log(`${name}: ${line}`);
      });
    },
    stop: () => new Promise((resolve) => file.end(resolve)),
  };
}
