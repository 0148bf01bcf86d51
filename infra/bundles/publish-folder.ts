import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Sources that change at every try are being written by something that does not end. */
const TRIES = 5;

interface Publishing {
  readonly cacheDir: string;
  /** Of everything that the content is made of. */
  readonly hashSources: () => string;
  /** Makes the folder it is given, and what belongs in it. */
  readonly fill: (unfinished: string) => Promise<void>;
}

/**
 * Returns the folder that holds what is made of the sources, and makes it if it is not there.
 *
 * It is made under another name and renamed when complete. A rename is atomic, so a reader never sees
 * half a folder, and of two processes that do this at once the slower throws its own copy away. Where
 * a source changed meanwhile, the copy belongs to neither hash, and is made again.
 */
export async function publishFolder(publishing: Publishing): Promise<string> {
  const { cacheDir, hashSources, fill } = publishing;
  mkdirSync(cacheDir, { recursive: true });
  for (let tried = 0; tried < TRIES; tried += 1) {
    const hash = hashSources();
    const folder = join(cacheDir, hash);
    if (existsSync(folder)) return folder;
    const unfinished = `${folder}.${randomUUID()}.unfinished`;
    try {
      await fill(unfinished);
      if (hashSources() === hash) {
        moveInPlace(unfinished, folder);
        return folder;
      }
    } finally {
      rmSync(unfinished, { recursive: true, force: true });
    }
  }
  throw new Error(`The sources of ${cacheDir} changed ${TRIES} times while they were read`);
}

function moveInPlace(unfinished: string, folder: string): void {
  try {
    renameSync(unfinished, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
}
