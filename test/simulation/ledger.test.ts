import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ledgerFields } from "../../shared/config/ledger.ts";
import { findBreak } from "../../shared/core/ledger/chain.ts";
import { catchUp } from "../../shared/revenue/ledger-work.ts";
import { factsOf } from "../../shared/revenue/opportunity-facts.ts";
import { postOpportunity } from "../../shared/revenue/post-opportunity.ts";
import { readRates } from "../../shared/revenue/read-rates.ts";
import { retryRefused } from "../../shared/revenue/retry-refused.ts";
import { tieOut } from "../../shared/revenue/tie-out.ts";
import { verifyChains } from "../../shared/revenue/verify-ledger.ts";
import type { Ref } from "../../shared/sync/ports.ts";
import { creditOffice } from "../support/credit-office.ts";
import { openLedgerOffice } from "../support/ledger-office.ts";
import { digest } from "../support/ledger-scene.ts";
import { memoryRevenueStore } from "../support/memory-revenue-store.ts";
import { openTwoCrms, type TwoCrms } from "../support/two-crms.ts";

let two: TwoCrms;
let desk: Awaited<ReturnType<typeof openLedgerOffice>>;

beforeEach(async () => {
  two = await openTwoCrms();
  desk = await openLedgerOffice(two);
}, 60_000);

afterEach(() => two?.stop());

const WON = {
  Name: "Deal",
  StageName: "Closed Won",
  Amount: 100.5,
  CurrencyIsoCode: "EUR",
  CloseDate: "2026-08-15",
};

async function wonDeal(more: Readonly<Record<string, string | number | null>> = {}): Promise<Ref> {
  const deal = await two.inSalesforce.create("Opportunity", { ...WON, ...more });
  await desk.look(deal);
  return deal;
}

async function edit(deal: Ref, fields: Readonly<Record<string, string | number | null>>) {
  two.forward(60_000);
  await two.inSalesforce.edit(deal, fields);
}

async function editAndLook(deal: Ref, fields: Readonly<Record<string, string | number | null>>) {
  await edit(deal, fields);
  await desk.look(deal);
}

const meets = async () => {
  const { differences, ...result } = await tieOut(desk.tieOutWorld, "2026-Q3");
  const causes = differences.map(
    ({ system, cause, difference }) => `${system} ${cause} ${difference}`,
  );
  return { meets: result.meets, causes };
};
const MET = { meets: true, causes: [] };

