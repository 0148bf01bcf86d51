import { afterEach, describe, expect, test, vi } from "vitest";
import { clockTelling } from "../../infra/simulators/kit/clock.ts";
import { type Account, openAccount } from "./hubspot-simulator-account.ts";

const START_MS = Date.parse("2026-03-01T12:00:00.000Z");
const HOUR_MS = 3_600_000;

let account: Account;
afterEach(() => account.simulator.stop());

/** An account whose clock stands still unless it is put forward. */
async function openStill() {
  const time = { nowMs: START_MS };
  account = await openAccount({ clock: clockTelling(() => time.nowMs) });
  return {
    ...account,
    forward: (ms: number) => {
      time.nowMs += ms;
    },
  };
}

const read = async (object: "contacts" | "deals", id: string, ...names: string[]) => {
  const { properties } = await account.hubspot.crm[object].basicApi.getById(id, names);
  return Object.fromEntries(names.map((name) => [name, properties[name]]));
};
const at = (hours: number, ms = 0) => new Date(START_MS + hours * HOUR_MS + ms).toISOString();

describe("a stage", () => {
  test("is stamped when it is entered and left, with the time spent in it, last and in all", async () => {
    const { hubspot, forward } = await openStill();
    const { id } = await hubspot.crm.deals.basicApi.create({
      properties: { dealname: "D", dealstage: "qualifiedtobuy" },
    });
    const move = async (hours: number, dealstage: string) => {
      forward(hours * HOUR_MS);
      await hubspot.crm.deals.basicApi.update(id, { properties: { dealstage } });
    };
    const stamps = () =>
      read(
        "deals",
        id,
        ...["date_entered", "date_exited", "latest_time_in", "cumulative_time_in"].map(
          (what) => `hs_v2_${what}_qualifiedtobuy`,
        ),
      );
    await move(2, "contractsent");
    await move(1, "qualifiedtobuy");
    await move(5, "closedwon");
    expect(Object.values(await stamps())).toEqual([
      at(3),
      at(8),
      String(5 * HOUR_MS),
      String(7 * HOUR_MS),
    ]);
    expect(await read("deals", id, "hs_v2_date_entered_closedwon", "closedate")).toEqual({
      hs_v2_date_entered_closedwon: at(8),
      closedate: at(8),
    });
  });

  test("of a contact's life is stamped too, and its stamps cannot be written", async () => {
    const { hubspot, newContact, forward, call } = await openStill();
    const id = await newContact({ email: "ann@x.io" });
    forward(HOUR_MS);
    await hubspot.crm.contacts.basicApi.update(id, { properties: { lifecyclestage: "customer" } });
    expect(
      await read("contacts", id, "hs_v2_date_exited_lead", "hs_v2_date_entered_customer"),
    ).toEqual({ hs_v2_date_exited_lead: at(1), hs_v2_date_entered_customer: at(1) });
    const written = await call("PATCH", `/crm/v3/objects/contacts/${id}`, {
      properties: { hs_v2_date_entered_customer: at(0) },
    });
    expect(written.status).toBe(400);
  });
});

