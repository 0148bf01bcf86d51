import { describe, expect, test } from "vitest";
import { TOUCH_SOURCES } from "../../../shared/config/touch-sources.ts";
import { endedSince, newsOf } from "../../../shared/core/touches/plan-touches.ts";
import { byDate } from "../../../shared/core/touches/touch.ts";
import { touchesToldBy } from "../../../shared/core/touches/touch-source.ts";
import { memberTouch } from "../../support/touch-builders.ts";

const toldBy = (properties: Readonly<Record<string, string | null>>, id = "1") =>
  touchesToldBy(TOUCH_SOURCES, { object: "contacts", id, properties, modifiedAtMs: 7 });

describe("what a contact's properties tell", () => {
  test("T1: a source is known by its name and instant, whichever contact tells of it", () => {
    const properties = {
      createdate: "2026-01-02T03:04:05.678Z",
      hs_analytics_source: "ORGANIC_SEARCH",
      hs_analytics_source_data_1: "google",
      hs_analytics_first_touch_converting_campaign: "c-1",
    };
    const [one, ...more] = toldBy(properties, "1");
    expect(more).toEqual([]);
    expect(one).toEqual({
      id: "hubspot#first-source#2026-01-02T03:04:05.678Z",
      at: "2026-01-02T03:04:05.678Z",
      kind: "first-source",
      system: "hubspot",
      origin: { object: "contacts", id: "1" },
      channel: "ORGANIC_SEARCH",
      details: ["google", null],
      title: null,
      campaign: { id: "c-1", name: null },
      status: null,
      ended: null,
      toldAtMs: 7,
    });
    expect(toldBy(properties, "2").map(({ id }) => id)).toEqual([one?.id]);
  });

  test.each([
    ["has no date", { hs_latest_source: "REFERRALS", hs_latest_source_timestamp: null }],
    ["has no readable date", { hs_latest_source: "REFERRALS", hs_latest_source_timestamp: "soon" }],
    ["has no source", { hs_latest_source_timestamp: "2026-01-02T03:04:05Z" }],
    ["is nothing", {}],
  ])("T2: what %s is no touch", (_what, properties) => {
    expect(toldBy(properties)).toEqual([]);
  });

  test("T6: a first conversion that is the most recent one too is one touch", () => {
    const once = {
      first_conversion_date: "2026-02-01T08:00:00.000Z",
      first_conversion_event_name: "Pricing: Ask for a quote",
      recent_conversion_date: "2026-02-01T08:00:00.000Z",
      recent_conversion_event_name: "Pricing: Ask for a quote",
    };
    expect(toldBy(once).map(({ kind, title }) => [kind, title])).toEqual([
      ["form", "Pricing: Ask for a quote"],
    ]);
    const twice = { ...once, recent_conversion_date: "2026-02-03T08:00:00.000Z" };
    expect(toldBy(twice).map(({ at }) => at)).toEqual([
      "2026-02-01T08:00:00.000Z",
      "2026-02-03T08:00:00.000Z",
    ]);
  });
});

describe("what is remembered", () => {
  const known = memberTouch({ toldAtMs: 5 });

  test.each([
    ["a touch that nobody knew", [], memberTouch(), true],
    ["the same account again", [known], known, false],
    ["a later status", [known], memberTouch({ toldAtMs: 6, status: "Responded" }), true],
    ["an earlier status, told late", [known], memberTouch({ toldAtMs: 4, status: "New" }), false],
    ["a later stamp that changed nothing", [known], memberTouch({ toldAtMs: 6 }), true],
  ])("T3: of %s, %#", (_what, remembered, told, isNews) => {
    expect(newsOf(remembered, [told])).toEqual(isNews ? [told] : []);
  });

  test("T3: a contact's later stamp is no news of a source that says the same", () => {
    const [source] = toldBy({ createdate: "2026-01-02", hs_analytics_source: "OFFLINE" });
    if (!source) throw new Error("it is a touch");
    expect(newsOf([source], [{ ...source, toldAtMs: 99 }])).toEqual([]);
    expect(newsOf([source], [{ ...source, toldAtMs: 99, channel: "REFERRALS" }])).toHaveLength(1);
  });

  test("T4: a member that is missed ends with the day it was missed, once, and nobody else", () => {
    const now = "2026-05-01T00:00:00.000Z";
    const ended = endedSince([known], [], now);
    expect(ended).toEqual([{ ...known, ended: { at: now, because: "it is no longer there" } }]);
    expect(endedSince(ended, [], "2026-06-01T00:00:00.000Z")).toEqual([]);
    expect(endedSince([known], [known], now)).toEqual([]);
    expect(endedSince([memberTouch({ kind: "form" })], [], now)).toEqual([]);
    expect(newsOf(ended, [known])).toEqual([known]);
  });

  test("touches are read by their dates, and those of one instant by their ids", () => {
    const [a, b, c] = [
      memberTouch({ id: "b", at: "2026-01-01T00:00:00.000Z" }),
      memberTouch({ id: "a", at: "2026-01-02T00:00:00.000Z" }),
      memberTouch({ id: "c", at: "2026-01-02T00:00:00.000Z" }),
    ];
    expect([c, b, a].sort(byDate)).toEqual([a, b, c]);
  });
});
