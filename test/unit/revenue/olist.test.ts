import { beforeAll, describe, expect, test } from "vitest";
import { attribution } from "../../../shared/config/attribution.ts";
import { parseMoney } from "../../../shared/core/money/money.ts";
import { type CohortWorld, cohortPage } from "../../../shared/revenue/cohort-page.ts";
import { coverageOf } from "../../../shared/revenue/coverage-report.ts";
import { reattribute } from "../../../shared/revenue/reattribute.ts";
import { revenueBy } from "../../../shared/revenue/revenue-report.ts";
import { creditOffice } from "../../support/credit-office.ts";
import { FUNNEL, hasOlist, NO_OLIST, readOlist } from "../../support/olist.ts";
import { leadOf, olistStore } from "../../support/olist-won.ts";

/** All won deals posted and credited, once for all tests. */
async function postAll() {
  const journeys = olistStore(readOlist());
  const office = creditOffice(journeys);
  for await (const page of journeys.all()) await office.post(page);
  return office;
}

const LATER_MS = Date.parse("2027-01-01T00:00:00.000Z");

const TOTAL = [{ currency: FUNNEL.currency, revenue: FUNNEL.revenue, opportunities: FUNNEL.won }];

function minorOf(revenue: string): bigint {
  const money = parseMoney(revenue, FUNNEL.currency);
  if (typeof money === "string") throw new Error(money);
  return money.minor;
}

describe.skipIf(!hasOlist)(`Olist's 842 won deals (${NO_OLIST})`, () => {
  let office: Awaited<ReturnType<typeof postAll>>;

  beforeAll(async () => {
    office = await postAll();
  });

  test.each(attribution.models.map(({ name }) => name))(
    "P5: %s shares out 61,936,629.31 BRL, to the centavo",
    async (model) => {
      if (/markov|shapley/.test(model)) {
        await reattribute(office.world, { model, run: model, by: "marta", because: "a test" });
        await office.workOff();
      }
      const report = await revenueBy(office.world, { model, by: "source" });
      if ("refused" in report) throw new Error(report.reason);
      expect(report.totals).toMatchObject(TOTAL);
      const credited = report.lines.reduce((sum, { revenue }) => sum + minorOf(revenue), 0n);
      expect(credited).toBe(minorOf(FUNNEL.revenue));
    },
  );

  test("A10: first touch by origin is what the files say, added up by hand", async () => {
    const { contacts, salesContacts, roles, opportunities } = readOlist();
    const contactOf = new Map(roles.map((one) => [one.OpportunityId, one.ContactId]));
    const emailOf = new Map(salesContacts.map(({ Id, Email }) => [Id, Email]));
    const leads = new Map(contacts.map(({ properties }) => [properties.email, properties]));
    const sums = new Map<string, bigint>();
    for (const { Id, CloseDate, cents } of opportunities) {
      const lead = leads.get(emailOf.get(contactOf.get(Id) ?? "") ?? "");
      const came = lead && lead.createdate.slice(0, 10) <= CloseDate;
      const origin = (came && lead.hs_analytics_source) || "(unattributed)";
      sums.set(origin, (sums.get(origin) ?? 0n) + cents);
    }
    const asked = { model: "first", by: "source" };
    const report = await revenueBy(office.world, asked);
    if ("refused" in report) throw new Error(report.reason);
    const told = report.lines.map(({ label, revenue }) => [label, minorOf(revenue)] as const);
    expect(new Map(told)).toEqual(sums);
  });

  test("H1, H3: leads and won deals by origin, and so conversion, are what the files say, counted by hand", async () => {
    const { contacts, salesContacts, roles, opportunities } = readOlist();
    const contactOf = new Map(roles.map((one) => [one.OpportunityId, one.ContactId]));
    const emailOf = new Map(salesContacts.map(({ Id, Email }) => [Id, Email]));
    const leads = new Map(contacts.map(({ properties }) => [properties.email, properties]));
    const counted = new Map<string, { persons: number; won: number }>();
    const count = (origin: string, more: { persons?: number; won?: number }) => {
      const before = counted.get(origin) ?? { persons: 0, won: 0 };
      const { persons = 0, won = 0 } = more;
      counted.set(origin, { persons: before.persons + persons, won: before.won + won });
    };
    for (const { properties } of contacts)
      count(properties.hs_analytics_source || "(none)", { persons: 1 });
    for (const { Id, CloseDate } of opportunities) {
      const lead = leads.get(emailOf.get(contactOf.get(Id) ?? "") ?? "");
      const came = lead && lead.createdate.slice(0, 10) <= CloseDate;
      count((came && lead.hs_analytics_source) || "(none)", { won: 1 });
    }
    const { ledger, credits, journeys } = office.world;
    const world: CohortWorld = {
      ...{ ledger, credits, journeys, corporateCurrency: "USD", now: () => LATER_MS },
      people: {
        page: async () => ({
          persons: contacts.map((one) => ({ ...leadOf(one), customerAt: null })),
        }),
      },
    };
    const told = new Map<string, { persons: number; won: number }>();
    let after: string | undefined;
    do {
      const page = await cohortPage(world, { by: "first-touch", kind: "source", after });
      for (const { value, persons, won } of page.lines) {
        const before = told.get(value ?? "(none)") ?? { persons: 0, won: 0 };
        told.set(value ?? "(none)", { persons: before.persons + persons, won: before.won + won });
      }
      after = page.next;
    } while (after !== undefined);
    expect(told).toEqual(counted);
    expect([...told.values()].reduce((sum, { won }) => sum + won, 0)).toBe(FUNNEL.won);
  });

  test("A18: without three in ten contact roles, coverage is lower by exactly their revenue", async () => {
    const funnel = readOlist();
    const dropped = new Set(
      funnel.roles.filter((_, index) => index % 10 < 3).map((one) => one.OpportunityId),
    );
    const fewer = {
      ...funnel,
      roles: funnel.roles.filter((one) => !dropped.has(one.OpportunityId)),
    };
    const covered = async (files: typeof funnel) => {
      const { coverage, gaps } = await coverageOf({}, attribution, olistStore(files));
      const ofGap = (name: string) => minorOf(gaps.find(({ gap }) => gap === name)?.revenue ?? "0");
      return { covered: minorOf(coverage[0]?.covered ?? "0"), ofGap };
    };
    const [before, after] = [await covered(funnel), await covered(fewer)];
    // Of the deals that lost their role, those that had been covered before.
    const reportWith = await coverageOf(
      {},
      attribution,
      olistStore({
        ...funnel,
        opportunities: funnel.opportunities.filter(({ Id }) => dropped.has(Id)),
      }),
    );
    expect(before.covered - after.covered).toBe(minorOf(reportWith.coverage[0]?.covered ?? "0"));
    const cents = funnel.opportunities.reduce(
      (sum, one) => sum + (dropped.has(one.Id) ? one.cents : 0n),
      0n,
    );
    expect(after.ofGap("no-contact-role") - before.ofGap("no-contact-role")).toBe(cents);
  });
});
