import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ChangedRow, PollCursor } from "../../shared/sync/ports.ts";
import { idOf, ref, type SimulatedOrg, simulatedOrg } from "./salesforce-adapter-simulated.ts";

const ROWS = 4500;
const STAMP = "2026-03-01T10:00:00.123+0000";
let org: SimulatedOrg;

beforeAll(async () => {
  org = await simulatedOrg();
  org.simulator.seed("Contact", [
    { Id: idOf("003", 9001), LastName: "Early", SystemModstamp: "2026-03-01T10:00:00.122+0000" },
    { Id: idOf("003", 9002), LastName: "Late", SystemModstamp: "2026-03-01T10:00:00.124+0000" },
    ...Array.from({ length: ROWS }, (_, at) => ({
      Id: idOf("003", at),
      LastName: `N${at}`,
      SystemModstamp: STAMP,
      IsDeleted: at === 7,
    })),
  ]);
  org.simulator.seed("Lead", [
    { Id: idOf("00Q", 1), LastName: "L", Company: "C", IsConverted: true },
  ]);
  org.simulator.seed("OpportunityContactRole", [
    {
      Id: idOf("00K", 1),
      OpportunityId: idOf("006", 1),
      ContactId: idOf("003", 1),
      IsDeleted: true,
    },
  ]);
});
afterAll(() => org.stop());

async function readAll(from: PollCursor | undefined) {
  const rows: ChangedRow[] = [];
  const totals: (number | undefined)[] = [];
  let cursor = from;
  do {
    const page = await org.crm.changedSince("Contact", cursor);
    rows.push(...page.rows);
    totals.push(page.total);
    cursor = page.next;
  } while (cursor !== undefined);
  return { rows, totals };
}

describe("a poll", () => {
  test("reads thousands of rows of one stamp once each, and counts on its first page", async () => {
    const { rows, totals } = await readAll(undefined);
    expect(rows).toHaveLength(ROWS + 2);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(ROWS + 2);
    expect([rows[0]?.id, rows.at(-1)?.id]).toEqual([idOf("003", 9001), idOf("003", 9002)]);
    expect(totals).toEqual([ROWS + 2, undefined, undefined]);
  });

  test("goes on after the very row of its cursor, to the millisecond", async () => {
    const modifiedAtMs = Date.parse("2026-03-01T10:00:00.123Z");
    const { rows } = await readAll({ modifiedAtMs, id: idOf("003", ROWS - 2) });
    expect(rows.map(({ id }) => id)).toEqual([idOf("003", ROWS - 1), idOf("003", 9002)]);
  });

  test("tells a live row's values, and of a deleted or converted one nothing", async () => {
    const { rows } = await org.crm.changedSince("Contact", undefined);
    const byId = new Map(rows.map((row) => [row.id, row]));
    expect(byId.get(idOf("003", 8))?.evidence).toMatchObject({ LastName: "N8", OwnerId: null });
    expect(byId.get(idOf("003", 7))?.evidence).toEqual({});
    const leads = await org.crm.changedSince("Lead", undefined);
    expect(leads.rows.map(({ evidence }) => evidence)).toEqual([{}]);
  });

  test("of contact roles names their opportunity and contact, also of deleted ones", async () => {
    const { rows } = await org.crm.changedSince("OpportunityContactRole", undefined);
    expect(rows.map(({ evidence, relates }) => ({ evidence, relates }))).toEqual([
      {
        evidence: {},
        relates: {
          opportunity: ref("Opportunity", idOf("006", 1)),
          seen: { object: "Contact", id: idOf("003", 1), present: false },
        },
      },
    ]);
  });

  test("that finds nothing new has reached the present", async () => {
    const modifiedAtMs = Date.parse("2026-03-01T10:00:00.124Z");
    expect(await org.crm.changedSince("Contact", { modifiedAtMs, id: idOf("003", 9002) })).toEqual({
      rows: [],
      next: undefined,
      total: undefined,
    });
  });
});
