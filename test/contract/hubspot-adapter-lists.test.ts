import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ChangedPage, ChangedRow, Crm, PollCursor } from "../../shared/sync/ports.ts";
import { openReadyPortal, type TestPortal } from "./hubspot-adapter-portal.ts";

vi.setConfig({ testTimeout: 60_000 });

const ROWS = 2500;
const DAY = Date.parse("2026-03-01T00:00:00.000Z");

let portal: TestPortal;

/** Ids as they are given out over the years: close together at first, and far apart later. */
const idOf = (n: number) => String(n < 1500 ? 51 + n : 10_000_000_000 + n * 977);
const IDS = Array.from({ length: ROWS }, (_, n) => idOf(n));

beforeEach(async () => {
  portal = await openReadyPortal();
  portal.simulator.seed(
    "contacts",
    IDS.map((id, n) => ({
      id,
      properties: {
        email: `p${n}@x.example`,
        lastmodifieddate: new Date(DAY + ((n * 7919) % ROWS)).toISOString(),
      },
    })),
  );
});

afterEach(() => portal.close());

const crmWith = (listFromRows: number): Crm => portal.openCrm({ listFromRows });

async function readAll(
  crm: Crm,
  from?: PollCursor,
  between: (page: ChangedPage, index: number) => unknown = () => undefined,
) {
  const pages: ChangedPage[] = [];
  let cursor = from;
  do {
    const page = await crm.changedSince("contacts", cursor);
    pages.push(page);
    await between(page, pages.length);
    cursor = page.next;
  } while (cursor !== undefined);
  return { pages, rows: pages.flatMap(({ rows }) => rows) };
}

const idsIn = (rows: readonly ChangedRow[]) => [...new Set(rows.map(({ id }) => id))].sort();
const listed = () => portal.seen.filter(({ method }) => method === "GET");

test("many rows are listed in several ranges at once, each row as a search tells it [P8]", async () => {
  const { rows: searched } = await readAll(crmWith(Number.POSITIVE_INFINITY));
  expect(listed()).toEqual([]);
  const { rows, pages } = await readAll(crmWith(ROWS));
  expect(idsIn(rows)).toEqual([...IDS].sort());
  const byId = (all: readonly ChangedRow[]) => new Map(all.map((row) => [row.id, row]));
  expect(byId(rows)).toEqual(byId(searched));
  expect(Math.max(...pages.map((page) => page.rows.length))).toBe(400);
  // The first page of the poll, and the rows around which ranges meet, come twice.
  expect(rows.length).toBeLessThanOrEqual(ROWS + 200 + 8);
  expect(listed().length).toBeLessThanOrEqual(ROWS / 100 + 12);
});

test("lists are read on from any page, by whoever has its cursor [P2]", async () => {
  const { pages } = await readAll(crmWith(ROWS));
  for (const at of [1, 3, 5]) {
    const before = pages.slice(0, at).flatMap(({ rows }) => rows);
    const { rows } = await readAll(crmWith(ROWS), pages[at - 1]?.next);
    expect(idsIn([...before, ...rows])).toEqual([...IDS].sort());
  }
});

test("what changed or came while lists were read is told after them [P1]", async () => {
  const late = "99999999999";
  const { rows } = await readAll(crmWith(ROWS), undefined, (_page, index) => {
    if (index !== 3) return;
    const lastmodifieddate = new Date().toISOString();
    portal.simulator.seed("contacts", [
      { id: idOf(3), properties: { firstname: "New", lastmodifieddate } },
      { id: late, properties: { firstname: "Late", lastmodifieddate } },
    ]);
  });
  const told = (id: string) => rows.filter((row) => row.id === id).at(-1)?.evidence["firstname"];
  expect([told(idOf(3)), told(late)]).toEqual(["New", "Late"]);
});

test.each<[string, (path: string) => Response | undefined]>([
  [
    "takes only its own cursors",
    (path) =>
      path.includes("after=")
        ? Response.json({ status: "error", category: "VALIDATION_ERROR" }, { status: 400 })
        : undefined,
  ],
  [
    "takes a cursor for a number of rows",
    (path) => (path.includes("after=") ? Response.json({ results: [] }) : undefined),
  ],
])("a portal that %s is searched to the end", async (_how, answer) => {
  portal.interrupt(({ method, path }) => (method === "GET" ? answer(path) : undefined));
  const { rows, pages } = await readAll(crmWith(ROWS));
  expect(idsIn(rows)).toEqual([...IDS].sort());
  expect(pages.filter(({ next }) => next?.bulk !== undefined)).toHaveLength(1);
});
