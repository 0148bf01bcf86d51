#!/usr/bin/env node
/**
 * `npx accord …`. Runs on whatever Node the machine has, and hands on to the one that package.json pins,
 * which reads TypeScript.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const manifest = join(root, "node_modules", "node", "package.json");
if (!existsSync(manifest)) {
  console.error(`accord: its packages are not installed; run 'npm ci' in ${root}`);
  process.exit(2);
}
const { version } = JSON.parse(readFileSync(manifest, "utf8"));
if (process.versions.node === version) await import("./accord.ts");
else {
  const script = fileURLToPath(new URL("./accord.ts", import.meta.url));
  const { status, error } = spawnSync(
    join(root, "node_modules", ".bin", "node"),
    [script, ...process.argv.slice(2)],
    { stdio: "inherit", shell: process.platform === "win32" },
  );
  if (error) console.error(`accord: ${error.message}`);
  process.exit(status ?? 1);
}
