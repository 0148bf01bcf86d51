import { expect, test } from "vitest";
import { attribution } from "../../../shared/config/attribution.ts";
import type { Attribution } from "../../../shared/core/attribution/model.ts";
import { compareModels } from "../../../shared/revenue/compare-models.ts";
import { coverageOf } from "../../../shared/revenue/coverage-report.ts";
import { describeModels } from "../../../shared/revenue/describe-models.ts";
import { drillDown } from "../../../shared/revenue/drill-down.ts";
import { reattribute } from "../../../shared/revenue/reattribute.ts";
import { revenueBy } from "../../../shared/revenue/revenue-report.ts";
import { creditedOffice } from "../../support/credit-office.ts";
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

type Office = Awaited<ReturnType<typeof creditedOffice>>;

const report = ({ world }: Office, asked = {}) => revenueBy(world, { ...request, ...asked });

const sums = (currency: string, revenue: string, opportunities: number) => ({
  ...{ currency, revenue, closedWon: revenue, opportunities },
  corporate: expect.any(String),
});

const line = (value: string | null, currency: string, revenue: string, opportunities: number) => ({
  attributed: value !== null,
  value,
  label: value ?? "(unattributed)",
  ...sums(currency, revenue, opportunities),
});

test("A5: revenue is reported by currency, largest first, the unattributed line always among them", async () => {
  const pages = [
    [
      won("a1", "USD 100.10", ["ann"]),
      won("a2", "USD 0.20", ["bob", "ann"]),
      won("a3", "EUR 7.00", []),
    ],
    [won("a4", "USD 500.00", ["cid"]), won("a5", "JPY 1200", ["ann"]), won("a6", null, ["ann"])],
  ];
  const persons = [
    person("ann", "PAID_SEARCH"),
    person("bob", "REFERRALS", "2026-02-01T00:00:00.000Z"),
    person("cid", "REFERRALS"),
  ];
  expect(await report(await creditedOffice(pages, persons))).toEqual({
    ...request,
    asOf: expect.stringMatching(/^2026-06-01T08:/),
    uncredited: 0,
    modelVersion: expect.stringMatching(/^[0-9a-f]{8}$/),
    lines: [
      line(null, "EUR", "7.00", 1),
      line("PAID_SEARCH", "JPY", "1200", 1),
      line(null, "JPY", "0", 0),
      line("REFERRALS", "USD", "500.00", 1),
      line("PAID_SEARCH", "USD", "100.30", 2),
      line(null, "USD", "0.00", 0),
    ],
    totals: [sums("EUR", "7.00", 1), sums("JPY", "1200", 1), sums("USD", "600.30", 3)],
  });
});

test("A5: of equal revenue, sources stand by name and the unattributed line last", async () => {
  const pages = [
    [won("a1", "USD 1.00", ["zed"]), won("a2", "USD 1.00", []), won("a3", "USD 1.00", ["ann"])],
  ];
  expect(
    await report(await creditedOffice(pages, [person("zed", "Z"), person("ann", "A")])),
  ).toMatchObject({
    lines: [{ value: "A" }, { value: "Z" }, { value: null }],
  });
});

test("A5: an amount below zero leaves the unattributed zero above it", async () => {
  const office = await creditedOffice([[won("a1", "USD -5.00", ["ann"])]], [person("ann", "A")]);
  expect(await report(office)).toMatchObject({
    lines: [
      { value: null, revenue: "0.00", opportunities: 0 },
      { value: "A", revenue: "-5.00", opportunities: 1 },
    ],
  });
});

test("A5: a source that is called like the unattributed line stays a line of its own", async () => {
  const pages = [[won("a1", "USD 1.00", ["ann"]), won("a2", "USD 2.00", [])]];
  const office = await creditedOffice(pages, [person("ann", "(unattributed)")]);
  expect(await report(office)).toMatchObject({
    lines: [
      { attributed: false, revenue: "2.00" },
      { attributed: true, label: "(unattributed)", revenue: "1.00" },
    ],
  });
});

