import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { clockTelling } from "../../infra/simulators/kit/clock.ts";
import { outcome, startToldOrg, type Told, type ToldOrg } from "./salesforce-simulator-told.ts";

// jsforce reads these when it is first imported, and would send loopback calls to a proxy.
vi.hoisted(() => {
  for (const name of ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"])
    delete process.env[name];
});

let org: ToldOrg;
let nowMs = Date.now();
beforeAll(async () => {
  org = await startToldOrg({
    clock: clockTelling(() => nowMs),
    limits: { tokenLifetimeMs: 30 * 86_400_000 },
  });
  const field = {
    FullName: "Contact.Crm_Id__c",
    Metadata: {
      type: "Text",
      label: "Crm",
      length: 36,
      externalId: true,
      unique: true,
      required: true,
    },
  };
  await org.connection.tooling.sobject("CustomField").create(field);
});
afterAll(() => org.simulator.stop());

let people = 0;
const create = async (object: string, values: Record<string, unknown>): Promise<string> =>
  (await org.connection.sobject(object).create(values)).id ?? "";
const contact = (values: object = {}) => {
  people += 1;
  return create("Contact", { LastName: `Lee ${people}`, Crm_Id__c: `c-${people}`, ...values });
};
const read = async (soql: string) =>
  (await org.connection.query(soql, { scanAll: true })).records.map((row) => {
    const { attributes: _attributes, ...fields } = row;
    return fields;
  });
const merge = (type: string, Id: string, recordToMergeIds: string[], values: object = {}) =>
  org.connection.soap.merge({ masterRecord: { type, Id, ...values }, recordToMergeIds });
const headers = (events: readonly Told[]) =>
  events.map(({ ChangeEventHeader: { entityName, changeType, recordIds } }) => [
    `${entityName} ${changeType}`,
    recordIds,
  ]);

describe("a merge", () => {
  test("leaves the losers in the bin, each pointing at its master", async () => {
    const [master, one, two] = [await contact(), await contact(), await contact()];
    expect(await merge("Contact", master, [one, two])).toEqual({
      id: master,
      mergedRecordIds: [one, two],
      updatedRelatedIds: [],
      errors: [],
      success: true,
    });
    expect(
      await read(
        `SELECT Id, IsDeleted, MasterRecordId FROM Contact WHERE Id IN ('${master}','${one}','${two}') ORDER BY Id`,
      ),
    ).toEqual([
      { Id: master, IsDeleted: false, MasterRecordId: null },
      { Id: one, IsDeleted: true, MasterRecordId: master },
      { Id: two, IsDeleted: true, MasterRecordId: master },
    ]);
    expect(await outcome(org.connection.sobject("Contact").retrieve(one))).toBe(
      "ENTITY_IS_DELETED",
    );
  });

  test("gives an account its losers' contacts, opportunities and daughters", async () => {
    const [master, loser] = [
      await create("Account", { Name: "Master" }),
      await create("Account", { Name: "Loser" }),
    ];
    const child = await contact({ AccountId: loser });
    const deal = await create("Opportunity", {
      Name: "Deal",
      StageName: "Prospecting",
      CloseDate: "2026-12-31",
      AccountId: loser,
    });
    const daughter = await create("Account", { Name: "Daughter", ParentId: loser });
    const result = await merge("Account", master, [loser], { Phone: "1", Website: null });
    expect(new Set(result.updatedRelatedIds)).toEqual(new Set([child, deal, daughter]));
    expect(await read(`SELECT Id FROM Contact WHERE AccountId = '${master}'`)).toEqual([
      { Id: child },
    ]);
    expect(await read(`SELECT Id FROM Opportunity WHERE AccountId = '${master}'`)).toEqual([
      { Id: deal },
    ]);
    expect(await read(`SELECT Id FROM Account WHERE ParentId = '${master}'`)).toEqual([
      { Id: daughter },
    ]);
    expect(await read(`SELECT Name, Phone FROM Account WHERE Id = '${master}'`)).toEqual([
      { Name: "Master", Phone: "1" },
    ]);
    const events = await org.transaction(
      ({ changeType, recordIds }) => changeType === "DELETE" && recordIds.includes(loser),
    );
    expect(headers(events)[0]).toEqual(["Account DELETE", [loser]]);
    expect(headers(events).at(-1)).toEqual(["Account UPDATE", [master]]);
    expect(new Set(headers(events).slice(1, -1).map(String))).toEqual(
      new Set([
        `Contact UPDATE,${child}`,
        `Opportunity UPDATE,${deal}`,
        `Account UPDATE,${daughter}`,
      ]),
    );
    expect(new Set(events.map((event) => event.ChangeEventHeader.transactionKey)).size).toBe(1);
  });

  test("moves contact roles and campaign members, and no person is a member twice", async () => {
    const [master, loser] = [await contact(), await contact()];
    const deal = await create("Opportunity", {
      Name: "Deal",
      StageName: "Prospecting",
      CloseDate: "2026-12-31",
      ContactId: loser,
    });
    const [both, loserOnly] = [
      await create("Campaign", { Name: "Both" }),
      await create("Campaign", { Name: "Loser's" }),
    ];
    await create("CampaignMember", { CampaignId: both, ContactId: master });
    await create("CampaignMember", { CampaignId: both, ContactId: loser });
    await create("CampaignMember", { CampaignId: loserOnly, ContactId: loser });
    const stampOf = async () => read(`SELECT SystemModstamp FROM Opportunity WHERE Id = '${deal}'`);
    const before = await stampOf();
    const { updatedRelatedIds } = await merge("Contact", master, [loser]);
    // The deal reflects its primary contact, and is not changed by that.
    expect(updatedRelatedIds).not.toContain(deal);
    expect(await stampOf()).toEqual(before);
    expect(
      await read(
        `SELECT ContactId, Opportunity.ContactId FROM OpportunityContactRole WHERE OpportunityId = '${deal}'`,
      ),
    ).toMatchObject([{ ContactId: master, Opportunity: { ContactId: master } }]);
    const { records } = await org.connection.query(
      `SELECT CampaignId, LeadOrContactId FROM CampaignMember WHERE CampaignId IN ('${both}','${loserOnly}') ORDER BY CampaignId`,
    );
    expect(records).toMatchObject([
      { CampaignId: both, LeadOrContactId: master },
      { CampaignId: loserOnly, LeadOrContactId: master },
    ]);
  });

  test("frees the unique values of the losers, also for the master itself", async () => {
    const [master, loser] = [await contact(), await contact({ Crm_Id__c: "taken" })];
    expect(await outcome(contact({ Crm_Id__c: "taken" }))).toBe("DUPLICATE_VALUE");
    await merge("Contact", master, [loser], { Crm_Id__c: "taken" });
    expect(
      await read("SELECT Id, IsDeleted FROM Contact WHERE Crm_Id__c = 'taken' ORDER BY Id"),
    ).toEqual([
      { Id: master, IsDeleted: false },
      { Id: loser, IsDeleted: true },
    ]);
    const [kept] = await org.connection.soap.undelete([loser]);
    expect(kept).toMatchObject({ success: false, errors: [{ statusCode: "DUPLICATE_VALUE" }] });
  });

  test("of leads is chained: the loser's loser still names its own master", async () => {
    const lead = (LastName: string) => create("Lead", { LastName, Company: "Acme" });
    const [first, second, third] = [await lead("A"), await lead("B"), await lead("C")];
    await merge("Lead", second, [third]);
    await merge("Lead", first, [second]);
    expect(
      await read(
        `SELECT Id, MasterRecordId FROM Lead WHERE MasterRecordId != null AND Id IN ('${second}','${third}') ORDER BY Id`,
      ),
    ).toEqual([
      { Id: second, MasterRecordId: first },
      { Id: third, MasterRecordId: second },
    ]);
  });

  test.each([
    ["four records", async () => [await contact(), await contact(), await contact()]],
    ["the master itself", async (master: string) => [master]],
    ["a record of another object", async () => [await create("Account", { Name: "A" })]],
    ["nothing", async () => []],
  ])("of %s is refused, and nothing moves", async (_what, losersOf) => {
    const master = await contact();
    const losers: string[] = await losersOf(master);
    expect(await merge("Contact", master, losers)).toMatchObject({ success: false });
    const ids = [master, ...losers].map((id) => `'${id}'`).join(",");
    expect(await read(`SELECT Id FROM Contact WHERE IsDeleted = true AND Id IN (${ids})`)).toEqual(
      [],
    );
  });

  test("of opportunities is refused, for they cannot be merged", async () => {
    expect(await merge("Opportunity", "006Sm0000000001AAA", [])).toMatchObject({
      errors: [{ statusCode: "INVALID_TYPE" }],
    });
  });
});

describe("a deleted record", () => {
  test("comes back with what went along with it, and an UNDELETE event", async () => {
    const account = await create("Account", { Name: "Acme", Industry: "Banking" });
    const [stays, goesBefore] = [
      await contact({ AccountId: account }),
      await contact({ AccountId: account }),
    ];
    await org.connection.sobject("Contact").destroy(goesBefore);
    await org.connection.sobject("Account").destroy(account);
    expect(await org.connection.soap.undelete([account])).toEqual([
      { id: account, success: true, errors: [] },
    ]);
    const { records } = await org.connection.query(
      `SELECT Id, Account.Industry FROM Contact WHERE AccountId = '${account}'`,
    );
    expect(records).toMatchObject([{ Id: stays, Account: { Industry: "Banking" } }]);
    const events = await org.transaction(({ changeType }) => changeType === "UNDELETE");
    expect(headers(events)).toEqual([
      ["Account UNDELETE", [account]],
      ["Contact UNDELETE", [stays]],
    ]);
    expect(events[0]).toMatchObject({ Name: "Acme", Industry: "Banking" });
  });

  test("is listed by deleted() until it is back, and then by updated()", async () => {
    const id = await create("Account", { Name: "Acme" });
    const accounts = org.connection.sobject("Account");
    await accounts.destroy(id);
    const span = () =>
      [new Date(nowMs - 120_000).toISOString(), new Date(nowMs + 120_000).toISOString()] as const;
    const isDeleted = async () =>
      (await accounts.deleted(...span())).deletedRecords.some((each) => each.id === id);
    const isUpdated = async () => (await accounts.updated(...span())).ids.includes(id);
    expect([await isDeleted(), await isUpdated()]).toEqual([true, false]);
    await org.connection.soap.undelete([id]);
    expect([await isDeleted(), await isUpdated()]).toEqual([false, true]);
  });

  test("leaves the bin after 15 days, or when that is emptied", async () => {
    const [emptied, forgotten] = [await contact(), await contact()];
    await org.connection.sobject("Contact").destroy([emptied, forgotten]);
    const seen = () => read(`SELECT Id FROM Contact WHERE Id IN ('${emptied}','${forgotten}')`);
    await org.connection.soap.emptyRecycleBin([emptied]);
    expect(await seen()).toEqual([{ Id: forgotten }]);
    nowMs += 16 * 86_400_000;
    expect(await seen()).toEqual([]);
    for (const id of [emptied, forgotten])
      expect(await org.connection.soap.undelete([id])).toMatchObject([
        { success: false, errors: [{ statusCode: "UNDELETE_FAILED" }] },
      ]);
  });
});
