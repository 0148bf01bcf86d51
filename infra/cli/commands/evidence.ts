import { createHash } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Command } from "commander";
import * as z from "zod";
import { bundleVerifier } from "../../evidence/bundle-verifier.ts";
import { MANIFEST, manifestText } from "../../evidence/manifest.ts";
import { readmeText } from "../../evidence/readme-text.ts";
import type { Api } from "../api.ts";
import { Failure } from "../failure.ts";
import { examples, type Shell } from "../shell.ts";
import { openSink } from "../sink.ts";

const evidence = z.object({
  period: z.string(),
  asOf: z.string(),
  files: z.record(z.string(), z.string()),
  credits: z.array(z.object({ model: z.string(), file: z.string() })),
});

const page = z.object({ lines: z.array(z.string()), next: z.string().optional() });

const ENTRIES = "entries.ndjson";
const README = "README.txt";
const VERIFIER = "verify.mjs";

interface Wanted {
  readonly period: string;
  readonly out: string;
}

/** Adds what an auditor is given to `accord revenue`. */
export function addEvidence(program: Command, shell: Shell): void {
  const group = program.commands.find((one) => one.name() === "revenue");
  if (!group) throw new Error("there is no command revenue to add to");
  group
    .command("evidence")
    .description("packs a closed month for an auditor, with a command that checks the pack")
    .requiredOption("--period <month>", "a closed one, such as 2026-10")
    .requiredOption("--out <folder>", "new, or empty")
    .addHelpText("after", examples("revenue evidence --period 2026-10 --out evidence-2026-10"))
    .action(async ({ period, out }: Wanted, command: Command) => {
      if (existsSync(out) && readdirSync(out).length > 0)
        throw new Failure("usage", `${out} is not empty: name a new folder`);
      const api = shell.api(command);
      const path = `/api/revenue/evidence/${encodeURIComponent(period)}`;
      const { asOf, files, credits } = evidence.parse((await api.get(path)).json);
      mkdirSync(out, { recursive: true });
      const lined = { api, asOf, out };
      const entries = await writeLines(shell, {
        ...lined,
        path: `${path}/entries`,
        file: ENTRIES,
      });
      for (const of of credits)
        await writeLines(shell, { ...lined, ...of, path: `${path}/credits` });
      const texts = { ...files, [VERIFIER]: await bundleVerifier(), [README]: readmeText(period) };
      for (const [name, text] of Object.entries(texts)) writeFileSync(join(out, name), text);
      const hashes = new Map<string, string>();
      for (const name of [...Object.keys(texts), ENTRIES, ...credits.map(({ file }) => file)])
        hashes.set(name, await hashOf(join(out, name)));
      const manifest = manifestText(hashes);
      writeFileSync(join(out, MANIFEST), manifest);
      shell.line(`${period} with ${entries} entries, as of ${asOf}, is in ${out}.`);
      shell.line(`SHA-256 of the report:   ${hashes.get("report.json")}`);
      shell.line(`SHA-256 of the manifest: ${sha256(manifest)}`);
      shell.line(`To check it: node ${join(out, VERIFIER)}`);
    });
}

/** Page by page, so that a month of any size fits into the memory; answers how many lines there were. */
async function writeLines(
  shell: Shell,
  {
    api,
    path,
    out,
    file,
    ...asked
  }: {
    readonly api: Api;
    readonly path: string;
    readonly asOf: string;
    readonly model?: string;
    readonly out: string;
    readonly file: string;
  },
): Promise<number> {
  const sink = await openSink(shell, join(out, file));
  let count = 0;
  let after: string | undefined;
  do {
    const { lines, next } = page.parse((await api.get(path, { ...asked, after })).json);
    for (const line of lines) await sink.write(`${line}\n`);
    count += lines.length;
    after = next;
  } while (after !== undefined);
  await sink.end();
  return count;
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
