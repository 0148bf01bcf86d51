import { afterEach, beforeEach, expect, test } from "vitest";
import type { ChangedRow, PollCursor } from "../../shared/sync/ports.ts";
import { openReadyPortal, type TestPortal, toUpdate } from "./hubspot-adapter-portal.ts";

let portal: TestPortal;

beforeEach(async () => {
  portal = await openReadyPortal();
});

afterEach(() => portal.close());

const DAY = Date.parse("2026-03-01T00:00:00.000Z");

/** Contacts by id, each last changed so many milliseconds after the first of March. */
function seedStamps(stamps: readonly number[]): void {
  portal.simulator.seed(
    "contacts",
    stamps.map((offset, n) => ({
      id: String(n + 1),
      properties: {
        email: `p${n + 1}@x.example`,
        lastmodifieddate: new Date(DAY + offset).toISOString(),
      },
    })),
  );
}

async function readAll(
  from?: PollCursor,
  between: (page: number) => Promise<void> = async () => undefined,
): Promise<{ rows: ChangedRow[]; pages: number }> {
  const rows: ChangedRow[] = [];
  let cursor = from;
  for (let pages = 1; pages < 100; pages += 1) {
    const page = await portal.crm.changedSince("contacts", cursor);
    rows.push(...page.rows);
    if (!page.next) return { rows, pages };
    cursor = page.next;
    await between(pages);
  }
  throw new Error("the poll does not come to an end");
}

const idsOf = (rows: readonly ChangedRow[]) => rows.map(({ id }) => Number(id));
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

test("a poll reads every row once, oldest first, with the mapped values it came by", async () => {
  portal.simulator.seed("owners", [{ id: "7", email: "sam@sales.example" }]);
  seedStamps(upTo(450));
  portal.simulator.seed("contacts", [
    {
      id: "1",
      properties: { hubspot_owner_id: "7", lastmodifieddate: new Date(DAY + 1).toISOString() },
    },
  ]);
  const first = await portal.crm.changedSince("contacts", undefined);
  expect(first.total).toBe(450);
  expect(first.rows[0]).toMatchObject({
    id: "1",
    modifiedAtMs: DAY + 1,
    evidence: { hubspot_owner_id: "sam@sales.example", email: null, firstname: null },
    relates: undefined,
  });
  const { rows, pages } = await readAll();
  expect(idsOf(rows)).toEqual(upTo(450));
  expect(pages).toBe(3);
});

test("a poll goes on behind its cursor, and sees of that very stamp only later ids", async () => {
  seedStamps([0, 5, 5, 5, 9]);
  const { rows } = await readAll({ modifiedAtMs: DAY + 5, id: "3" });
  expect(idsOf(rows)).toEqual([4, 5]);
  expect(
    (await portal.crm.changedSince("contacts", { modifiedAtMs: DAY + 9, id: "5" })).rows,
  ).toEqual([]);
});

test("stamps shared across the end of a page lose no row, whatever order they come in", async () => {
  // Groups of 130 leave every page to end inside a group.
  seedStamps(upTo(900).map((n) => Math.floor(n / 130)));
  const { rows } = await readAll();
  expect(idsOf(rows).sort((left, right) => left - right)).toEqual(upTo(900));
});

test("twelve hundred rows of one stamp come once each, and the rows behind them too", async () => {
  seedStamps([
    ...upTo(50).map(() => 0),
    ...upTo(1250).map(() => 7),
    ...upTo(30).map((n) => 10 + n),
  ]);
  const { rows } = await readAll();
  expect(idsOf(rows).sort((left, right) => left - right)).toEqual(upTo(1330));
});

test("rows that our own writes move to the end are seen again there, and hide no other", async () => {
  seedStamps(upTo(700));
  const moved = ["3", "250", "251", "650"];
  const { rows } = await readAll(undefined, async (page) => {
    if (page === 1) await portal.crm.write(moved.map((id) => toUpdate(id, { firstname: "Moved" })));
  });
  const seen = idsOf(rows);
  expect([...new Set(seen)].sort((left, right) => left - right)).toEqual(upTo(700));
  expect(seen).toHaveLength(701);
});

test("deals are read by their own stamp", async () => {
  portal.simulator.seed("deals", [
    {
      id: "9",
      properties: {
        dealname: "Big",
        amount: "10",
        hs_lastmodifieddate: new Date(DAY).toISOString(),
      },
    },
  ]);
  const { rows, next } = await portal.crm.changedSince("deals", undefined);
  expect(next).toBeUndefined();
  expect(rows).toMatchObject([
    { id: "9", modifiedAtMs: DAY, evidence: { dealname: "Big", amount: "10", dealstage: null } },
  ]);
});

test("contacts are searched by the stamp that HubSpot keeps for them alone", async () => {
  await portal.crm.changedSince("contacts", undefined);
  await portal.crm.changedSince("companies", undefined);
  const searches = portal.seen.filter(({ path }) => path.endsWith("/search"));
  expect(searches.map(({ body }) => JSON.parse(body).sorts)).toEqual([
    ["lastmodifieddate"],
    ["hs_lastmodifieddate"],
  ]);
});
