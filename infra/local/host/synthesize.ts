import { spawn } from "node:child_process";
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { contentHash } from "../../bundles/content-hash.ts";
import { publishFolder } from "../../bundles/publish-folder.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Everything that the synthesized app is made of. */
const MADE_OF = [
  "functions",
  "shared",
  "infra/app.ts",
  "infra/stacks",
  "infra/constructs",
  "infra/bundles",
  "cdk.json",
  "package-lock.json",
];

/** Assemblies of other sources, kept so that going back to them is fast. */
const KEEP = 5;

export interface SynthesizeOptions {
  /** As `cdk synth -c name=value`. */
  readonly context?: Readonly<Record<string, string>>;
  readonly cacheDir?: string;
  /** Told when it has to be built, which takes some seconds. */
  readonly onBuild?: () => void;
}

/**
 * Synthesizes the app, unless that was done before with equal sources, and returns the folder.
 *
 * It runs in a process of its own that ends when it is done: the CDK takes 200 MB of memory and a
 * second of loading, which a host that finds the folder in the cache is spared.
 */
export async function synthesize({
  context = {},
  cacheDir = join(ROOT, ".accord", "assemblies"),
  onBuild,
}: SynthesizeOptions = {}): Promise<string> {
  const folder = await publishFolder({
    cacheDir,
    hashSources: () => contentHash(ROOT, MADE_OF, JSON.stringify(context)),
    fill: (unfinished) => {
      onBuild?.();
      return runApp(unfinished, context);
    },
  });
  forgetOldest(cacheDir);
  return folder;
}

function runApp(outdir: string, context: Readonly<Record<string, string>>): Promise<void> {
  const child = spawn(process.execPath, [join(ROOT, "infra/app.ts")], {
    cwd: ROOT,
    env: { ...process.env, CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify(context) },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const said: Buffer[] = [];
  child.stderr.on("data", (part: Buffer) => said.push(part));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`The app cannot be synthesized:\n${Buffer.concat(said)}`));
    });
  });
}

function forgetOldest(cacheDir: string): void {
  const byAge = readdirSync(cacheDir)
    .filter((name) => !name.endsWith(".unfinished"))
    .map((name) => ({ path: join(cacheDir, name), atMs: statSync(join(cacheDir, name)).mtimeMs }))
    .sort((a, b) => b.atMs - a.atMs);
  for (const { path } of byAge.slice(KEEP)) rmSync(path, { recursive: true, force: true });
}
