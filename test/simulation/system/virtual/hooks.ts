import { readFileSync, realpathSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { installGlobals } from "./globals.ts";
import { installLightWeb } from "./light-web.ts";

/** A change of one source file that breaks the protocol on purpose. */
export interface Patch {
  /** From the project's root. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const REPLACED: Readonly<Record<string, URL>> = {
  "node:timers/promises": new URL("./timers-promises.ts", import.meta.url),
  undici: new URL("../../../../infra/bundles/undici-as-global-fetch.ts", import.meta.url),
};

const ROOT = new URL("../../../../", import.meta.url);

/** jsforce reads bodies as streams of the web's; here they are texts (light-web.ts). */
const WHOLE_BODIES: Patch = {
  file: "node_modules/jsforce/lib/request.js",
  from: "stream_1.Readable.fromWeb(res.body).pipe(output);",
  to: "output.end(res.body);",
};

/**
 * Makes time and network virtual for every module loaded from here on, and patches source files as
 * they are read. To be called before the first of them is imported.
 *
 * @throws Error where a patch does not meet exactly one place: the code it broke has moved on.
 */
export function makeVirtual(patches: readonly Patch[]): void {
  installGlobals();
  installLightWeb();
  const byUrl = Map.groupBy([WHOLE_BODIES, ...patches], ({ file }) => realUrl(file));
  registerHooks({
    resolve(specifier, context, next) {
      const replaced = REPLACED[specifier];
      if (replaced) return { url: replaced.href, shortCircuit: true };
      return next(specifier, context);
    },
    load(url, context, next) {
      const loaded = next(url, context);
      const ours = byUrl.get(url);
      if (!ours) return loaded;
      const text = loaded.source ? String(loaded.source) : readFileSync(fileURLToPath(url), "utf8");
      return { ...loaded, source: ours.reduce(patched, text) };
    },
  });
}

/** Modules are known by where they really are, also where a folder is a link. */
function realUrl(file: string): string {
  return pathToFileURL(realpathSync(new URL(file, ROOT))).href;
}

function patched(source: string, { file, from, to }: Patch): string {
  const places = source.split(from).length - 1;
  if (places !== 1)
    throw new Error(`the mutation of ${file} meets ${places} places instead of one: ${from}`);
  return source.replace(from, () => to);
}
