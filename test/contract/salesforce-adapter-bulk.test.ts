import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import {
  type SalesforceSimulator,
  startSalesforceSimulator,
} from "../../infra/simulators/salesforce/start-salesforce.ts";
import { mapping } from "../../shared/config/mapping.ts";
import { wireShapes } from "../../shared/core/mapping/wire-shape.ts";
import { salesforceCrm } from "../../shared/salesforce/salesforce-crm.ts";
import type { ChangedPage, Crm, PollCursor } from "../../shared/sync/ports.ts";
import { idOf } from "./salesforce-adapter-simulated.ts";

/** More than a page of the query call, and than a page of a job's result. */
const ROWS = 12_500;
const STAMP = "2026-03-01T10:00:00.123+0000";
const AWKWARD = 'A "quoted", comma\nand a second line; Ünïcode';

vi.setConfig({ testTimeout: 60_000 });

let simulator: SalesforceSimulator;

function crmWith(bulkFromRows: number): Crm {
  return salesforceCrm({
    loginUrl: simulator.url,
    credentials: async () => ({ clientId: "id", clientSecret: "secret" }),
    shapes: wireShapes(mapping, "salesforce"),
    now: Date.now,
    bulkFromRows,
  });
}

beforeAll(async () => {
  simulator = await startSalesforceSimulator({ port: 0 });
  simulator.seed(
    "Contact",
    Array.from({ length: ROWS }, (_, at) => ({
      Id: idOf("003", at),
      LastName: at === 9000 ? AWKWARD : `N${at}`,
      ...(at === 9001 ? {} : { FirstName: "F" }),
      SystemModstamp: STAMP,
      IsDeleted: at === 9002,
    })),
  );
});
afterEach(() => fetch(`${simulator.url}/_simulator/faults`, { method: "DELETE" }));
afterAll(() => simulator.stop());

async function readAll(crm: Crm, from?: PollCursor, between?: (page: ChangedPage) => unknown) {
  const pages: ChangedPage[] = [];
  let cursor = from;
  do {
    const page = await crm.changedSince("Contact", cursor);
    pages.push(page);
    await between?.(page);
    cursor = page.next;
  } while (cursor !== undefined);
  return { pages, rows: pages.flatMap(({ rows }) => rows) };
}

async function callsTo(endpoint: string): Promise<number> {
  const answer = await fetch(`${simulator.url}/_simulator/stats`);
  const { byEndpoint } = (await answer.json()) as { byEndpoint: Record<string, number> };
  return byEndpoint[endpoint] ?? 0;
}

const inject = (rule: unknown) =>
  fetch(`${simulator.url}/_simulator/faults`, { method: "POST", body: JSON.stringify(rule) });

const CREATE = "POST /services/data/:version/jobs/query";
const JOBS = { method: "POST", path: "/services/data/*/jobs/query" };
const RESULTS = "/services/data/*/jobs/query/*/results";

describe("an object of many rows", () => {
  test("is read by one job, each row as pages tell it [P8]", async () => {
    const { rows: paged } = await readAll(crmWith(Number.POSITIVE_INFINITY));
    const before = await callsTo(CREATE);
    const { rows, pages } = await readAll(crmWith(ROWS));
    expect(new Set(rows.map(({ id }) => id)).size).toBe(ROWS);
    expect(rows).toHaveLength(ROWS);
    const byId = (all: typeof rows) => new Map(all.map((row) => [row.id, row]));
    expect(byId(rows)).toEqual(byId(paged));
    expect(byId(rows).get(idOf("003", 9000))?.evidence["LastName"]).toBe(AWKWARD);
    expect(byId(rows).get(idOf("003", 9001))?.evidence["FirstName"]).toBeNull();
    expect(byId(rows).get(idOf("003", 9002))?.evidence).toEqual({});
    expect(pages.map(({ rows: { length } }) => length).filter((length) => length > 0)).toEqual([
      2000, 10_000, 500,
    ]);
    expect((await callsTo(CREATE)) - before).toBe(1);
  });

  test("is read on from any page, by whoever has its cursor [P2]", async () => {
    const { pages } = await readAll(crmWith(ROWS));
    const held = pages.find(({ rows }) => rows.length === 10_000);
    const { rows } = await readAll(crmWith(ROWS), held?.next);
    expect(rows.map(({ id }) => id)).toEqual(
      Array.from({ length: 500 }, (_, at) => idOf("003", 12_000 + at)),
    );
  });

  test("tells what changed while it was read [P1]", async () => {
    let isEdited = false;
    const { rows } = await readAll(crmWith(ROWS), undefined, async (page) => {
      if (isEdited || page.next?.bulk === undefined) return;
      isEdited = true;
      await crmWith(ROWS).write([
        {
          recordId: "r",
          object: "Contact",
          id: idOf("003", 12_400),
          properties: { FirstName: "New" },
        },
      ]);
    });
    const told = rows.filter(({ id }) => id === idOf("003", 12_400));
    expect(told.map(({ evidence }) => evidence["FirstName"])).toEqual(["F", "New"]);
  });

  test("is read in pages where the org does not take jobs", async () => {
    await inject({
      match: JOBS,
      times: "always",
      fault: {
        kind: "status",
        status: 403,
        body: [{ errorCode: "FUNCTIONALITY_NOT_ENABLED", message: "no" }],
      },
    });
    const { rows, pages } = await readAll(crmWith(ROWS));
    expect(rows).toHaveLength(ROWS);
    expect(pages.every(({ next }) => next?.bulk === undefined)).toBe(true);
  });

  test("is read on in pages where its job is gone", async () => {
    await inject({ match: { path: RESULTS }, after: 1, fault: { kind: "status", status: 404 } });
    const { rows } = await readAll(crmWith(ROWS));
    expect(new Set(rows.map(({ id }) => id)).size).toBe(ROWS);
    expect(rows).toHaveLength(ROWS + 10_000);
  });

  test("waits for a throttle and does not take it for a lost job", async () => {
    await inject({
      match: { path: RESULTS },
      fault: {
        kind: "status",
        status: 403,
        body: [{ errorCode: "REQUEST_LIMIT_EXCEEDED", message: "no" }],
      },
    });
    await expect(readAll(crmWith(ROWS))).rejects.toMatchObject({ code: "salesforce-throttled" });
  });
});

test("an object of few rows is read in pages", async () => {
  const { pages } = await readAll(crmWith(ROWS + 1));
  expect(pages.every(({ next }) => next?.bulk === undefined)).toBe(true);
});
