import { expect, test } from "vitest";
import { attribution } from "../../../shared/config/attribution.ts";
import type { Attribution } from "../../../shared/core/attribution/model.ts";
import { compareModels } from "../../../shared/revenue/compare-models.ts";
import { coverageOf } from "../../../shared/revenue/coverage-report.ts";
import { describeModels } from "../../../shared/revenue/describe-models.ts";
import { drillDown } from "../../../shared/revenue/drill-down.ts";
import type { RevenueStore } from "../../../shared/revenue/ports.ts";
import { revenueBy } from "../../../shared/revenue/revenue-report.ts";
import { sourceTouch } from "../../support/journey-builders.ts";
import {
  coveredPerson,
  memoryRevenueStore,
  wonOpportunity as won,
} from "../../support/memory-revenue-store.ts";

const request = { model: "first", by: "source" };
const first = "2026-01-01T00:00:00.000Z";
const person = (id: string, source: string | null, at = first) =>
  coveredPerson(id, [sourceTouch(at, source)]);

const report = (store: RevenueStore, asked = {}, models = attribution) =>
  revenueBy({ ...request, ...asked }, models, store);

const line = (value: string | null, currency: string, revenue: string, opportunities: number) => ({
  attributed: value !== null,
  value,
  label: value ?? "(unattributed)",
  ...{ currency, revenue, opportunities },
});

