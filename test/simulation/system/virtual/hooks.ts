import { registerHooks } from "node:module";
import { installGlobals } from "./globals.ts";

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

/**
 * Makes time and network virtual for every module loaded from here on, and patches source files as
 * they are read. To be called before the first of them is imported.
 *
 * @throws Error where a patch does not meet exactly one place: the code it broke has moved on.
 */
export function makeVirtual(patches: readonly Patch[]): void {
  installGlobals();
  const byUrl = new Map(patches.map((patch) => [new URL(patch.file, ROOT).href, patch]));
  registerHooks({
    resolve(specifier, context, next) {
      const replaced = REPLACED[specifier];
      if (replaced) return { url: replaced.href, shortCircuit: true };
      return next(specifier, context);
    },
    load(url, context, next) {
      const loaded = next(url, context);
      const patch = byUrl.get(url);
      if (!patch) return loaded;
      const source = String(loaded.source);
      return { ...loaded, source: patched(source, patch) };
    },
  });
}

function patched(source: string, { file, from, to }: Patch): string {
  const places = source.split(from).length - 1;
  if (places !== 1)
    throw new Error(`the mutation of ${file} meets ${places} places instead of one: ${from}`);
  return source.replace(from, () => to);
}
