/**
 * Runs every `check:*` script of package.json side by side, since each of them leaves cores idle.
 * Prints what a failed one said, whole; ends with 1 if any failed.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { z } from "zod";

const manifest = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")));

function run(command: string): Promise<{ code: number | null; said: string }> {
  const child = spawn(command, { shell: true, stdio: ["ignore", "pipe", "pipe"] });
  const parts: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (part: Buffer) => parts.push(part));
  return new Promise((resolve) => {
    child.once("close", (code) => resolve({ code, said: Buffer.concat(parts).toString() }));
  });
}

const checks = Object.entries(manifest.scripts).filter(([name]) => name.startsWith("check:"));
const outcomes = await Promise.all(
  checks.map(async ([name, command]) => ({ name, ...(await run(command)) })),
);
for (const { name, code, said } of outcomes) {
  console.log(`${code === 0 ? "passed" : "FAILED"}  ${name}`);
  if (code !== 0) console.log(said);
}
process.exitCode = outcomes.some(({ code }) => code !== 0) ? 1 : 0;
