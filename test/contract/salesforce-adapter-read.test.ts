import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { refKey } from "../../shared/sync/ports.ts";
import {
  crmOf,
  idOf,
  ref,
  type SimulatedOrg,
  simulatedOrg,
} from "./salesforce-adapter-simulated.ts";

const ANN = idOf("003", 1);
const BOB = idOf("003", 2);
const LOST = idOf("003", 3);
const QUOTE = idOf("003", 4);
const LEAD = idOf("00Q", 1);
const CONVERTED = idOf("00Q", 2);
const ACME = idOf("001", 1);
const DEAL = idOf("006", 1);
const WON = idOf("006", 2);
const ADA = idOf("005", 900);
const GONE_ADA = idOf("005", 901);
const QUEUE = idOf("00G", 1);
const LATE = idOf("005", 950);
const ORPHAN = idOf("00Q", 3);
const EVIL = "O'Neil\\'@x.io";

let org: SimulatedOrg;

const stamp = "2026-03-01T10:00:00.123+0000";

function seedPeople({ simulator }: SimulatedOrg): void {
  simulator.seed("User", [
    { Id: GONE_ADA, Email: "ada@ours.io", IsActive: false, LastName: "Old" },
    { Id: ADA, Email: "Ada@Ours.io", IsActive: true, LastName: "Ada" },
  ]);
  simulator.seed("Account", [
    { Id: ACME, Name: "Acme", Website: "https://www.Acme_1.io/home", SystemModstamp: stamp },
    { Id: idOf("001", 2), Name: "Not", Website: "acmeX1.io" },
  ]);
  simulator.seed("Contact", [
    {
      Id: ANN,
      LastName: "Lee",
      Email: "Ann@x.io",
      OwnerId: ADA,
      Accord_Id__c: "p1",
      CreatedDate: stamp,
    },
    { Id: BOB, LastName: "Bo", Email: "bob@x.io" },
    { Id: LOST, LastName: "Lost", IsDeleted: true, MasterRecordId: ANN },
    { Id: QUOTE, LastName: "O'Neil\\'", Email: EVIL },
  ]);
  simulator.seed("Lead", [
    { Id: ORPHAN, LastName: "Orphan", Company: "Acme", OwnerId: LATE },
    { Id: LEAD, LastName: "Lead", Company: "Acme", Email: "ann@x.io", OwnerId: QUEUE },
    {
      Id: CONVERTED,
      LastName: "Lead",
      Company: "Acme",
      Email: "ann@x.io",
      IsConverted: true,
      ConvertedContactId: ANN,
    },
  ]);
}

function seedOpportunities({ simulator }: SimulatedOrg): void {
  const common = { CloseDate: "2026-06-30", AccountId: ACME };
  simulator.seed("Opportunity", [
    { ...common, Id: DEAL, Name: "Deal", StageName: "Prospecting", Amount: 0.1 },
    { ...common, Id: WON, Name: "Won", StageName: "Closed Won", OwnerId: GONE_ADA },
  ]);
  simulator.seed("OpportunityContactRole", [
    { Id: idOf("00K", 1), OpportunityId: DEAL, ContactId: ANN, Role: "Evaluator" },
    { Id: idOf("00K", 2), OpportunityId: DEAL, ContactId: ANN, Role: "Other" },
    { Id: idOf("00K", 3), OpportunityId: WON, ContactId: ANN },
    { Id: idOf("00K", 4), OpportunityId: DEAL, ContactId: BOB, IsDeleted: true },
  ]);
}

beforeAll(async () => {
  org = await simulatedOrg();
  seedPeople(org);
  seedOpportunities(org);
});
afterAll(() => org.stop());

async function seen(object: string, id: string) {
  return (await org.crm.observe([ref(object, id)])).get(refKey(ref(object, id)));
}