describe("a visit", () => {
  const visit = (body: object) => account.call("POST", "/_simulator/visits", body);
  const SOURCES = [
    "hs_analytics_source",
    "hs_analytics_source_data_1",
    "hs_latest_source",
    "hs_latest_source_data_1",
    "hs_latest_source_data_2",
    "hs_latest_source_timestamp",
  ];

  test("moves the latest source with its details and its time, and leaves the original one", async () => {
    const { newContact, subscribe, told, forward } = await openStill();
    const id = await newContact({ email: "ann@x.io" });
    await subscribe("contact.propertyChange:hs_latest_source");
    forward(HOUR_MS);
    await visit({
      email: "Ann@x.io",
      source: "PAID_SEARCH",
      sourceData1: "spring",
      sourceData2: "shoes",
      url: "https://shop.example/shoes",
      pageViews: 3,
    });
    expect(await read("contacts", id, ...SOURCES)).toEqual({
      hs_analytics_source: "OFFLINE",
      hs_analytics_source_data_1: "INTEGRATION",
      hs_latest_source: "PAID_SEARCH",
      hs_latest_source_data_1: "spring",
      hs_latest_source_data_2: "shoes",
      hs_latest_source_timestamp: at(1),
    });
    forward(HOUR_MS);
    await visit({ email: "ann@x.io", source: "ORGANIC_SEARCH" });
    const counted = ["hs_analytics_num_visits", "hs_analytics_num_page_views"];
    const dated = ["hs_analytics_first_timestamp", "hs_analytics_last_timestamp"];
    expect(await read("contacts", id, "hs_latest_source", ...counted, ...dated)).toEqual({
      hs_latest_source: "ORGANIC_SEARCH",
      hs_analytics_num_visits: "2",
      hs_analytics_num_page_views: "4",
      hs_analytics_first_timestamp: at(1),
      hs_analytics_last_timestamp: at(2),
    });
    forward(1_000);
    await account.call("GET", "/crm/v3/owners");
    await vi.waitFor(() => expect(told).toHaveLength(2), 3_000);
    expect(told.map(({ propertyValue, changeSource }) => [propertyValue, changeSource])).toEqual([
      ["PAID_SEARCH", "ANALYTICS"],
      ["ORGANIC_SEARCH", "ANALYTICS"],
    ]);
  });

  test("with a form makes a contact of a stranger, whose original source it is", async () => {
    await openStill();
    expect((await visit({ email: "new@x.io", source: "REFERRALS" })).status).toBe(404);
    const form = { name: "Contact us: home", fields: { firstname: "Nina" } };
    const { status, body } = await visit({
      email: "new@x.io",
      source: "REFERRALS",
      sourceData1: "blog.example",
      form,
    });
    expect(status).toBe(200);
    await visit({ email: "new@x.io", source: "DIRECT_TRAFFIC", form });
    const names = ["firstname", "hs_object_source", "hs_analytics_source", "hs_latest_source"];
    const conversions = ["num_conversion_events", "num_unique_conversion_events"];
    expect(
      await read("contacts", body.id, ...names, "hs_analytics_source_data_1", ...conversions),
    ).toEqual({
      firstname: "Nina",
      hs_object_source: "FORM",
      hs_analytics_source: "REFERRALS",
      hs_latest_source: "DIRECT_TRAFFIC",
      hs_analytics_source_data_1: "blog.example",
      num_conversion_events: "2",
      num_unique_conversion_events: "1",
    });
  });

  test("needs a source that HubSpot knows, and fields that it takes", async () => {
    await openStill();
    expect((await visit({ email: "a@x.io", source: "TELEPATHY" })).body.message).toMatch(
      /^source is 'TELEPATHY'; expected one of ORGANIC_SEARCH, /,
    );
    const form = { name: "F", fields: { shoe_size: "9" } };
    expect((await visit({ email: "a@x.io", form })).status).toBe(400);
  });
});

describe("a property's history", () => {
  test("says who made each change, and keeps the latest twenty", async () => {
    const { newContact, send, call } = await openStill();
    const id = await newContact({ email: "ann@x.io", firstname: "V0" });
    const path = `/crm/v3/objects/contacts/${id}`;
    for (let version = 1; version <= 24; version += 1)
      await send("PATCH", path, { properties: { firstname: `V${version}` } });
    const person = { "X-Simulator-Source": "CRM_UI", "X-Simulator-Source-Id": "userId:7" };
    await send("PATCH", path, { properties: { firstname: "Ann" } }, person);
    const { body } = await call("GET", `${path}?propertiesWithHistory=firstname`);
    const versions: { value: string }[] = body.propertiesWithHistory.firstname;
    expect(versions.map(({ value }) => value)).toEqual([
      "Ann",
      ...Array.from({ length: 19 }, (_, index) => `V${24 - index}`),
    ]);
    expect(versions.slice(0, 2)).toMatchObject([
      { sourceType: "CRM_UI", sourceId: "userId:7", updatedByUserId: 7 },
      { sourceType: "INTEGRATION", sourceId: "4242001" },
    ]);
  });
});

