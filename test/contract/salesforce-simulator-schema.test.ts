import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { outcome, startToldOrg, type ToldOrg } from "./salesforce-simulator-told.ts";

// jsforce reads these when it is first imported, and would send loopback calls to a proxy.
vi.hoisted(() => {
  for (const name of ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"])
    delete process.env[name];
});

let org: ToldOrg;
beforeAll(async () => {
  org = await startToldOrg();
});
afterAll(() => org.simulator.stop());

const create = async (object: string, values: object): Promise<string> =>
  (await org.connection.sobject(object).create({ ...values })).id ?? "";
const read = (object: string, id: string) => org.connection.sobject(object).retrieve(id);
const fieldOf = async (object: string, name: string) =>
  (await org.connection.sobject(object).describe()).fields.find((field) => field.name === name);

/** Makes a field over Tooling, and shows it to the integration user. */
async function makeField(fullName: string, Metadata: object): Promise<void> {
  await org.connection.tooling.sobject("CustomField").create({ FullName: fullName, Metadata });
  const Name = fullName.replaceAll(".", "_");
  const set = await org.connection.sobject("PermissionSet").create({ Name, Label: Name });
  const ParentId = set.id ?? "";
  await org.connection
    .sobject("PermissionSetAssignment")
    .create({ PermissionSetId: ParentId, AssigneeId: org.userId });
  await org.connection.sobject("FieldPermissions").create({
    ParentId,
    SobjectType: fullName.split(".")[0],
    Field: fullName,
    PermissionsRead: true,
    PermissionsEdit: true,
  });
}

describe("a formula field", () => {
  test("reads what other fields and parents say now, and does not move its row", async () => {
    await makeField("Contact.Card__c", {
      type: "Text",
      label: "Card",
      formula: 'FirstName & " " & LastName & " (" & Account.Name & ") " & 7',
    });
    const account = await create("Account", { Name: "Acme" });
    const values = { FirstName: "Ann", LastName: "Lee", AccountId: account };
    const contact = await create("Contact", values);
    const before = await read("Contact", contact);
    expect(before).toMatchObject({ Card__c: "Ann Lee (Acme) 7" });
    await org.connection.sobject("Account").update({ Id: account, Name: "Acme & Sons" });
    const soql = `SELECT Card__c, SystemModstamp FROM Contact WHERE Card__c = 'Ann Lee (Acme & Sons) 7'`;
    const { records } = await org.connection.query(soql);
    expect(records).toMatchObject([
      { Card__c: "Ann Lee (Acme & Sons) 7", SystemModstamp: before["SystemModstamp"] },
    ]);
    const events = await org.told(({ entityName }) => entityName === "Contact");
    expect(events.every((event) => !("Card__c" in event))).toBe(true);
  });

  test("is calculated in the describe, and nobody writes it", async () => {
    await makeField("Lead.Deal__c", { type: "Text", label: "Deal", formula: "Company" });
    expect(await fieldOf("Lead", "Deal__c")).toMatchObject({
      calculated: true,
      calculatedFormula: "Company",
      createable: false,
      updateable: false,
    });
    const write = create("Lead", { LastName: "Lee", Company: "Acme", Deal__c: "x" });
    expect(await outcome(write)).toBe("INVALID_FIELD_FOR_INSERT_UPDATE");
  });

  test.each(["IF(true, 1, 2)", "Nobody__c", "Account.Nothing", '"open'])(
    "%s is refused when it is made",
    async (formula) => {
      const field = makeField("Contact.Bad__c", { type: "Text", label: "Bad", formula });
      expect(await outcome(field)).toBe("FIELD_INTEGRITY_EXCEPTION");
    },
  );
});

test("a multi-select picklist gives its values back in the order of its list", async () => {
  const value = ["Red", "Green", "Blue"].map((fullName) => ({ fullName }));
  await makeField("Lead.Colours__c", {
    type: "MultiselectPicklist",
    label: "Colours",
    valueSet: { restricted: true, valueSetDefinition: { value } },
  });
  const person = { LastName: "Lee", Company: "Acme" };
  const id = await create("Lead", { ...person, Colours__c: "Blue;Red;Blue" });
  expect(await read("Lead", id)).toMatchObject({ Colours__c: "Red;Blue" });
  expect(await outcome(create("Lead", { ...person, Colours__c: "Red;Grey" }))).toBe(
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
  );
  const red = await org.connection.query("SELECT Id FROM Lead WHERE Colours__c INCLUDES ('Red')");
  expect(red.records).toMatchObject([{ Id: id }]);
  const both = "SELECT Id FROM Lead WHERE Colours__c INCLUDES ('Green','Red;Blue')";
  expect((await org.connection.query(both)).records).toMatchObject([{ Id: id }]);
  const none = "SELECT Id FROM Lead WHERE Colours__c EXCLUDES ('Red') AND Colours__c != null";
  expect((await org.connection.query(none)).records).toEqual([]);
});

describe("a record type", () => {
  test("is given to new records, and narrows a restricted picklist", async () => {
    await org.simulate("objects/Opportunity/fields/Type", "PATCH", { restricted: true });
    const made = await org.simulate("record-types", "POST", {
      object: "Opportunity",
      name: "New business",
      developerName: "New_Business",
      isDefault: true,
      picklists: { Type: ["New Customer"] },
    });
    const { recordTypeId } = made.body as { recordTypeId: string };
    const deal = { Name: "Deal", StageName: "Prospecting", CloseDate: "2026-12-31" };
    const id = await create("Opportunity", { ...deal, Type: "New Customer" });
    const soql = `SELECT RecordTypeId, RecordType.DeveloperName FROM Opportunity WHERE Id = '${id}'`;
    expect((await org.connection.query(soql)).records).toMatchObject([
      { RecordTypeId: recordTypeId, RecordType: { DeveloperName: "New_Business" } },
    ]);
    const other = create("Opportunity", { ...deal, Type: "Existing Customer - Upgrade" });
    expect(await outcome(other)).toBe("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST");
    const { recordTypeInfos } = await org.connection.sobject("Opportunity").describe();
    expect(recordTypeInfos).toMatchObject([
      { recordTypeId, name: "New business", defaultRecordTypeMapping: true, master: false },
      { recordTypeId: "012000000000000AAA", master: true },
    ]);
    expect(
      (await org.connection.sobject("Lead").describe()).fields.map(({ name }) => name),
    ).not.toContain("RecordTypeId");
  });
});

describe("a custom object", () => {
  test("is described, written, queried through its lookup, and told of", async () => {
    const made = await org.simulate("objects", "POST", {
      name: "Invoice__c",
      label: "Invoice",
      plural: "Invoices",
      fields: {
        Amount__c: { type: "Currency", label: "Amount", precision: 18, scale: 2 },
        Number__c: { type: "Text", label: "Number", length: 20, externalId: true, unique: true },
        Account__c: { type: "Lookup", label: "Account", referenceTo: "Account" },
      },
    });
    expect(made).toMatchObject({ status: 201 });
    const account = await create("Account", { Name: "Acme" });
    const invoices = org.connection.sobject("Invoice__c");
    const rows = [{ Number__c: "1", Amount__c: "12.30", Account__c: account }];
    const [upserted] = await invoices.upsert(rows, "Number__c");
    expect(upserted).toMatchObject({ success: true, created: true });
    const soql = "SELECT Name, Amount__c, Account__r.Name FROM Invoice__c WHERE Number__c = '1'";
    expect((await org.connection.query(soql)).records).toMatchObject([
      { Name: upserted?.id, Amount__c: 12.3, Account__r: { Name: "Acme" } },
    ]);
    const [event] = await org.told(({ entityName }) => entityName === "Invoice__c");
    expect(event).toMatchObject({
      ChangeEventHeader: { changeType: "CREATE", recordIds: [upserted?.id] },
      Number__c: "1",
    });
    expect(await fieldOf("Invoice__c", "Account__c")).toMatchObject({
      type: "reference",
      referenceTo: ["Account"],
      relationshipName: "Account__r",
    });
    const { sobjects } = await org.connection.describeGlobal();
    expect(sobjects.find(({ name }) => name === "Invoice__c")).toMatchObject({
      custom: true,
      label: "Invoice",
      keyPrefix: (made.body as { keyPrefix: string }).keyPrefix,
    });
  });

  test.each([
    [{ name: "Invoice", label: "I", plural: "Is" }, "name: expected a name such as Invoice__c"],
    [
      {
        name: "Bill__c",
        label: "B",
        plural: "Bs",
        fields: { A__c: { type: "Lookup", label: "A" } },
      },
      "A lookup must specify referenceTo",
    ],
  ])("that cannot be gets one line: %j", async (body, error) => {
    expect(await org.simulate("objects", "POST", body)).toEqual({ status: 400, body: { error } });
    expect(await outcome(org.connection.sobject(body.name).describe())).toBe("NOT_FOUND");
  });
});