describe("observing", () => {
  test("tells a contact's values, owner, our id and parts in opportunities", async () => {
    expect(await seen("Contact", ANN)).toEqual({
      ref: ref("Contact", ANN),
      gone: false,
      continuedAs: undefined,
      accordId: "p1",
      properties: {
        Email: "Ann@x.io",
        FirstName: null,
        LastName: "Lee",
        Lifecycle_Stage__c: null,
        MQL_Date__c: null,
        Original_Source_Detail_1__c: null,
        Original_Source_Detail_2__c: null,
        Original_Source__c: null,
        OwnerId: "ada@ours.io",
        Phone: null,
        Title: null,
      },
      createdAtMs: Date.parse("2026-03-01T10:00:00.123Z"),
      modifiedAtMs: Date.parse("2026-03-01T10:00:00.123Z"),
      editedByUs: true,
      relations: {
        persons: [],
        companies: [],
        opportunities: [
          { id: DEAL, won: false, closed: false, changedAtMs: undefined },
          { id: WON, won: true, closed: true, changedAtMs: undefined },
        ],
      },
    });
  });

  test("tells an opportunity's persons once each, its company, and its amount exactly", async () => {
    const deal = await seen("Opportunity", DEAL);
    expect(deal?.relations).toEqual({ persons: [ANN], companies: [ACME], opportunities: [] });
    expect(deal?.properties).toMatchObject({
      Amount: "0.1",
      CurrencyIsoCode: "USD",
      CloseDate: "2026-06-30",
      IsWon: "false",
      OwnerId: null,
    });
  });

  test("tells an account's opportunities", async () => {
    expect((await seen("Account", ACME))?.relations.opportunities).toEqual([
      { id: DEAL, won: false, closed: false, changedAtMs: undefined },
      { id: WON, won: true, closed: true, changedAtMs: undefined },
    ]);
  });

  test("tells where a converted lead and a merged contact live on", async () => {
    expect(await seen("Lead", CONVERTED)).toMatchObject({
      gone: false,
      continuedAs: ref("Contact", ANN),
    });
    expect(await seen("Contact", LOST)).toMatchObject({
      gone: true,
      continuedAs: ref("Contact", ANN),
    });
  });

  test("tells an owner who has left by e-mail, and a queue by id", async () => {
    expect((await seen("Opportunity", WON))?.properties["OwnerId"]).toBe("ada@ours.io");
    expect((await seen("Lead", LEAD))?.properties["OwnerId"]).toBe(`owner:${QUEUE}`);
  });

  test("answers every ref, those that never were and malformed ones as gone", async () => {
    const refs = [
      ref("Contact", idOf("003", 77)),
      ref("Contact", "x'); DROP"),
      ref("Contact", ANN),
    ];
    const all = await org.crm.observe([...refs, ref("Contact", ANN.slice(0, 15))]);
    expect(refs.map((one) => all.get(refKey(one))?.gone)).toEqual([true, true, false]);
    expect(all.get(refKey(ref("Contact", ANN.slice(0, 15))))?.accordId).toBe("p1");
  });

  test("tells whose a contact role is", async () => {
    expect((await seen("OpportunityContactRole", idOf("00K", 3)))?.relations).toEqual({
      persons: [ANN],
      companies: [],
      opportunities: [{ id: WON, won: true, closed: true, changedAtMs: undefined }],
    });
    expect((await seen("OpportunityContactRole", idOf("00K", 4)))?.gone).toBe(true);
  });

  test("of an object that nobody maps is a fault", async () => {
    await expect(seen("Case", idOf("500", 1))).rejects.toMatchObject({ code: "object-unmapped" });
  });

  test("takes two calls for 200 opportunities", async () => {
    const refs = Array.from({ length: 200 }, (_, at) => ref("Opportunity", idOf("006", at + 1)));
    await org.crm.observe(refs);
    const before = org.crm.callsMade();
    await org.crm.observe(refs);
    expect(org.crm.callsMade() - before).toBe(2);
  });
});

test("an owner who is new to us is looked up again, once a minute at most", async () => {
  let nowMs = 0;
  const crm = crmOf(org.simulator.url, undefined, () => nowMs);
  const look = async () => {
    const before = crm.callsMade();
    const all = await crm.observe([ref("Lead", ORPHAN)]);
    const owner = all.get(refKey(ref("Lead", ORPHAN)))?.properties["OwnerId"];
    return { owner, calls: crm.callsMade() - before };
  };
  const unknown = `owner:${LATE}`;
  expect((await look()).owner).toBe(unknown);
  expect(await look()).toEqual({ owner: unknown, calls: 1 });
  org.simulator.seed("User", [{ Id: LATE, Email: "late@ours.io", IsActive: true, LastName: "L" }]);
  expect(await look()).toEqual({ owner: unknown, calls: 1 });
  nowMs = 60_000;
  expect(await look()).toEqual({ owner: "late@ours.io", calls: 2 });
});

describe("finding", () => {
  const idsOf = async (...args: Parameters<typeof org.crm.find>) =>
    (await org.crm.find(...args)).map(({ ref: { object, id } }) => `${object} ${id}`).sort();

  test("by e-mail takes any case, and live unconverted records only", async () => {
    expect(await idsOf(["Lead", "Contact"], "email", ["ann@x.io"])).toEqual([
      `Contact ${ANN}`,
      `Lead ${LEAD}`,
    ]);
  });

  test("by our own id tells relations as observing does", async () => {
    const [found] = await org.crm.find(["Contact", "Lead"], "accord-id", ["p1"]);
    expect(found).toEqual(await seen("Contact", ANN));
  });

  test("by host finds websites as people type them, and takes no wildcards", async () => {
    expect(await idsOf(["Account"], "domain", ["acme_1.io"])).toEqual([`Account ${ACME}`]);
  });

  test.each([EVIL, "'", "\\", "') OR Email LIKE ('%", "%"])(
    "by the value %s looks for that value alone",
    async (value) => {
      const expected = value === EVIL ? [`Contact ${QUOTE}`] : [];
      expect(await idsOf(["Contact"], "email", [value])).toEqual(expected);
    },
  );

  test("cuts long lists into URLs that Salesforce takes", async () => {
    const many = Array.from({ length: 450 }, (_, at) => `${"ü".repeat(20)}${at}@x.io`);
    expect(await idsOf(["Contact"], "email", [...many, "bob@x.io"])).toEqual([`Contact ${BOB}`]);
  });

  test("nothing asks nothing", async () => {
    const before = org.crm.callsMade();
    expect(await org.crm.find(["Contact"], "email", [""])).toEqual([]);
    expect(org.crm.callsMade()).toBe(before);
  });
});

test("an edit's time and editor are the record's own, for every property asked for", async () => {
  const times = await org.crm.lastEdits([ref("Contact", ANN), ref("Lead", LEAD)], ["Email"]);
  expect(times.get(refKey(ref("Contact", ANN)))).toEqual({
    Email: { atMs: Date.parse("2026-03-01T10:00:00.123Z"), by: expect.stringMatching(/./) },
  });
  expect(times.size).toBe(2);
});