describe("a deal that is closed and won", { timeout: 60_000 }, () => {
  test("G1, G3: is booked, amended, reversed and booked again as Salesforce has it, and ties out", async () => {
    const deal = await wonDeal();
    await editAndLook(deal, { Amount: 120 });
    await editAndLook(deal, { CloseDate: "2026-09-01" });
    await editAndLook(deal, { CurrencyIsoCode: "USD" });
    expect(await meets()).toEqual(MET);
    await editAndLook(deal, { StageName: "Negotiation/Review" });
    expect(await meets()).toEqual(MET);
    await editAndLook(deal, { StageName: "Closed Won" });
    expect(await meets()).toEqual(MET);
    expect(desk.told()).toEqual([
      "booked 2026-08-15 EUR 100.50: closed and won: Closed Won",
      "amended 2026-08-15 EUR 19.50: amount 100.50 to 120.00",
      "amended 2026-08-15 EUR -120.00: close date 2026-08-15 to 2026-09-01",
      "amended 2026-09-01 EUR 120.00: close date 2026-08-15 to 2026-09-01",
      "amended 2026-09-01 EUR -120.00: currency EUR to USD",
      "amended 2026-09-01 USD 120.00: currency EUR to USD",
      "reversed 2026-09-01 USD -120.00: no longer won: Negotiation/Review",
      "booked 2026-09-01 USD 120.00: closed and won: Closed Won",
    ]);
  });

  test("G1: is reversed when it is deleted, and booked again when it is restored", async () => {
    const deal = await wonDeal();
    await two.inSalesforce.delete(deal);
    await desk.look(deal);
    expect(desk.told().at(-1)).toBe(
      "reversed 2026-08-15 EUR -100.50: its Salesforce opportunity: deleted there",
    );
    two.forward(60_000);
    expect(await meets()).toEqual({
      meets: false,
      causes: ["hubspot deleted EUR 100.50"],
    });
    await two.inSalesforce.undelete(deal);
    await desk.look(deal);
    expect(desk.told().at(-1)).toBe("booked 2026-08-15 EUR 100.50: closed and won: Closed Won");
  });

  test("is amended by an edit in HubSpot, too", async () => {
    await wonDeal();
    const [record] = await desk.opportunities.page(undefined).then(({ records }) => records);
    const there = record?.links.find(({ system }) => system === "hubspot");
    if (!there) throw new Error("there is no HubSpot deal");
    const { system, object, id } = there;
    two.forward(60_000);
    await two.inHubspot.edit(there, { amount: "99.99" });
    await desk.look({ system, object, id });
    expect(desk.told().at(-1)).toBe("amended 2026-08-15 EUR -0.51: amount 100.50 to 99.99");
    expect([...desk.chains.values()].flat().at(-1)?.actor).toBe("HubSpot");
    expect(await meets()).toEqual(MET);
  });

  test("G4: keeps the rate at which it closed, whatever the rate becomes", async () => {
    const deal = await wonDeal();
    const rates = await two.connection.query<{ Id: string }>(
      "SELECT Id FROM CurrencyType WHERE IsoCode = 'EUR'",
    );
    const id = rates.records[0]?.Id ?? "";
    await two.connection.sobject("CurrencyType").update({ Id: id, ConversionRate: 0.8 });
    two.forward(86_400_000);
    expect((await readRates(desk.world, two.crms.salesforce.books)).kept).toMatchObject([
      { currency: "EUR", rate: "0.8" },
    ]);
    await editAndLook(deal, { Amount: 200 });
    await wonDeal({ Name: "Later" });
    const entries = [...desk.chains.values()].flat();
    expect(entries.map(({ rate }) => rate.rate)).toEqual(["0.92", "0.92", "0.8"]);
    expect(await meets()).toEqual({
      meets: false,
      causes: ["salesforce rate USD 32.61"],
    });
  });

  test("G5: is found by going over all records, where the stream told of nothing", async () => {
    await wonDeal();
    const stream = desk.told();
    desk.chains.clear();
    const crediting = creditOffice(memoryRevenueStore([], [])).world;
    const world = {
      ...{ ...desk.world, opportunities: desk.opportunities, fields: ledgerFields, crediting },
    };
    await catchUp(world, undefined);
    await catchUp(world, undefined);
    expect(desk.told()).toEqual(stream);
  });
});

describe("what cannot be posted", { timeout: 60_000 }, () => {
  test("G6: a deal in a currency without a rate waits in a list, and is booked once there is one", async () => {
    await wonDeal({ CurrencyIsoCode: "GBP" });
    const spare = { ...desk.world, ledger: { ...desk.world.ledger, ratesOf: async () => [] } };
    desk.chains.clear();
    const record = (await desk.opportunities.page(undefined)).records[0];
    if (!record) throw new Error("there is no record");
    const facts = factsOf(record, ledgerFields);
    await postOpportunity(spare, facts);
    expect(desk.told()).toEqual([]);
    expect((await desk.world.ledger.refused(undefined)).items).toMatchObject([
      { refusals: [{ name: "rate-missing", says: "there is no rate of GBP for 2026-08-15" }] },
    ]);
    expect(await meets()).toMatchObject({
      causes: expect.arrayContaining(["salesforce refused GBP 100.50"]),
    });
    const tried = await retryRefused(desk.world, desk.opportunities, ledgerFields);
    expect(tried).toEqual({ tried: 1, posted: 1, left: 0 });
    expect((await desk.world.ledger.refused(undefined)).items).toEqual([]);
    expect(await meets()).toEqual(MET);
  });

  test("G6: an amount that nobody can read is refused by name, and all that is booked stays", async () => {
    await two.call("POST", "/settings/v3/currencies/exchange-rates", {
      fromCurrencyCode: "JPY",
      conversionRate: 0.007,
    });
    const deal = await wonDeal({ CurrencyIsoCode: "JPY", Amount: 1000 });
    await editAndLook(deal, { Amount: 1999.5 });
    expect(desk.told()).toEqual(["booked 2026-08-15 JPY 1000: closed and won: Closed Won"]);
    expect((await desk.world.ledger.refused(undefined)).items).toMatchObject([
      { refusals: [{ name: "finer-than-minor-unit" }] },
    ]);
    expect(await meets()).toMatchObject({
      meets: false,
      causes: [expect.stringMatching(/^salesforce amount-parked JPY /)],
    });
    await editAndLook(deal, { StageName: "Closed Lost" });
    expect(desk.told().at(-1)).toMatch(/^reversed 2026-08-15 JPY -1000/);
  });
});

