import { mkdtempSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type Bundles, bundleFunctions } from "../../infra/bundles/bundle-functions.ts";
import { FUNCTION_NAMES } from "../../infra/bundles/function-names.ts";

const LONG_MS = 120_000;

/**
 * Bytes of each bundle, and with them the time a cold start takes: about 1.2 times what was measured
 * in November 2026, so that a package that slips in is seen on the day it does.
 */
const BUDGET_KB = {
  api: 870,
  "poll-changes": 1490,
  "post-ledger": 640,
  "prepare-crms": 1380,
  "receive-hubspot": 590,
  "receive-salesforce-messages": 650,
  "reconcile-records": 1540,
  "retry-parked": 1540,
  "work-runs": 1700,
  "write-warehouse": 1300,
} as const;

const bytes = (bundles: Bundles, name: (typeof FUNCTION_NAMES)[number]) =>
  readFileSync(join(bundles(name), "index.mjs"));

let bundles: Bundles;
beforeAll(async () => {
  bundles = await bundleFunctions();
}, LONG_MS);

describe.each(FUNCTION_NAMES)("the bundle of %s", (name) => {
  test(`has no more than ${BUDGET_KB[name]} KB`, () => {
    const { size } = statSync(join(bundles(name), "index.mjs"));
    expect(size).toBeLessThanOrEqual(BUDGET_KB[name] * 1000);
  });

  test("leaves out what Node has, and the list of file types", () => {
    const meta = readFileSync(join(dirname(bundles(name)), `${name}.meta.json`), "utf8");
    expect(meta).not.toMatch(/node_modules\/(undici|mime-types|mime-db)\//);
  });
});

test(
  "equal sources give equal bytes, so that a release replaces only what changed",
  async () => {
    const cacheDir = mkdtempSync(join(tmpdir(), "accord-bundles-"));
    const again = await bundleFunctions({ cacheDir });
    for (const name of FUNCTION_NAMES)
      expect(bytes(again, name).equals(bytes(bundles, name))).toBe(true);
  },
  LONG_MS,
);
