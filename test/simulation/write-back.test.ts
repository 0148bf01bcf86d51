import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { formatMoney } from "../../shared/core/money/money.ts";
import { hintsOf } from "../../shared/hubspot/webhook-events.ts";
import { revenueBy } from "../../shared/revenue/revenue-report.ts";
import { hintsOfChangeEvent } from "../../shared/salesforce/change-events.ts";
import type { Hint, Ref } from "../../shared/sync/ports.ts";
import { activeLink } from "../../shared/sync/record.ts";
import { listRefused } from "../../shared/write-back/list-refused.ts";
import { startAsScheduled } from "../../shared/write-back/start.ts";
import { openTwoCrms, type TwoCrms } from "../support/two-crms.ts";
import { newWatch, sendHints, toldOf, watchedPort } from "../support/watched-world.ts";
import { workThrough } from "../support/work-through.ts";
import {
  linesIn,
  openWriteBackScene,
  SWITCHED_ON,
  type WriteBackScene,
} from "../support/write-back-scene.ts";

let two: TwoCrms;
let scene: WriteBackScene;
let won: Awaited<ReturnType<typeof winDeal>>;

beforeEach(async () => {
  two = await openTwoCrms({ figures: SWITCHED_ON });
  scene = await openWriteBackScene(two);
  won = await winDeal("Mia", 1000);
}, 60_000);

afterEach(() => two?.stop());

const tomorrow = () => new Date(two.now() + 86_400_000).toISOString().slice(0, 10);

/** A contact who was on a campaign, and then bought. */
async function winDeal(name: string, amount: number) {
  const { create } = two.inSalesforce;
  const account = await create("Account", { Name: `${name} Ltd` });
  const contact = await create("Contact", {
    LastName: name,
    Email: `${name.toLowerCase()}@bought.example`,
    AccountId: account.id,
  });
  const campaign = await create("Campaign", { Name: `Fair of ${name}`, Type: "Trade Show" });
  await create("CampaignMember", { ContactId: contact.id, CampaignId: campaign.id });
  const deal = await create("Opportunity", {
    Name: `Deal of ${name}`,
    AccountId: account.id,
    StageName: "Closed Won",
    Amount: amount,
    CurrencyIsoCode: "EUR",
    CloseDate: tomorrow(),
  });
  await create("OpportunityContactRole", { OpportunityId: deal.id, ContactId: contact.id });
  await scene.desk.look(account);
  const hint = { ref: contact, because: "they were put on a campaign", touches: [] };
  await scene.desk.office.queue.send([hint], { lane: "live", delaySeconds: 0, attempt: 0 });
  await scene.desk.look(deal);
  await scene.creditAll();
  return { account, contact, campaign, deal };
}

async function inSalesforce({ object, id }: Ref): Promise<Record<string, unknown>> {
  return { ...(await two.connection.sobject(object).retrieve(id)) };
}

const HUBSPOT_FIGURES =
  "accord_attributed_amount,accord_attributed_revenue,accord_attributed_source,accord_attribution_version";

async function inHubspot(ref: Ref) {
  const { id, object } = otherSide(ref);
  const answer = await two.call<{ properties: Record<string, string | null> }>(
    "GET",
    `/crm/v3/objects/${object}/${id}?properties=${HUBSPOT_FIGURES}`,
  );
  return answer.properties;
}

function otherSide(ref: Ref): Ref {
  const record = scene.desk.office.store
    .records()
    .find(({ links }) => links.some(({ id }) => id === ref.id));
  const link = record && activeLink(record, "hubspot");
  if (!link) throw new Error(`${ref.object} ${ref.id} is not in HubSpot`);
  return { system: "hubspot", object: link.object, id: link.id };
}

/** What stands in both CRMs, the figures as numbers, since either may show more decimals. */
async function figuresOf({ deal, contact, campaign }: typeof won) {
  const [there, here, person, other, camp] = await Promise.all([
    inSalesforce(deal),
    inHubspot(deal),
    inSalesforce(contact),
    inHubspot(contact),
    inSalesforce(campaign),
  ]);
  const number = (value: unknown) => (value === null || value === "" ? null : Number(value));
  const salesforceOf = (row: Record<string, unknown>) => [
    number(row["Accord_Attributed_Revenue__c"]),
    row["Accord_Attribution_Version__c"],
  ];
  const hubspotOf = (row: Record<string, string | null>) => [
    number(row["accord_attributed_revenue"] ?? null),
    row["accord_attribution_version"] || null,
  ];
  return {
    deal: {
      salesforce: [
        number(there["Accord_Attributed_Amount__c"]),
        there["Accord_Attributed_Source__c"],
        ...salesforceOf(there),
      ],
      hubspot: [
        number(here["accord_attributed_amount"] ?? null),
        here["accord_attributed_source"] || null,
        ...hubspotOf(here),
      ],
    },
    person: { salesforce: salesforceOf(person), hubspot: hubspotOf(other) },
    campaign: salesforceOf(camp),
  };
}