describe("a deal in another currency", () => {
  const rate = (fromCurrencyCode: string, conversionRate: number, effectiveAt?: string) =>
    account.call("POST", "/settings/v3/currencies/exchange-rates", {
      fromCurrencyCode,
      conversionRate,
      effectiveAt,
    });
  const newDeal = async (properties: Record<string, string>) =>
    (
      await account.hubspot.crm.deals.basicApi.create({
        properties: { dealname: "D", dealstage: "qualifiedtobuy", ...properties },
      })
    ).id;
  const worth = async (id: string) =>
    Object.values(await read("deals", id, "amount_in_home_currency", "hs_exchange_rate"));

  test("is worth its amount at the current rate, and follows it as long as it is open", async () => {
    const { forward, hubspot } = await openStill();
    await rate("EUR", 1.1);
    const id = await newDeal({ amount: "100.10", deal_currency_code: "EUR" });
    expect(await worth(id)).toEqual(["110.11", "1.1"]);
    forward(HOUR_MS);
    const closed = await newDeal({ amount: "200", deal_currency_code: "EUR" });
    await hubspot.crm.deals.basicApi.update(closed, { properties: { dealstage: "closedwon" } });
    forward(HOUR_MS);
    await rate("EUR", 1.25);
    expect(await worth(id)).toEqual(["125.125", "1.25"]);
    expect(await worth(closed)).toEqual(["220", "1.1"]);
  });

  test("closed on a past day is worth what it was then", async () => {
    await openStill();
    await rate("BRL", 0.2, "2025-01-01T00:00:00Z");
    await rate("BRL", 0.18, "2025-07-01T00:00:00Z");
    const id = await newDeal({
      amount: "1000",
      deal_currency_code: "BRL",
      dealstage: "closedwon",
      closedate: "2025-03-01T00:00:00Z",
    });
    expect(await worth(id)).toEqual(["200", "0.2"]);
  });

  test("must be in a currency of the account, which a rate makes it", async () => {
    await openStill();
    const create = () =>
      account.call("POST", "/crm/v3/objects/deals", {
        properties: { dealname: "D", amount: "1500.5", deal_currency_code: "JPY" },
      });
    const refused = await create();
    expect([refused.status, refused.body.errors[0].code]).toEqual([400, "INVALID_OPTION"]);
    const added = await rate("JPY", 0.0068912345);
    expect(added.body).toMatchObject({
      fromCurrencyCode: "JPY",
      toCurrencyCode: "USD",
      conversionRate: 0.006891,
      effectiveAt: at(0, 1),
    });
    const { body } = await create();
    expect(body.properties.amount_in_home_currency).toBe("10.339946");
    const info = await account.call("GET", "/account-info/2026-09/details");
    expect(info.body).toMatchObject({
      companyCurrency: "USD",
      additionalCurrencies: ["BRL", "EUR", "GBP", "JPY"],
    });
  });

  test("has its rates listed, the current ones apart, and a rate can be corrected", async () => {
    await openStill();
    const base = "/settings/currencies/2026-09";
    const { body: past } = await rate("GBP", 1.2, "2025-01-01T00:00:00Z");
    await rate("GBP", 1.3, "2026-01-01T00:00:00Z");
    const patched = await account.call("PATCH", `${base}/exchange-rates/${past.id}`, {
      conversionRate: 1.21,
    });
    expect(patched.body).toMatchObject({ conversionRate: 1.21, effectiveAt: past.effectiveAt });
    const all = await account.call("GET", `${base}/exchange-rates`);
    const ratesOf = (body: { results: { fromCurrencyCode: string; conversionRate: number }[] }) =>
      body.results
        .filter(({ fromCurrencyCode }) => fromCurrencyCode === "GBP")
        .map(({ conversionRate }) => conversionRate);
    expect(ratesOf(all.body)).toEqual([1, 1.21, 1.3]);
    const current = await account.call("GET", `${base}/exchange-rates/current`);
    expect(ratesOf(current.body)).toEqual([1.3]);
    expect((await account.call("GET", `${base}/company-currency`)).body.currencyCode).toBe("USD");
    const codes = await account.call("GET", `${base}/codes`);
    expect(codes.body.results).toContainEqual({ currencyCode: "EUR", currencyName: "Euro" });
    for (const [code, value] of [
      ["EUR", 0],
      ["USD", 1],
      ["QQQ", 1],
    ] as const)
      expect((await rate(code, value)).status).toBe(400);
  });
});
