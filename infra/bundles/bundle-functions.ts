import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { contentHash } from "./content-hash.ts";
import { FUNCTION_NAMES, type FunctionName } from "./function-names.ts";
import { publishFolder } from "./publish-folder.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BUNDLED_FROM = ["functions", "shared", "infra/bundles", "package-lock.json"];

/** CommonJS packages ask for Node's modules by `require`, which an ES module does not have. */
const REQUIRE_IN_ESM =
  "import{createRequire as _createRequire}from'node:module';const require=_createRequire(import.meta.url);";

/** The folder that is uploaded as the code of a function. */
export type Bundles = (name: FunctionName) => string;

export interface BundleOptions {
  /** Where `<name>/handler.ts` is looked for. */
  readonly functionsDir?: string;
  /** Where bundles are kept, each under a hash of what it was made of. */
  readonly cacheDir?: string;
}

/**
 * Bundles every function, unless that was done before with equal sources, and returns the folder of
 * each. The folder holds `index.mjs` alone; `<name>.meta.json` beside it says what its bytes are.
 */
export async function bundleFunctions({
  functionsDir = join(ROOT, "functions"),
  cacheDir = join(ROOT, ".accord", "bundles"),
}: BundleOptions = {}): Promise<Bundles> {
  const folder = await publishFolder({
    cacheDir,
    hashSources: () => contentHash(ROOT, BUNDLED_FROM, functionsDir),
    async fill(unfinished) {
      mkdirSync(unfinished, { recursive: true });
      await Promise.all(FUNCTION_NAMES.map((name) => bundle(name, functionsDir, unfinished)));
    },
  });
  return (name) => join(folder, name);
}

async function bundle(name: FunctionName, functionsDir: string, outDir: string): Promise<void> {
  const entry = join(functionsDir, name, "handler.ts");
  if (!existsSync(entry)) throw new Error(`Function ${name} has no ${entry}`);
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    outfile: join(outDir, name, "index.mjs"),
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    mainFields: ["module", "main"],
    banner: { js: REQUIRE_IN_ESM },
    minify: true,
    keepNames: true,
    legalComments: "none",
    metafile: true,
    logLevel: "error",
    nodePaths: [join(ROOT, "node_modules")],
    alias: {
      undici: join(ROOT, "infra/bundles/undici-as-global-fetch.ts"),
      "mime-types": join(ROOT, "infra/bundles/mime-types-stub.ts"),
    },
  });
  writeFileSync(join(outDir, `${name}.meta.json`), JSON.stringify(metafile));
}