async function reportTotal() {
  const report = await revenueBy(scene.crediting, { model: "linear", by: "campaign" });
  if ("refused" in report) throw new Error(report.reason);
  const earned = report.lines.filter(({ attributed }) => attributed);
  return { version: `linear@${report.modelVersion}`, earned, total: report.totals[0] };
}

/** What polls bring of records that were written to: all that is mapped, and stamps. */
const polled = () =>
  toldOf(two, [won.deal, won.contact, otherSide(won.deal), otherSide(won.contact)]);

/** What webhooks and change events bring: the figures, which nothing is mapped to. */
function told() {
  const webhooks = [won.deal, won.contact].map(otherSide).map(({ object, id }) => ({
    subscriptionType: object === "deals" ? "deal.propertyChange" : "contact.propertyChange",
    occurredAt: two.now(),
    objectId: id,
    propertyName: "accord_attributed_revenue",
    propertyValue: "1086.96",
  }));
  const events = [won.deal, won.contact, won.campaign].map(({ object, id }) => ({
    ...{ "detail-type": object, source: "aws.partner/salesforce.com" },
    detail: {
      payload: {
        ChangeEventHeader: {
          ...{ entityName: object, changeType: "UPDATE", recordIds: [id] },
          changedFields: ["Accord_Attributed_Revenue__c", "LastModifiedDate"],
          commitTimestamp: two.now(),
        },
        Accord_Attributed_Revenue__c: 1086.96,
        LastModifiedDate: new Date(two.now()).toISOString(),
      },
    },
  }));
  return [...hintsOf(webhooks).hints, ...events.flatMap((one) => hintsOfChangeEvent(one).hints)];
}

async function hear(hints: readonly Hint[]) {
  await sendHints(scene.desk.office, hints);
  await workThrough(scene.desk.office, two);
}

const count = async () => JSON.stringify(await two.writes());