test("A6: where nothing is won with an amount there are no lines and no totals", async () => {
  expect(await report(await creditedOffice([[won("a1", null, [])], []], []))).toMatchObject({
    lines: [],
    totals: [],
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
  won("a1", "USD 100.00", ["ann"], { owner: "olga@x.example", companyIds: ["c1"] }),
  won("a2", "USD 0.01", ["ann"], { closedOn: "2026-01-31" }),
  won("a3", "USD 9.00", [], { owner: "olga@x.example" }),
];
const office = await creditedOffice([deals], [ann]);

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
  ["content", [["(no content)", "100.01", 2]]],
  ["segment", [["(no segment)", "100.01", 2]]],
  [
    "month",
    [
      ["2026-03", "100.00", 1],
      ["2026-01", "0.01", 1],
    ],
  ],
  ["quarter", [["2026-Q1", "100.01", 2]]],
  ["year", [["2026", "100.01", 2]]],
])("P5, A5: by %s, linear credit stands under what it is of", async (by, expected) => {
  const answer = await report(office, { model: "linear", by });
  if ("refused" in answer) throw new Error(answer.reason);
  const attributed = answer.lines.filter((one) => one.attributed);
  const told = attributed.map((one) => [one.label, one.revenue, one.opportunities]);
  expect(new Set(told.map(String))).toEqual(new Set(expected.map(String)));
  expect(answer.lines.filter((one) => !one.attributed)).toEqual([line(null, "USD", "9.00", 1)]);
});

test("a period has what was won in it, from its first day on, its last day not included", async () => {
  const won1 = { from: "2026-01-31", to: "2026-03-31" };
  expect(await report(office, won1)).toMatchObject({ totals: [{ revenue: "0.01" }] });
  expect(await report(office, { from: "2026-02-01" })).toMatchObject({
    totals: [{ revenue: "109.00" }],
  });
  expect(await report(office, { to: "2026-01-31" })).toMatchObject({ totals: [] });
});

const learning: Attribution = {
  ...attribution,
  models: [
    { name: "markov", definition: { kind: "markov", order: 1, gate: { leastWon: 2 } } },
    { name: "shapley", definition: { kind: "shapley", gate: { leastWon: 99 } } },
  ],
};

async function learn(of: Office, model: string) {
  const begun = await reattribute(of.world, { model, run: "run-1", by: "marta", because: "new" });
  await of.workOff();
  return begun;
}

test("A14, A16, A21: a model that learns shows its shares with intervals, and a version of what it learnt", async () => {
  const lost = won("a9", "USD 1.00", ["bob"], { outcome: "lost" });
  const persons = [ann, person("bob", "REFERRALS")];
  const all = await creditedOffice([[...deals, lost]], persons, learning);
  expect(await report(all, { model: "markov" })).toMatchObject({
    refused: "not-learnt",
    reason: expect.stringContaining("accord revenue reattribute --model markov"),
  });
  await learn(all, "markov");
  const answer = await report(all, { model: "markov" });
  expect(answer).toMatchObject({
    modelVersion: expect.stringMatching(/^[0-9a-f]{8}[.][0-9a-f]{8}$/),
    learned: { label: expect.stringContaining("co-occurrence"), won: 2, lost: 1 },
    totals: [{ revenue: "109.01" }],
  });
});

test("A16: a model that has seen too little comes into force by no name, and says why", async () => {
  const all = await creditedOffice([deals], [ann], learning);
  await learn(all, "shapley");
  expect(await all.world.credits.runOutcome("run-1")).toEqual({
    refused: "it needs 99 won opportunities with a touch, and there are 2",
  });
  expect(await report(all, { model: "shapley" })).toMatchObject({ refused: "not-learnt" });
});

test("P5: several models stand side by side, each adding up, with the spread between them", async () => {
  const models = [...attribution.models, ...learning.models];
  const all = await creditedOffice([deals], [ann], { ...attribution, models });
  const compared = await compareModels(all.world, {
    models: ["first", "last", "linear", "shapley"],
    by: "source",
  });
  expect(compared).toMatchObject({
    models: [{ name: "first" }, { name: "last" }, { name: "linear" }],
    silent: [{ name: "shapley", reason: expect.stringContaining("reattribute --model shapley") }],
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
  expect(await report(office, asked)).toEqual(answer);
  const { world } = office;
  expect(await drillDown(world, { ...request, ...asked, of: null, most: 9 })).toEqual(answer);
  const models = [{ ...request, ...asked }.model];
  expect(await compareModels(world, { ...request, ...asked, models })).toEqual(answer);
});

test("A12: while a model's weights do not add up to one nothing is reported, and it is named", async () => {
  const definition = { kind: "positions", weights: { first: "0.5" } } as const;
  const broken = { ...attribution, models: [...attribution.models, { name: "ours", definition }] };
  const world = { ...office.world, attribution: broken };
  expect(await revenueBy(world, request)).toEqual({
    refused: "models-contradictory",
    reason: "model 'ours': its weights add up to 0.5, not to 1",
  });
});

test("P7: a figure leads to its opportunities, entries, touches and records, whose credits add up to it", async () => {
  const asked = { model: "u-shaped", by: "source", of: "ORGANIC_SEARCH", most: 1 };
  const page = await drillDown(office.world, asked);
  const entry = { kind: "booked", sequence: 1, effectiveDay: "2026-03-31", amount: "100.00" };
  expect(page).toEqual({
    modelVersion: expect.any(String),
    opportunities: [
      {
        ...{ id: "a1", name: "Deal a1", closedOn: "2026-03-31", currency: "USD" },
        ...{ amount: "100.00", credit: "80.00" },
        entries: [{ ...entry, postedAt: expect.any(String), credit: "80.00" }],
        touches: [
          {
            ...{ personId: "ann", at: leadCreation.at, source: "ORGANIC_SEARCH" },
            ...{ kind: "latest-source", campaign: null, credit: "80.00" },
            ...{ system: "hubspot", object: "contacts", recordId: "1" },
          },
        ],
      },
    ],
    next: "a1",
  });
  expect(await drillDown(office.world, { ...asked, after: "a1" })).toMatchObject({
    opportunities: [{ id: "a2", credit: "0.01" }],
  });
  expect(await drillDown(office.world, { ...asked, of: null })).toMatchObject({
    opportunities: [{ id: "a3", credit: "9.00", touches: [] }],
  });
  expect(await drillDown(office.world, { ...asked, currency: "EUR" })).toMatchObject({
    opportunities: [],
  });
  expect(await drillDown(office.world, { ...asked, by: "month", of: "2026-01" })).toMatchObject({
    opportunities: [{ id: "a2", credit: "0.01" }],
  });
});

test("A18: taking away the contact roles of a part of the deals lowers coverage by exactly their revenue", async () => {
  const every = Array.from({ length: 10 }, (_, index) =>
    won(`a${index}`, `EUR ${index + 1}.0${index}`, ["ann"]),
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
        first: [{ id: "a9" }, { id: "a6" }, { id: "a3" }, { id: "a0" }],
      },
    ],
  });
});