test("A5: revenue is reported by currency, largest first, the unattributed line always among them", async () => {
  const pages = [
    [
      won("o1", "USD 100.10", ["ann"]),
      won("o2", "USD 0.20", ["bob", "ann"]),
      won("o3", "EUR 7.00", []),
    ],
    [won("o4", "USD 500.00", ["cid"]), won("o5", "JPY 1200", ["ann"]), won("o6", null, ["ann"])],
  ];
  const persons = [
    person("ann", "PAID_SEARCH"),
    person("bob", "REFERRALS", "2026-02-01T00:00:00.000Z"),
    person("cid", "REFERRALS"),
  ];
  expect(await report(memoryRevenueStore(pages, persons))).toEqual({
    ...request,
    modelVersion: expect.stringMatching(/^[0-9a-f]{8}$/),
    lines: [
      line(null, "EUR", "7.00", 1),
      line("PAID_SEARCH", "JPY", "1200", 1),
      line(null, "JPY", "0", 0),
      line("REFERRALS", "USD", "500.00", 1),
      line("PAID_SEARCH", "USD", "100.30", 2),
      line(null, "USD", "0.00", 0),
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
    [won("o1", "USD 1.00", ["zed"]), won("o2", "USD 1.00", []), won("o3", "USD 1.00", ["ann"])],
  ];
  expect(
    await report(memoryRevenueStore(pages, [person("zed", "Z"), person("ann", "A")])),
  ).toMatchObject({
    lines: [{ value: "A" }, { value: "Z" }, { value: null }],
  });
});

test("A5: an amount below zero leaves the unattributed zero above it", async () => {
  const store = memoryRevenueStore([[won("o1", "USD -5.00", ["ann"])]], [person("ann", "A")]);
  expect(await report(store)).toMatchObject({
    lines: [
      { value: null, revenue: "0.00", opportunities: 0 },
      { value: "A", revenue: "-5.00", opportunities: 1 },
    ],
  });
});

test("A5: a source that is called like the unattributed line stays a line of its own", async () => {
  const pages = [[won("o1", "USD 1.00", ["ann"]), won("o2", "USD 2.00", [])]];
  const store = memoryRevenueStore(pages, [person("ann", "(unattributed)")]);
  expect(await report(store)).toMatchObject({
    lines: [
      { attributed: false, revenue: "2.00" },
      { attributed: true, label: "(unattributed)", revenue: "1.00" },
    ],
  });
});

test("P5: an opportunity that two pages hold is counted once", async () => {
  const twice = [won("o1", "USD 1.00", []), won("o2", null, [])];
  expect(await report(memoryRevenueStore([twice, twice], []))).toMatchObject({
    totals: [{ revenue: "1.00", opportunities: 1 }],
    withoutAmount: 1,
  });
});

test("A6: where nothing is won with an amount there are no lines and no totals", async () => {
  expect(await report(memoryRevenueStore([[won("o1", null, [])], []], []))).toMatchObject({
    lines: [],
    totals: [],
    withoutAmount: 1,
  });
});

const { leadCreation, webinar } = {
  leadCreation: sourceTouch("2026-01-02T00:00:00.000Z", "ORGANIC_SEARCH", { details: ["shoes"] }),
  webinar: sourceTouch("2026-02-01T00:00:00.000Z", "Webinar", {
    kind: "campaign-response",
    campaign: { id: "701", name: "Spring webinar" },
  }),
};
const ann = coveredPerson("ann", [leadCreation, webinar], {
  leadCreatedAt: "2026-01-02T00:00:00.000Z",
});
const deals = [
  won("o1", "USD 100.00", ["ann"], { owner: "olga@x.example", companyIds: ["c1"] }),
  won("o2", "USD 0.01", ["ann"], { closedOn: "2026-01-31" }),
  won("o3", "USD 9.00", [], { owner: "olga@x.example" }),
];
const store = memoryRevenueStore([deals], [ann]);

test.each([
  [
    "source",
    [
      ["Webinar", "50.00", 1],
      ["ORGANIC_SEARCH", "50.01", 2],
    ],
  ],
  [
    "detail",
    [
      ["shoes", "50.01", 2],
      ["(no detail)", "50.00", 1],
    ],
  ],
  [
    "campaign",
    [
      ["(no campaign)", "50.01", 2],
      ["Spring webinar", "50.00", 1],
    ],
  ],
  [
    "touch",
    [
      ["latest-source", "50.01", 2],
      ["campaign-response", "50.00", 1],
    ],
  ],
  [
    "owner",
    [
      ["olga@x.example", "100.00", 1],
      ["(no owner)", "0.01", 1],
    ],
  ],
  [
    "company",
    [
      ["c1", "100.00", 1],
      ["(no company)", "0.01", 1],
    ],
  ],
  [
    "month",
    [
      ["2026-03", "100.00", 1],
      ["2026-01", "0.01", 1],
    ],
  ],
])("P5, A5: by %s, linear credit stands under what it is of", async (by, expected) => {
  const answer = await report(store, { model: "linear", by });
  if ("refused" in answer) throw new Error(answer.reason);
  const attributed = answer.lines.filter((one) => one.attributed);
  const told = attributed.map((one) => [one.label, one.revenue, one.opportunities]);
  expect(new Set(told.map(String))).toEqual(new Set(expected.map(String)));
  expect(answer.lines.filter((one) => !one.attributed)).toEqual([line(null, "USD", "9.00", 1)]);
});

test("a period has what was won in it, from its first day on, its last day not included", async () => {
  const won1 = { from: "2026-01-31", to: "2026-03-31" };
  expect(await report(store, won1)).toMatchObject({ totals: [{ revenue: "0.01" }] });
  expect(await report(store, { from: "2026-02-01" })).toMatchObject({
    totals: [{ revenue: "109.00" }],
  });
  expect(await report(store, { to: "2026-01-31" })).toMatchObject({ totals: [] });
});

test("A7: of an account, persons with a role on its other opportunities count as well", async () => {
  const open = won("o4", null, ["bob"], { outcome: "open", companyIds: ["c9"] });
  const theirs = won("o5", "USD 5.00", [], { companyIds: ["c9"] });
  const both = memoryRevenueStore([[open, theirs]], [person("bob", "REFERRALS")]);
  const accounts: Attribution = {
    ...attribution,
    journey: { ...attribution.journey, persons: "account" },
  };
  expect(await report(both)).toMatchObject({ lines: [{ value: null }] });
  expect(await report(both, {}, accounts)).toMatchObject({
    lines: [
      { value: "REFERRALS", revenue: "5.00" },
      { value: null, revenue: "0.00" },
    ],
  });
});

const learning: Attribution = {
  ...attribution,
  models: [
    { name: "markov", definition: { kind: "markov", order: 1, gate: { leastWon: 2 } } },
    { name: "shapley", definition: { kind: "shapley", gate: { leastWon: 99 } } },
  ],
};

test("A14, A16: a model that learns shows its shares with intervals, and a version of what it learnt", async () => {
  const lost = won("o9", "USD 1.00", ["bob"], { outcome: "lost" });
  const later = won("o8", "USD 1.00", ["bob"], { closedOn: "2026-09-01" });
  const all = memoryRevenueStore([[...deals, lost, later]], [ann, person("bob", "REFERRALS")]);
  const asked = { model: "markov", to: "2026-04-01" };
  const answer = await report(all, asked, learning);
  expect(answer).toMatchObject({
    modelVersion: expect.stringMatching(/^[0-9a-f]{8}[.][0-9a-f]{8}$/),
    learned: { label: expect.stringContaining("co-occurrence"), won: 2, lost: 1 },
    totals: [{ revenue: "109.01" }],
  });
  // What closes after the period changes nothing of it.
  const without = memoryRevenueStore([[...deals, lost]], [ann, person("bob", "REFERRALS")]);
  expect(await report(without, asked, learning)).toEqual(answer);
});

test("A16: a model that has seen too little is refused by its name", async () => {
  expect(await report(store, { model: "shapley" }, learning)).toEqual({
    refused: "too-few-journeys",
    reason:
      "model 'shapley' says nothing yet: it needs 99 won opportunities with a touch, and there are 2",
  });
});

test("P5: several models stand side by side, each adding up, with the spread between them", async () => {
  const compared = await compareModels(
    { models: ["first", "last", "linear", "shapley"], by: "source" },
    { ...attribution, models: [...attribution.models, ...learning.models] },
    store,
  );
  expect(compared).toMatchObject({
    models: [{ name: "first" }, { name: "last" }, { name: "linear" }],
    silent: [{ name: "shapley", reason: expect.stringContaining("needs 99 won") }],
    lines: [
      { label: "ORGANIC_SEARCH", revenue: ["100.01", "0.01", "50.01"], spread: "100.00" },
      { label: "(unattributed)", revenue: ["9.00", "9.00", "9.00"], spread: "0.00" },
      { label: "Webinar", revenue: ["0.00", "100.00", "50.00"], spread: "100.00" },
    ],
    totals: [{ currency: "USD", revenue: "109.01", opportunities: 3 }],
  });
});

test.each([
  [{ model: "best" }, "model-unknown", "there is no model 'best'; there is: first, last, "],
  [{ by: "weather" }, "breakdown-unknown", "there is no breakdown 'weather'; there is: source, "],
])("what does not exist is refused with what does: %j", async (asked, refused, reason) => {
  const answer = { refused, reason: expect.stringContaining(reason) };
  expect(await report(store, asked)).toEqual(answer);
  expect(await drillDown({ ...request, ...asked, of: null, most: 9 }, attribution, store)).toEqual(
    answer,
  );
  const models = [{ ...request, ...asked }.model];
  expect(await compareModels({ ...request, ...asked, models }, attribution, store)).toEqual(answer);
});

test("A12: while a model's weights do not add up to one nothing is reported, and it is named", async () => {
  const definition = { kind: "positions", weights: { first: "0.5" } } as const;
  const broken = { ...attribution, models: [...attribution.models, { name: "ours", definition }] };
  expect(await report(store, {}, broken)).toEqual({
    refused: "models-contradictory",
    reason: "model 'ours': its weights add up to 0.5, not to 1",
  });
});

test("P7: a figure leads to its opportunities and touches, whose credits add up to it", async () => {
  const asked = { model: "u-shaped", by: "source", of: "ORGANIC_SEARCH", most: 1 };
  const page = await drillDown(asked, attribution, store);
  expect(page).toEqual({
    modelVersion: expect.any(String),
    opportunities: [
      {
        ...{ id: "o1", name: "Deal o1", closedOn: "2026-03-31", currency: "USD" },
        ...{ amount: "100.00", credit: "80.00" },
        touches: [
          {
            ...{ personId: "ann", at: leadCreation.at, source: "ORGANIC_SEARCH" },
            ...{ kind: "latest-source", campaign: null, credit: "80.00" },
          },
        ],
      },
    ],
    next: "o1",
  });
  expect(await drillDown({ ...asked, after: "o1" }, attribution, store)).toMatchObject({
    opportunities: [{ id: "o2", credit: "0.01" }],
  });
  expect(await drillDown({ ...asked, of: null }, attribution, store)).toMatchObject({
    opportunities: [{ id: "o3", credit: "9.00", touches: [] }],
  });
  expect(await drillDown({ ...asked, currency: "EUR" }, attribution, store)).toMatchObject({
    opportunities: [],
  });
});

test("A18: taking away the contact roles of a part of the deals lowers coverage by exactly their revenue", async () => {
  const every = Array.from({ length: 10 }, (_, index) =>
    won(`o${index}`, `EUR ${index + 1}.0${index}`, ["ann"]),
  );
  const fewer = every.map((one, index) => (index % 3 === 0 ? { ...one, personIds: [] } : one));
  const covered = async (opportunities: typeof every) =>
    coverageOf({}, attribution, memoryRevenueStore([opportunities], [ann]));
  expect(await covered(every)).toMatchObject({
    coverage: [{ revenue: "55.45", covered: "55.45", share: "100.00" }],
    gaps: [],
  });
  expect(await covered(fewer)).toMatchObject({
    coverage: [{ revenue: "55.45", covered: "33.27", coveredOpportunities: 6, share: "60.00" }],
    gaps: [
      {
        ...{ gap: "no-contact-role", revenue: "22.18", opportunities: 4 },
        fix: expect.stringContaining("contact role"),
        first: [{ id: "o9" }, { id: "o6" }, { id: "o3" }, { id: "o0" }],
      },
    ],
  });
});

test("A18: gaps are ranked by the money in them, by currency", async () => {
  const late = coveredPerson("late", [sourceTouch("2027-01-01T00:00:00.000Z", "A")]);
  const stranger = coveredPerson("stranger", [], { inMarketing: false });
  const pages = [
    [
      won("o1", "EUR 1.00", []),
      won("o2", "EUR 5.00", ["late"]),
      won("o3", "EUR 3.00", ["stranger"]),
      won("o4", "CHF 1.00", ["unknown to us"]),
      won("o5", "CHF 0.00", []),
    ],
  ];
  const found = await coverageOf({}, attribution, memoryRevenueStore(pages, [late, stranger]));
  expect(found.gaps.map(({ gap, currency, revenue }) => [gap, currency, revenue])).toEqual([
    ["person-not-linked", "CHF", "1.00"],
    ["no-contact-role", "CHF", "0.00"],
    ["touch-after-close", "EUR", "5.00"],
    ["person-not-linked", "EUR", "3.00"],
    ["no-contact-role", "EUR", "1.00"],
  ]);
});

test("A13: every model is told with its version and all its weights", () => {
  const told = describeModels(attribution);
  expect(told.map(({ name }) => name)).toEqual(attribution.models.map(({ name }) => name));
  expect(told.find(({ name }) => name === "linear")).toMatchObject({
    credits: "100 % all touches, equally",
  });
  expect(told.find(({ name }) => name === "w-shaped")).toEqual({
    name: "w-shaped",
    version: expect.stringMatching(/^[0-9a-f]{8}$/),
    inForce: true,
    credits:
      "30 % first touch, 30 % touch that led to the lead, 30 % touch that led to the opportunity, 10 % all others, equally",
  });
});

test("a stored amount that is no canonical text is a bug and throws, naming the opportunity", async () => {
  const broken = memoryRevenueStore([[won("o1", "12.34", [])]], []);
  await expect(report(broken)).rejects.toThrow("opportunity o1");
});
