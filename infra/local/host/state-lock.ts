import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

export interface StateLock {
  release(): void;
}

/**
 * Keeps `stateDir` to one host at a time: two would hand out the same messages. The lock is SQLite's,
 * so that the operating system takes it back from a host that was killed.
 */
export function lockState(stateDir: string): StateLock {
  mkdirSync(stateDir, { recursive: true });
  const lock = new DatabaseSync(join(stateDir, "host.lock"));
  try {
    lock.exec("BEGIN EXCLUSIVE");
  } catch (cause) {
    lock.close();
    throw new Error(`Another host is working in ${stateDir}. End it, or choose another folder.`, {
      cause,
    });
  }
  return { release: () => lock.close() };
}
