import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { outcome, startToldOrg, type ToldOrg } from "./salesforce-simulator-told.ts";

// jsforce reads these when it is first imported, and would send loopback calls to a proxy.
vi.hoisted(() => {
  for (const name of ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"])
    delete process.env[name];
});

let org: ToldOrg;
beforeAll(async () => {
  org = await startToldOrg();
  const { connection } = org;
  const { records } = await connection.query("SELECT Id FROM CurrencyType WHERE IsoCode = 'EUR'");
  await connection
    .sobject("CurrencyType")
    .update({ Id: records[0]?.Id ?? "", ConversionRate: 0.8 });
  for (const [StartDate, ConversionRate] of [
    ["2026-01-01", 0.5],
    ["2026-07-01", 0.4],
  ])
    await connection
      .sobject("DatedConversionRate")
      .create({ IsoCode: "EUR", StartDate, ConversionRate });
  const deal = { StageName: "Prospecting", CurrencyIsoCode: "EUR", Amount: "100.01" };
  for (const CloseDate of ["2025-12-31", "2026-06-30", "2026-07-01"])
    await connection.sobject("Opportunity").create({ ...deal, Name: CloseDate, CloseDate });
  const account = { Name: "Acme", CurrencyIsoCode: "EUR", AnnualRevenue: 10 };
  await connection.sobject("Account").create(account);
});
afterAll(() => org.simulator.stop());

const query = async (soql: string) => (await org.connection.query(soql)).records;

test("a dated rate ends where the next of its currency starts", async () => {
  expect(
    await query("SELECT StartDate, NextStartDate FROM DatedConversionRate ORDER BY StartDate"),
  ).toMatchObject([
    { StartDate: "2026-01-01", NextStartDate: "2026-07-01" },
    { StartDate: "2026-07-01", NextStartDate: "9999-12-31" },
  ]);
});

test("convertCurrency takes an opportunity's rate of its close date, to the cent", async () => {
  const soql =
    "SELECT Name, Amount, CurrencyIsoCode, convertCurrency(Amount) mine FROM Opportunity ORDER BY CloseDate";
  expect(await query(soql)).toMatchObject([
    // No dated rate reaches this far back: the current one holds. 100.01 / 0.8 = 125.0125.
    { Amount: 100.01, CurrencyIsoCode: "EUR", mine: 125.01 },
    { Amount: 100.01, CurrencyIsoCode: "EUR", mine: 200.02 },
    // 100.01 / 0.4 = 250.025, half a cent rounds up.
    { Amount: 100.01, CurrencyIsoCode: "EUR", mine: 250.03 },
  ]);
});

test("any other object goes by the current rate, under the field's own name", async () => {
  expect(await query("SELECT convertCurrency(AnnualRevenue) FROM Account")).toMatchObject([
    { AnnualRevenue: 12.5 },
  ]);
});

test("a sum over currencies is in the corporate one", async () => {
  expect(await query("SELECT SUM(Amount) total FROM Opportunity")).toMatchObject([
    { total: 575.06 },
  ]);
});

test("convertCurrency of what is no amount is refused", async () => {
  expect(await outcome(query("SELECT convertCurrency(Name) FROM Account"))).toBe("INVALID_FIELD");
});
