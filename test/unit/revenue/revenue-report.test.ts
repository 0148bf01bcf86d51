import { expect, test } from "vitest";
import type { Touch } from "../../../shared/core/attribution/credit-first-touch.ts";
import type { WonOpportunity } from "../../../shared/revenue/ports.ts";
import { revenueBy } from "../../../shared/revenue/revenue-report.ts";
import { memoryRevenueStore } from "../../support/memory-revenue-store.ts";

const request = { model: "first-touch", by: "source" };

function won(id: string, amount: string | null, ...personIds: string[]): WonOpportunity {
  return { id, amount, closedOn: "2026-03-31", personIds };
}

function touch(personId: string, source: string | null, at = "2026-01-01T00:00:00.000Z"): Touch {
  return { personId, at, source, detail1: null, detail2: null };
}

test("A5: revenue is reported by currency, largest first, the unattributed line always among them", async () => {
  const pages = [
    [won("o1", "USD 100.10", "ann"), won("o2", "USD 0.20", "bob", "ann"), won("o3", "EUR 7.00")],
    [won("o4", "USD 500.00", "cid"), won("o5", "JPY 1200", "ann"), won("o6", null, "ann")],
  ];
  const touches = [
    touch("ann", "PAID_SEARCH"),
    touch("bob", "REFERRALS", "2026-02-01T00:00:00.000Z"),
    touch("cid", "REFERRALS"),
  ];
  expect(await revenueBy(request, memoryRevenueStore(pages, touches))).toEqual({
    model: "first-touch",
    modelVersion: "1",
    by: "source",
    lines: [
      { source: null, label: "(unattributed)", currency: "EUR", revenue: "7.00", opportunities: 1 },
      {
        source: "PAID_SEARCH",
        label: "PAID_SEARCH",
        currency: "JPY",
        revenue: "1200",
        opportunities: 1,
      },
      { source: null, label: "(unattributed)", currency: "JPY", revenue: "0", opportunities: 0 },
      {
        source: "REFERRALS",
        label: "REFERRALS",
        currency: "USD",
        revenue: "500.00",
        opportunities: 1,
      },
      {
        source: "PAID_SEARCH",
        label: "PAID_SEARCH",
        currency: "USD",
        revenue: "100.30",
        opportunities: 2,
      },
      { source: null, label: "(unattributed)", currency: "USD", revenue: "0.00", opportunities: 0 },
    ],
    totals: [
      { currency: "EUR", revenue: "7.00", opportunities: 1 },
      { currency: "JPY", revenue: "1200", opportunities: 1 },
      { currency: "USD", revenue: "600.30", opportunities: 3 },
    ],
    withoutAmount: 1,
  });
});

test("A5: of equal revenue, sources stand by name and the unattributed line last", async () => {
  const pages = [
    [won("o1", "USD 1.00", "zed"), won("o2", "USD 1.00"), won("o3", "USD 1.00", "ann")],
  ];
  const store = memoryRevenueStore(pages, [touch("zed", "Z"), touch("ann", "A")]);
  expect(await revenueBy(request, store)).toMatchObject({
    lines: [{ source: "A" }, { source: "Z" }, { source: null }],
  });
});

test("A5: an amount below zero leaves the unattributed zero above it", async () => {
  const store = memoryRevenueStore([[won("o1", "USD -5.00", "ann")]], [touch("ann", "A")]);
  expect(await revenueBy(request, store)).toMatchObject({
    lines: [
      { source: null, revenue: "0.00", opportunities: 0 },
      { source: "A", revenue: "-5.00", opportunities: 1 },
    ],
  });
});

test("A5: a source that is called like the unattributed line stays a line of its own", async () => {
  const pages = [[won("o1", "USD 1.00", "ann"), won("o2", "USD 2.00")]];
  const store = memoryRevenueStore(pages, [touch("ann", "(unattributed)")]);
  expect(await revenueBy(request, store)).toMatchObject({
    lines: [
      { source: null, revenue: "2.00" },
      { source: "(unattributed)", revenue: "1.00" },
    ],
  });
});

test("P5: an opportunity that two pages hold is counted once", async () => {
  const twice = [won("o1", "USD 1.00"), won("o2", null)];
  expect(await revenueBy(request, memoryRevenueStore([twice, twice], []))).toMatchObject({
    totals: [{ revenue: "1.00", opportunities: 1 }],
    withoutAmount: 1,
  });
});

test("A6: where nothing is won with an amount there are no lines and no totals", async () => {
  expect(await revenueBy(request, memoryRevenueStore([[won("o1", null)], []], []))).toMatchObject({
    lines: [],
    totals: [],
    withoutAmount: 1,
  });
});

test("an unknown model is refused with the list of those that exist", async () => {
  expect(await revenueBy({ model: "last", by: "source" }, memoryRevenueStore([], []))).toEqual({
    refused: "model-unknown",
    reason: "there is no model 'last'; there is: first-touch",
    available: ["first-touch"],
  });
});

test("an unknown breakdown is refused with the list of those that exist", async () => {
  const ask = { model: "first-touch", by: "owner" };
  expect(await revenueBy(ask, memoryRevenueStore([], []))).toEqual({
    refused: "breakdown-unknown",
    reason: "there is no breakdown 'owner'; there is: source",
    available: ["source"],
  });
});

test("a stored amount that is no canonical text is a bug and throws, naming the opportunity", async () => {
  const store = memoryRevenueStore([[won("o1", "12.34")]], []);
  await expect(revenueBy(request, store)).rejects.toThrow("opportunity o1");
});