test("A18: gaps are ranked by the money in them, by currency", async () => {
  const late = coveredPerson("late", [sourceTouch("2027-01-01T00:00:00.000Z", "A")]);
  const stranger = coveredPerson("stranger", [], { inMarketing: false });
  const pages = [
    [
      won("a1", "EUR 1.00", []),
      won("a2", "EUR 5.00", ["late"]),
      won("a3", "EUR 3.00", ["stranger"]),
      won("a4", "CHF 1.00", ["unknown to us"]),
      won("a5", "CHF 0.00", []),
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
  const told = describeModels(attribution, { versions: [], inForce: [] });
  expect(told.map(({ name }) => name)).toEqual(attribution.models.map(({ name }) => name));
  expect(told.find(({ name }) => name === "linear")).toMatchObject({
    credits: "100 % all touches, equally",
  });
  expect(told.find(({ name }) => name === "w-shaped")).toEqual({
    name: "w-shaped",
    version: expect.stringMatching(/^[0-9a-f]{8}$/),
    state: "in-force",
    credits:
      "30 % first touch, 30 % touch that led to the lead, 30 % touch that led to the opportunity, 10 % all others, equally",
  });
});

test("a stored amount that is no canonical text is a bug and throws, naming the opportunity", async () => {
  const broken = memoryRevenueStore([[won("a1", "12.34", [])]], []);
  await expect(coverageOf({}, attribution, broken)).rejects.toThrow("opportunity a1");
});