describe("what is written back", { timeout: 120_000 }, () => {
  test("W1-W3: is the report's figure, with the same version, on both sides", async () => {
    const run = await scene.run();
    expect(run).toMatchObject({ counts: { opportunities: 1, written: 3, refused: 0 } });
    const { version, earned, total } = await reportTotal();
    const [line] = earned;
    expect(total?.revenue).toBe("1000.00");
    const [amount, corporate] = [Number(line?.revenue), Number(line?.corporate)];
    expect(corporate).toBeGreaterThan(0);
    const deal = [amount, "Trade Show", corporate, version];
    expect(await figuresOf(won)).toEqual({
      deal: { salesforce: deal, hubspot: deal },
      person: { salesforce: [corporate, version], hubspot: [corporate, version] },
      campaign: [corporate, version],
    });
  });

  test("P3, W6: is written once: a second run makes no call, and its echoes make none either", async () => {
    // What Accord wrote when it created the other side comes back first.
    await hear(await polled());
    await scene.run();
    const before = await count();
    const made = () => two.crms.hubspot.callsMade() + two.crms.salesforce.callsMade();
    const calls = made();
    expect(await scene.run()).toMatchObject({ counts: { written: 0, unchanged: 3, refused: 0 } });
    expect(made()).toBe(calls);
    const echoes = [...(await polled()), ...told()];
    const afterRead = made();
    await hear(echoes);
    expect(made()).toBe(afterRead);
    expect(await count()).toBe(before);
  });

  test("is looked at whole once a week: who was linked since gets the figure, too", async () => {
    const lone = { ...scene.desk.office.store };
    const load: typeof lone.load = async (ids) => {
      const found = await scene.desk.office.store.load(ids);
      const halves = [...found].map(([id, record]) => {
        const links = record.links.filter(({ system }) => system === "salesforce");
        return [id, { ...record, links }] as const;
      });
      return new Map(halves);
    };
    const alone = { records: { ...lone, load } };
    const day = 86_400_000;
    expect(await scene.run({}, alone)).toMatchObject({ since: "", counts: { written: 3 } });
    two.forward(3 * day);
    expect(await scene.run({}, alone)).toMatchObject({ counts: { opportunities: 1, written: 0 } });
    two.forward(3 * day);
    expect(await scene.run()).toMatchObject({ counts: { opportunities: 0, written: 0 } });
    expect((await figuresOf(won)).deal.hubspot[0]).toBe(null);
    two.forward(day);
    expect(await scene.run()).toMatchObject({ since: "", counts: { written: 2, unchanged: 1 } });
    const { deal } = await figuresOf(won);
    expect(deal.hubspot).toEqual(deal.salesforce);
  });

  test("W1: follows a refund, to the cent", async () => {
    await scene.run();
    const day = tomorrow();
    await scene.refund({
      ...{ opportunity: won.deal.id, amount: "250.01", currency: "EUR", day, reference: "r1" },
    });
    expect(await scene.run()).toMatchObject({ counts: { written: 3 } });
    const { earned } = await reportTotal();
    expect(earned[0]?.revenue).toBe("749.99");
    const { deal, person } = await figuresOf(won);
    expect(deal.hubspot).toEqual(deal.salesforce);
    expect(deal.hubspot[0]).toBe(749.99);
    expect(person.hubspot).toEqual([Number(earned[0]?.corporate), deal.hubspot[3]]);
  });

  test("W2: of a person and a campaign of several deals is the sum of them", async () => {
    const { create } = two.inSalesforce;
    const more = await create("Opportunity", {
      Name: "Another",
      AccountId: won.account.id,
      StageName: "Closed Won",
      Amount: 0.02,
      CurrencyIsoCode: "USD",
      CloseDate: tomorrow(),
    });
    await create("OpportunityContactRole", { OpportunityId: more.id, ContactId: won.contact.id });
    await scene.desk.look(more);
    await scene.creditAll();
    await scene.run();
    const { earned } = await reportTotal();
    const sumOf = (lines: typeof earned) =>
      lines.reduce((sum, one) => sum + BigInt(one.corporate.replace(".", "")), 0n);
    const told = (minor: bigint) => Number(formatMoney({ minor, currency: "USD" }));
    const { person, campaign } = await figuresOf(won);
    const all = told(sumOf(earned));
    expect([person.hubspot[0], person.salesforce[0]]).toEqual([all, all]);
    const ofCampaign = earned.filter(({ value }) => value === "Fair of Mia");
    expect(ofCampaign.map(({ currency }) => currency)).toEqual(["EUR", "USD"]);
    expect(campaign[0]).toBe(told(sumOf(ofCampaign)));
  });
});

describe("a write-back that is cut short", { timeout: 120_000 }, () => {
  test("P2: goes on where it was, and each record is written, whichever call its worker died at", async () => {
    await winDeal("Ben", 333.33);
    let isThrough = false;
    for (let diesAt = 1; !isThrough && diesAt < 200; diesAt += 7) {
      await scene.run({ task: "clear" });
      const watch = newWatch();
      const watchAll = watchedPort(watch, diesAt);
      const dying = { figures: watchAll(scene.world.figures), crms: crmsUnder(watchAll) };
      const died = await scene.run({}, dying).then(
        () => false,
        () => true,
      );
      if (!died) isThrough = true;
      scene.messages.length = 0;
      const again = await scene.run();
      const counts = "counts" in again ? again.counts : undefined;
      expect([again, counts?.refused]).toEqual([
        expect.objectContaining({ finishedAt: expect.any(String) }),
        0,
      ]);
      const { deal, person } = await figuresOf(won);
      expect(deal.hubspot).toEqual(deal.salesforce);
      expect(person.hubspot).toEqual(person.salesforce);
      expect(deal.hubspot[0]).toBe(1000);
    }
    expect(isThrough).toBe(true);
  });

  test("P3: that died between two pages has written each record once", async () => {
    await winDeal("Ben", 333.33);
    const writes: string[] = [];
    const crms = recording(writes);
    const figures = {
      ...scene.world.figures,
      async moveOn(...given: Parameters<typeof scene.world.figures.moveOn>) {
        const moved = await scene.world.figures.moveOn(...given);
        if (given[0].counts.written > 0) throw new Error("the worker died");
        return moved;
      },
    };
    await expect(scene.run({}, { figures, crms })).rejects.toThrow("died");
    expect(writes.length).toBeGreaterThan(0);
    scene.messages.length = 0;
    await scene.run({}, { crms });
    expect(writes.length).toBe(new Set(writes).size);
    expect(writes.length).toBe(10);
  });
});

