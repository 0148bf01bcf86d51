import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Whatever a run of the tests leaves in the folder for temporary files goes with the run. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "accord-tests-"));
  process.env["TMPDIR"] = folder;
  // Hosts and commands are started many times over: what one has compiled, the next one need not.
  process.env["NODE_COMPILE_CACHE"] ??= join(folder, "compiled");
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
