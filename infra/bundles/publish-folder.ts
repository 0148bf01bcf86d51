import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes `folder` once: `fill` writes into a folder beside it, which is renamed when it is complete.
 *
 * A rename is atomic, so a reader never sees half a folder, and of two processes that do this at
 * once the slower throws its own copy away. Both are equal, as `folder` is named by content.
 */
export async function publishFolder(
  folder: string,
  fill: (unfinished: string) => Promise<void>,
): Promise<void> {
  if (existsSync(folder)) return;
  mkdirSync(dirname(folder), { recursive: true });
  const unfinished = `${folder}.${randomUUID()}.unfinished`;
  try {
    await fill(unfinished);
    renameSync(unfinished, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}
