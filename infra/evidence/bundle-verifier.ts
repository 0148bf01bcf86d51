import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { codes, code as currencyByCode } from "currency-codes";
import type { Plugin } from "esbuild";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const HEAD = `// Checks the evidence pack that this file lies in, with nothing but Node 18 or newer:
//
//   node verify.mjs                 the pack against itself
//   node verify.mjs SHA-256         ... and its report against the hash that was noted at the close
//
// Exit codes: 0 it holds, 1 it does not, 2 it could not be checked.
//
// These are the ledger's own rules, as Accord applies them, put into one file; read it from its end.

`;

/**
 * The command that checks a pack, as one file of plain JavaScript: bundled out of the rules that the
 * ledger itself is kept by, so that there is no second copy of them to go astray. Names and comments stay,
 * since an auditor reads it.
 */
export async function bundleVerifier(): Promise<string> {
  // Only here: every other command starts without it.
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: ["infra/evidence/verify.ts"],
    bundle: true,
    write: false,
    platform: "node",
    target: "node18",
    format: "esm",
    legalComments: "inline",
    logLevel: "error",
    plugins: [commentsStay, oneTableOfCurrencies],
  });
  const [{ text = "" } = {}] = outputFiles;
  return `${HEAD}${tidied(text)}`;
}

/** Of functions and constants; what is said of a type has nothing to stand above any more. */
const COMMENTED =
  /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/(\s*(?:export )?(?:async )?(?:function|const) (\w+))/g;

/** The bundler keeps comments that look like a licence; each is marked with what it is of. */
const commentsStay: Plugin = {
  name: "comments-stay",
  setup({ onLoad }) {
    onLoad({ filter: /\/(?:shared\/core|infra\/evidence)\/.*\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replace(COMMENTED, "/*!@$3@$1*/$2"),
      loader: "ts",
    }));
  },
};

/** The digits of each currency are all that is asked of the table; countries are left out. */
const oneTableOfCurrencies: Plugin = {
  name: "one-table-of-currencies",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^currency-codes$/ }, () => ({
      path: "ISO-4217",
      namespace: "currencies",
    }));
    onLoad({ filter: /.*/, namespace: "currencies" }, () => {
      const byDigits = Object.groupBy(codes(), (code) => String(currencyByCode(code)?.digits));
      const lists = Object.entries(byDigits).map(
        ([digits, all = []]) => `  ${digits}: "${all.join(" ")}"`,
      );
      return {
        contents: `/*!@BY_DIGITS@ Currencies by the digits after their decimal point. Source: ISO 4217 list one. */
const BY_DIGITS = {\n${lists.join(",\n")}\n};
export function code(code) {
  for (const [digits, codes] of Object.entries(BY_DIGITS))
    if (codes.split(" ").includes(code)) return { code, digits: Number(digits) };
  return undefined;
}`,
        loader: "js",
      };
    });
  },
};

const KEPT =
  /\/\*!@(\w+)@((?:(?!\*\/)[\s\S])*)\*\/\n(?=((?:async )?(?:function|var|const) (\w+))?)/g;

/** Comments whose code is not in the file go; the others lose their mark. */
function tidied(bundle: string): string {
  return bundle.replace(KEPT, (_all, of: string, comment: string, _code, name?: string) =>
    of === name ? `/**${comment}*/\n` : "",
  );
}
