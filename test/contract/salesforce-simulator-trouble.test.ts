import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Clock, clockOf, realClock } from "../../infra/simulators/kit/clock.ts";
import { eventually } from "./salesforce-simulator-org.ts";
import { outcome, startToldOrg, type ToldOrg } from "./salesforce-simulator-told.ts";

// jsforce reads these when it is first imported, and would send loopback calls to a proxy.
vi.hoisted(() => {
  for (const name of ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"])
    delete process.env[name];
});

const LONG_MS = 60_000;

/** A real clock, but for long waits, which end when the test says so. */
function clockWithLongWaits(): { clock: Clock; ends: (() => void)[] } {
  const real = realClock();
  const ends: (() => void)[] = [];
  const clock = clockOf(
    () => real.now(),
    (work, afterMs) => {
      if (afterMs < LONG_MS) return real.setTimeout(work, afterMs);
      ends.push(work);
      return { clear: () => undefined };
    },
  );
  return { clock, ends };
}

let org: ToldOrg;
const { clock, ends } = clockWithLongWaits();
beforeAll(async () => {
  org = await startToldOrg({ clock });
  const field = {
    FullName: "Account.Crm_Id__c",
    Metadata: { type: "Text", label: "Crm", length: 36, externalId: true, unique: true },
  };
  await org.connection.tooling.sobject("CustomField").create(field);
  const { id: ParentId = "" } = await org.connection
    .sobject("PermissionSet")
    .create({ Name: "Sync", Label: "Sync" });
  await org.connection
    .sobject("PermissionSetAssignment")
    .create({ PermissionSetId: ParentId, AssigneeId: org.userId });
  await org.connection.sobject("FieldPermissions").create({
    ParentId,
    SobjectType: "Account",
    Field: "Account.Crm_Id__c",
    PermissionsRead: true,
    PermissionsEdit: true,
  });
});
afterAll(() => org.simulator.stop());

const create = async (object: string, values: object): Promise<string> =>
  (await org.connection.sobject(object).create({ ...values })).id ?? "";
const isLate = (object: string) =>
  org.simulate("late-commits", "POST", { transactions: 1, ms: LONG_MS, object });
const begun = () => eventually(() => ends.at(0));
const finish = async () => {
  (await begun())();
  ends.shift();
};

describe("a transaction that commits late", () => {
  test("shows its rows behind a cursor that has passed their stamps", async () => {
    await isLate("Account");
    const late = create("Account", { Name: "Late" });
    await begun();
    await create("Account", { Name: "Prompt" });
    const soql = "SELECT Name FROM Account WHERE Name IN ('Late','Prompt') ORDER BY SystemModstamp";
    const names = async () => (await org.connection.query(soql)).records.map(({ Name }) => Name);
    expect(await names()).toEqual(["Prompt"]);
    await finish();
    const id = await late;
    expect(await names()).toEqual(["Late", "Prompt"]);
    const [event] = await org.told(({ recordIds }) => recordIds.includes(id));
    const row = await org.connection.sobject("Account").retrieve(id);
    expect(event?.ChangeEventHeader.commitTimestamp).toBeGreaterThan(
      Date.parse(String(row["SystemModstamp"]).replace("+0000", "Z")),
    );
  });

  test("holds the rows that it changes, which still read as they were", async () => {
    const id = await create("Account", { Name: "Before" });
    const accounts = org.connection.sobject("Account");
    await isLate("Account");
    const late = accounts.update({ Id: id, Name: "After" });
    await begun();
    expect(await accounts.retrieve(id)).toMatchObject({ Name: "Before" });
    expect(await outcome(accounts.update({ Id: id, Name: "Other" }))).toBe("UNABLE_TO_LOCK_ROW");
    await finish();
    await late;
    expect(await accounts.retrieve(id)).toMatchObject({ Name: "After" });
    expect(await outcome(accounts.update({ Id: id, Name: "Other" }))).toBe("it was taken");
  });

  test("makes the second of two upserts of one new id a duplicate, and then an update", async () => {
    const upsert = (Name: string) =>
      org.connection.sobject("Account").upsert([{ Crm_Id__c: "new-1", Name }], "Crm_Id__c");
    await isLate("Account");
    const first = upsert("First");
    await begun();
    expect(await upsert("Second")).toMatchObject([
      {
        success: false,
        errors: [
          {
            statusCode: "DUPLICATE_VALUE",
            message:
              "duplicate value found: Crm_Id__c duplicates value on record with id: <unknown>",
          },
        ],
      },
    ]);
    await finish();
    expect(await first).toMatchObject([{ success: true, created: true }]);
    expect(await upsert("Second")).toMatchObject([{ success: true, created: false }]);
  });

  test("leaves others alone: a reader, a writer of another object, the next of its kind", async () => {
    await isLate("Account");
    expect(await outcome(create("Lead", { LastName: "Lee", Company: "Acme" }))).toBe(
      "it was taken",
    );
    const late = create("Account", { Name: "Late" });
    await begun();
    expect(await outcome(create("Account", { Name: "Next" }))).toBe("it was taken");
    await finish();
    await late;
  });
});

describe("a commit that falls into a gap", () => {
  const change = async () => {
    const rows = ["A", "B"].map((LastName) => ({ LastName, Company: "Acme" }));
    const results = await org.connection.sobject("Lead").create(rows);
    return results.map(({ id }) => id ?? "");
  };
  const gap = (as: string) => org.simulate("events/gaps", "POST", { commits: 1, as });

  test("names the records and says nothing of their values", async () => {
    await gap("gap");
    const ids = await change();
    const [event] = await org.told(({ recordIds }) => ids.some((id) => recordIds.includes(id)));
    expect(event).toEqual({
      ChangeEventHeader: expect.objectContaining({
        entityName: "Lead",
        changeType: "GAP_CREATE",
        recordIds: ids,
        changedFields: [],
      }),
    });
    const [id = ""] = await change();
    const [whole] = await org.told(({ recordIds }) => recordIds.includes(id));
    expect(whole).toMatchObject({ ChangeEventHeader: { changeType: "CREATE" }, Company: "Acme" });
  });

  test.each([
    ["wildcard", "GAP_CREATE", ["00Q*"]],
    ["overflow", "GAP_OVERFLOW", []],
  ])("told as %s names no record of its own", async (as, changeType, recordIds) => {
    await gap(as);
    await change();
    const events = await org.transaction(
      (header) => header.changeType === changeType && String(header.recordIds) === `${recordIds}`,
    );
    expect(events.map(({ ChangeEventHeader }) => ChangeEventHeader)).toEqual([
      expect.objectContaining({ entityName: "Lead", changeType, recordIds }),
    ]);
  });
});

describe("a relay that is paused", () => {
  test("goes on where it was, but for what is older than three days", async () => {
    const paused = await startToldOrg({ limits: { tokenLifetimeMs: 30 * 86_400_000 } });
    const target = "https://bus.example/events";
    const relay = (state: string) => paused.simulate("event-relay", "PUT", { target, state });
    const make = (Name: string) => paused.connection.sobject("Account").create({ Name });
    await relay("PAUSE");
    await make("Forgotten");
    await paused.simulate("clock", "PUT", { advanceMs: 71 * 3_600_000 });
    await make("Kept");
    await paused.simulate("clock", "PUT", { advanceMs: 2 * 3_600_000 });
    await relay("RUN");
    await make("New");
    const events = await paused.told(({ entityName }) => entityName === "Account", 2);
    expect(events.map(({ Name }) => Name)).toEqual(["Kept", "New"]);
    await paused.simulator.stop();
  });
});