describe("what does not tie out", { timeout: 60_000 }, () => {
  test("G12: a deal that Accord has not seen yet", async () => {
    await wonDeal();
    await two.inSalesforce.create("Opportunity", { ...WON, Amount: 0.01 });
    expect(await meets()).toEqual({ meets: false, causes: ["salesforce not-yet-synced EUR 0.01"] });
  });

  test("G12: deals that were edited, moved, reopened and deleted since", async () => {
    const deals = [];
    for (const Name of ["one", "two", "three", "four"]) deals.push(await wonDeal({ Name }));
    const [edited, moved, reopened, deleted] = deals;
    if (!edited || !moved || !reopened || !deleted) throw new Error("four deals");
    await edit(edited, { Amount: 101.5 });
    await edit(moved, { CloseDate: "2026-11-01" });
    await edit(reopened, { StageName: "Prospecting" });
    await two.inSalesforce.delete(deleted);
    const { differences } = await tieOut(desk.tieOutWorld, "2026-Q3");
    expect(differences.map(({ cause, deal, says }) => [deal, cause, says])).toEqual([
      [edited.id, "edited-after-close", "Accord's record says EUR 100.50, the deal there 101.5"],
      ...[
        [moved.id, "edited-after-close", "the deal closes on another day there"],
        [reopened.id, "edited-after-close", "the deal is not won there any more"],
        [deleted.id, "deleted", "the deal was deleted there"],
      ],
    ]);
    await desk.look(...deals);
    expect((await meets()).causes.filter((one) => one.startsWith("salesforce"))).toEqual([]);
  });

  test("G12: a currency that was changed there, and a posting that is missing here", async () => {
    const [changed, lost] = [await wonDeal({ Name: "one" }), await wonDeal({ Name: "two" })];
    await edit(changed, { CurrencyIsoCode: "GBP" });
    const [, ours] = [...desk.chains.keys()];
    desk.chains.delete(ours ?? "");
    const { differences } = await tieOut(desk.tieOutWorld, "2026-Q3");
    const there = differences.filter(({ system }) => system === "salesforce");
    expect(there.map(({ deal, cause }) => [deal, cause])).toEqual([
      [changed.id, "currency"],
      [lost.id, "not-yet-posted"],
    ]);
    expect(differences).toContainEqual(
      expect.objectContaining({ system: "hubspot", cause: "not-yet-posted" }),
    );
  });
});

describe("checking the ledger", { timeout: 60_000 }, () => {
  const verifyAll = async () => {
    const books = { opportunities: desk.opportunities, fields: ledgerFields };
    const shards = [..."0123456789abcdef"];
    const parts = await Promise.all(shards.map((one) => verifyChains(desk.world, books, one)));
    return parts.flatMap(({ broken }) => broken);
  };

  test("G2: finds all as it was posted, and an end that was cut off", async () => {
    const deal = await wonDeal();
    await editAndLook(deal, { Amount: 120 });
    expect(await verifyAll()).toEqual([]);
    const [[id = "", chain = []] = []] = [...desk.chains];
    desk.chains.set(id, chain.slice(0, 1));
    expect(findBreak(id, chain.slice(0, 1), digest)).toBeUndefined();
    expect(await verifyAll()).toEqual([
      {
        opportunityId: id,
        sequence: 2,
        says: "it is missing: the entries do not say what the record says",
      },
    ]);
  });

  test("G2: names the first entry that was forged, of each opportunity", async () => {
    const deal = await wonDeal();
    await editAndLook(deal, { Amount: 120 });
    await wonDeal({ Name: "Other" });
    const [[id = "", chain = []] = []] = [...desk.chains];
    const forged = chain.map((entry) =>
      entry.sequence === 1 ? { ...entry, amount: { ...entry.amount, minor: 10_051n } } : entry,
    );
    desk.chains.set(id, forged);
    expect(await verifyAll()).toEqual([
      { opportunityId: id, sequence: 1, says: "its content is not what its hash was made of" },
    ]);
  });
});
