import { describe, expect, test } from "vitest";
import { METERS } from "../../../shared/core/quota/meters.ts";
import { forecastOf, undoForecastOf } from "../../../shared/runs/forecast.ts";
import type { Plan } from "../../../shared/runs/plan.ts";
import { NO_COUNTS, type Run } from "../../../shared/runs/run.ts";
import { NO_TOTALS } from "../../../shared/runs/totals.ts";

const NOW = "2026-11-22T08:00:00.000Z";

/** 20,000 people in 200 pages, of which 10 were looked at: 3 and 6 calls each, a second a page. */
const plan: Plan = {
  id: "plan-1",
  request: { kinds: ["person"], where: [] },
  by: "ann",
  because: "to see",
  createdAt: NOW,
  mappingVersion: "1",
  state: "ready",
  lacks: [],
  readings: { "read hubspot contacts": { kind: "person", rows: 20_000 } },
  calls: { hubspot: 0, salesforce: 0 },
  totals: {
    ...NO_TOTALS,
    items: 20_000,
    kinds: { person: 20_000 },
    updates: { "hubspot contacts": 20_000 },
  },
  rehearsals: [
    {
      kind: "person",
      pages: 200,
      looks: 10,
      lookCalls: { hubspot: 30, salesforce: 60 },
      lookMs: 9000,
      applyCalls: { hubspot: 200, salesforce: 100 },
      undoCalls: { hubspot: 400, salesforce: 200 },
    },
  ],
};

const run: Run = {
  id: "run-1",
  what: "apply",
  plan: "plan-1",
  kinds: ["person"],
  by: "ann",
  because: "to do",
  startedAt: NOW,
  state: "stopped",
  limits: {},
  used: { creates: 0, updates: 0, archives: 0 },
  pages: {},
  creations: [],
  turn: 0,
  epoch: 1,
  items: 20_000,
  counts: { ...NO_COUNTS, done: 10_000 },
  calls: { hubspot: 0, salesforce: 0 },
};

const HUBSPOT = METERS["hubspot calls"];
const free = { hubspot: { ...HUBSPOT, limit: undefined }, budget: undefined };

describe("P8: a forecast", () => {
  test("is of all pages, as those that were looked at, with what is written, and what workers ask of the CRMs themselves", () => {
    // 200 pages of 3 and 6, and 200 and 100 that write. At 100 ms a call two workers take 1.75 minutes: 0.35 of the
    // time after which each asks anew for an object's properties, the owners in two pages, and the users.
    const { calls, minutes } = forecastOf(plan, free) ?? {};
    expect(calls).toEqual({ hubspot: 600 + 200 + 2 + 2, salesforce: 1200 + 100 + 1 });
    expect(minutes).toBe(2);
  });

  test("takes as long as HubSpot's limit and the run's share of it let its calls go", () => {
    const minutesOf = (limit: number, budget?: number) =>
      forecastOf(plan, { hubspot: { ...HUBSPOT, limit }, budget })?.minutes;
    // 804 calls at 96 of 100 every ten seconds, at 182 of 190, and at a tenth of these.
    expect([minutesOf(100), minutesOf(190), minutesOf(190, 0.1)]).toEqual([2, 2, 8]);
  });

  test("takes as long as the pace lets records be created", () => {
    const creating = { ...plan.totals, creates: { "salesforce Lead": 3000 } };
    const minutesAt = (createsPerMinute: number | null | undefined) =>
      forecastOf({ ...plan, totals: { ...NO_TOTALS, ...creating } }, { ...free, createsPerMinute })
        ?.minutes;
    expect([minutesAt(undefined), minutesAt(null), minutesAt(60), minutesAt(7)]).toEqual([
      2, 2, 50, 429,
    ]);
  });

  test("counts a look and a write more for each handful that the pace lets be created", () => {
    const creates = { "hubspot contacts": 3000 };
    const paced = { ...plan, totals: { ...NO_TOTALS, ...plan.totals, creates } };
    const callsAt = (createsPerMinute: number | null) =>
      forecastOf(paced, { ...free, createsPerMinute })?.calls;
    // Handfuls of ten, 300 of them, where there are 200 pages: 100 more looks at 3 and 6, and writes to HubSpot.
    const [without, with60] = [callsAt(null), callsAt(60)];
    expect(with60?.hubspot).toBe((without?.hubspot ?? 0) + 300 + 100);
    expect(with60?.salesforce).toBe((without?.salesforce ?? 0) + 600);
    expect(callsAt(600)).toEqual(without);
  });

  test("of an undo is of as much as was done", () => {
    expect(undoForecastOf(plan, run, free)?.calls).toEqual({ hubspot: 200, salesforce: 100 });
  });

  test("is none until the plan was rehearsed", () => {
    const { rehearsals: _, ...unrehearsed } = plan;
    expect(forecastOf(unrehearsed, free)).toBeUndefined();
  });
});
