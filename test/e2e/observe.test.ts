import { rmSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { countedWrites, openKept } from "../support/crm-reader.ts";
import { readEndState } from "../support/end-state.ts";
import { NO_WRITES, summaryIn } from "../support/run-summary.ts";
import { newHome, runAccord, startAccord, stateOf } from "../support/running-accord.ts";
import { smallDataFolder } from "../support/small-data.ts";

const home = newHome();
const data = smallDataFolder();
const NOTHING = {
  hubspot: { creates: 0, updates: 0, archives: 0, associations: 0 },
  salesforce: { creates: 0, updates: 0, deletes: 0, setup: 0 },
} as const;

afterAll(() => {
  for (const folder of [home, data]) rmSync(folder, { recursive: true, force: true });
});

test("P9: observing proposes and writes nothing to a CRM, by both CRMs' own count, and says so", async () => {
  const accord = await startAccord({ home, args: ["--data", data, "--observe", "--json"] });
  const counted = {
    hubspot: await countedWrites(accord.hubspotUrl),
    salesforce: await countedWrites(accord.salesforceUrl),
  };
  const { code, stdout, stderr } = await accord.stop();
  expect(counted).toEqual(NOTHING);
  expect(code).toBe(0);
  expect(stderr).toMatch(/Observed; nothing was written to a CRM[\s\S]+would be written +\d+/);
  const { writes, proposed } = summaryIn({ stdout });
  expect(writes).toEqual(NO_WRITES);
  expect(proposed).toBeGreaterThanOrEqual(7);
});

test("a normal run does what was proposed", async () => {
  const startedMs = Date.now();
  const ended = await runAccord({ home, args: ["--data", data, "--once", "--json"] });
  expect(ended.code).toBe(0);
  const { persons, companies, opportunities, proposed } = summaryIn(ended);
  expect({ persons, companies, opportunities, proposed }).toEqual({
    persons: 5,
    companies: 1,
    opportunities: 1,
    proposed: 0,
  });
  const kept = await openKept(stateOf(home));
  const rows = await readEndState(kept, startedMs);
  await kept.stop();
  expect(rows.filter(({ tiedTo }) => tiedTo.length !== 1)).toEqual([]);
});