function crmsUnder(watchAll: ReturnType<typeof watchedPort>) {
  const { hubspot, salesforce } = two.crms;
  return {
    hubspot: watchAll({ write: hubspot.write }),
    salesforce: watchAll({ write: salesforce.write }),
  };
}

/** Notes each record that a write is sent for. */
function recording(writes: string[]) {
  const of = (system: "hubspot" | "salesforce") => ({
    async write(given: Parameters<typeof two.crms.hubspot.write>[0]) {
      writes.push(...given.map(({ object, id }) => `${system} ${object} ${id}`));
      return two.crms[system].write(given);
    },
  });
  return { hubspot: of("hubspot"), salesforce: of("salesforce") };
}

describe("what is asked about first, and taken back", { timeout: 120_000 }, () => {
  test("P9: read-only, it says what it would write, and writes nothing", async () => {
    const before = await count();
    const run = await scene.run({}, { mode: "observe" });
    if ("refused" in run) throw new Error(run.reason);
    expect(run).toMatchObject({ isDry: true, counts: { written: 3 } });
    expect(await count()).toBe(before);
    const { version, earned } = await reportTotal();
    const [line] = earned;
    const told = [
      `accord_attributed_amount: null -> ${line?.revenue}`,
      `accord_attributed_revenue: null -> ${line?.corporate}`,
      "accord_attributed_source: null -> Trade Show",
      `accord_attribution_version: null -> ${version}`,
    ];
    const lines = await linesIn(scene.world.figures, run.id);
    expect(lines.filter((one) => one.startsWith("deals"))).toEqual(
      told.map((one) => `deals ${one}`),
    );
    expect(lines).toHaveLength(14);
    expect(await scene.run()).toMatchObject({ isDry: false, counts: { written: 3 } });
  });

  test("W7: what was written is blanked on both sides, and stays so until somebody asks again", async () => {
    await scene.run();
    expect(await scene.run({ task: "clear" })).toMatchObject({ counts: { written: 3 } });
    const blank = {
      deal: { salesforce: [null, null, null, null], hubspot: [null, null, null, null] },
      person: { salesforce: [null, null], hubspot: [null, null] },
      campaign: [null, null],
    };
    expect(await figuresOf(won)).toEqual(blank);
    await startAsScheduled(scene.world);
    expect(scene.messages).toEqual([]);
    expect(await scene.run()).toMatchObject({ counts: { written: 3 } });
    expect((await figuresOf(won)).deal.hubspot[0]).toBe(1000);
  });

  test("is off unless it is configured: nothing is written, and what would be can be asked for", async () => {
    const off = { settings: { ...SWITCHED_ON, on: false } };
    expect(await scene.run({}, off)).toMatchObject({ refused: "off" });
    expect(await scene.run({ isDry: true }, off)).toMatchObject({ counts: { written: 3 } });
    await startAsScheduled({ ...scene.world, ...off });
    expect(scene.messages).toEqual([]);
  });
});

describe("what a CRM refuses", { timeout: 120_000 }, () => {
  test("P4: is listed with its cause, its neighbours are written, and it is written once it may be", async () => {
    const ben = await winDeal("Ben", 333.33);
    const rules = `${two.connection.instanceUrl}/_simulator/validation-rules`;
    const rule = {
      object: "Opportunity",
      when: [{ field: "Name", op: "equals", value: "Deal of Ben" }],
      message: "not now",
    };
    await fetch(rules, { method: "POST", body: JSON.stringify(rule) });
    expect(await scene.run()).toMatchObject({ counts: { written: 6, refused: 1 } });
    const { items } = await listRefused(scene.world.figures, undefined);
    expect(items).toMatchObject([
      {
        ...{ system: "salesforce", object: "Opportunity", id: ben.deal.id },
        code: "FIELD_CUSTOM_VALIDATION_EXCEPTION",
      },
    ]);
    expect((await figuresOf(won)).deal.salesforce[0]).toBe(1000);
    expect((await figuresOf(ben)).deal.hubspot[0]).toBe(333.33);
    expect((await figuresOf(ben)).deal.salesforce[0]).toBe(null);
    await fetch(rules, { method: "DELETE" });
    expect(await scene.run()).toMatchObject({ counts: { refused: 0 } });
    expect((await figuresOf(ben)).deal.salesforce[0]).toBe(333.33);
    expect((await listRefused(scene.world.figures, undefined)).items).toEqual([]);
  });
});
