import { describe, expect, test } from "vitest";
import {
  hintsOfChangeEvent,
  salesforceChangeEvent,
} from "../../shared/salesforce/change-events.ts";
import { hintsOfOutboundMessage } from "../../shared/salesforce/outbound-messages.ts";
import type { SeenValue } from "../../shared/sync/ports.ts";

const CONTACT = "003ak00000IiFInAAN";

interface Given {
  readonly entityName: string;
  readonly changeType?: string;
  readonly recordIds?: readonly string[];
  readonly changedFields?: readonly string[];
  readonly body?: Readonly<Record<string, unknown>>;
}

/** As Event Relay wraps it, a rounded commit number included. */
function hintsOf({
  entityName,
  changeType = "UPDATE",
  recordIds = [CONTACT],
  changedFields = [],
  body = {},
}: Given) {
  const { hints, ignored } = hintsOfChangeEvent(
    salesforceChangeEvent.parse({
      version: "0",
      id: "e1",
      "detail-type": `${entityName}ChangeEvent`,
      source: "aws.partner/salesforce.com/00Dxx0000001gPFEAY/0YLxx0000000001GAA",
      account: "1",
      time: "2026-09-09T00:41:57Z",
      region: "eu-central-1",
      resources: [],
      detail: {
        payload: {
          ...body,
          LastModifiedDate: "2026-09-09T00:41:57.000Z",
          ChangeEventHeader: {
            entityName,
            changeType,
            recordIds,
            changedFields: ["LastModifiedDate", ...changedFields],
            changeOrigin: "com/salesforce/api/rest/67.0;client=Accord",
            transactionKey: "0000be70-a756-e601-9202-32967602a6be",
            sequenceNumber: 1,
            commitTimestamp: 1745500706999,
            commitNumber: Number("1745500706683617281"),
            commitUser: "005ak00000EpjsfAAB",
          },
        },
      },
    }),
  );
  sighted = hints.flatMap(({ sightings = [] }) => sightings);
  return { hints: hints.map(({ sightings: _seen, ...hint }) => hint), ignored };
}

/** What the last event told of when values were given. */
let sighted: readonly SeenValue[] = [];

const ref = (object: string, id: string) => ({ system: "salesforce", object, id });

describe("a change event", () => {
  test("R8: tells when its values were given, to the second that stamps are given in", () => {
    hintsOf({ entityName: "Contact", changedFields: ["Title", "Phone"], body: { Title: "CEO" } });
    expect(sighted).toEqual([
      { property: "Title", raw: "CEO", atMs: 1745500706000 },
      { property: "Phone", raw: null, atMs: 1745500706000 },
    ]);
    hintsOf({ entityName: "Contact", changeType: "DELETE" });
    expect(sighted).toEqual([]);
  });

  test("of a new campaign member asks for its person's touches; of any other, the next poll tells", () => {
    const body = { CampaignId: "701ak00000AbCdEAAV", LeadId: "00Qak00000IiFInAAN", Status: "Sent" };
    const member = { entityName: "CampaignMember", recordIds: ["00vak00000IiFInAAN"] };
    expect(hintsOf({ ...member, changeType: "CREATE", body })).toEqual({
      hints: [{ ref: ref("Lead", "00Qak00000IiFInAAN"), touches: [] }],
      ignored: [],
    });
    expect(hintsOf({ ...member, changeType: "DELETE" })).toEqual({ hints: [], ignored: [] });
  });

  test.each([
    [["Name.LastName"], { Name: { LastName: "Lee" } }, { LastName: "Lee" }],
    [["Name.FirstName"], { Name: { LastName: "Lee" } }, { FirstName: null }],
    [["Title", "Phone"], { Title: "CEO" }, { Title: "CEO", Phone: null }],
    [["HasOptedOutOfEmail"], { HasOptedOutOfEmail: true }, { HasOptedOutOfEmail: "true" }],
    [["Accord_Id__c"], { Accord_Id__c: "x" }, { Accord_Id__c: "x" }],
    [["Score__c"], { Score__c: 12.5 }, { Score__c: "12.5" }],
    [["MQL_Date__c"], { MQL_Date__c: 1778192987000 }, { MQL_Date__c: "2026-05-07T22:29:47.000Z" }],
  ])("of %j with %j tells %j", (changedFields, body, evidence) => {
    expect(hintsOf({ entityName: "Contact", changedFields, body }).hints).toEqual([
      { ref: ref("Contact", CONTACT), evidence },
    ]);
  });

  test.each([
    ["an owner, since ids are not what we compare", ["OwnerId"], { OwnerId: "005000000000001AAA" }],
    ["an owner beside a title", ["Title", "OwnerId"], { Title: "CEO", OwnerId: "005xx" }],
    ["an address", ["MailingAddress.City"], { MailingAddress: { Street: "1" } }],
    ["an account", ["AccountId"], { AccountId: "001000000000001AAA" }],
    ["a conversion", ["Status", "IsConverted"], { Status: "Closed", IsConverted: true }],
    [
      "an amount that may have been rounded",
      ["Amount"],
      { Amount: JSON.parse("99999999999999.99") },
    ],
    ["nothing but stamps", [], {}],
  ])("of %s gives no evidence", (_what, changedFields, body) => {
    expect(hintsOf({ entityName: "Contact", changedFields, body }).hints).toEqual([
      { ref: ref("Contact", CONTACT) },
    ]);
  });

  test("CREATE tells the values that are certain, and that the record is new", () => {
    const recordIds = [CONTACT];
    const body = {
      Name: { FirstName: "Ann", LastName: "Lee" },
      Title: "CEO",
      OwnerId: "005ak00000EpjsfAAB",
      MailingAddress: { City: "Lyon" },
    };
    expect(hintsOf({ entityName: "Contact", changeType: "CREATE", recordIds, body }).hints).toEqual(
      [
        {
          ref: ref("Contact", CONTACT),
          evidence: { FirstName: "Ann", LastName: "Lee", Title: "CEO" },
          created: true,
        },
      ],
    );
  });

  test.each(["DELETE", "UNDELETE", "GAP_CREATE", "GAP_UPDATE", "GAP_DELETE"])(
    "%s names its records and no values",
    (changeType) => {
      const recordIds = [CONTACT, "003ak00000IiFIoAAN"];
      const body = { Title: "CEO" };
      expect(hintsOf({ entityName: "Contact", changeType, recordIds, body })).toEqual({
        hints: recordIds.map((id) => ({ ref: ref("Contact", id) })),
        ignored: [],
      });
    },
  );

  test("for records it does not name is left to the poll", () => {
    expect(hintsOf({ entityName: "Account", recordIds: ["001*", "0015f00002J9YYEAA3"] })).toEqual({
      hints: [{ ref: ref("Account", "0015f00002J9YYEAA3") }],
      ignored: ["Account changes without ids of their own"],
    });
    expect(hintsOf({ entityName: "Account", changeType: "GAP_OVERFLOW" })).toEqual({
      hints: [],
      ignored: ["Account had more changes than events can carry"],
    });
  });

  test("of an object that nobody maps is ignored", () => {
    expect(hintsOf({ entityName: "Case" })).toEqual({ hints: [], ignored: ["Case is not mapped"] });
  });

  test("of a new contact role is evidence of what its opportunity has", () => {
    const body = { OpportunityId: "006000000000001AAA", ContactId: CONTACT };
    const entityName = "OpportunityContactRole";
    expect(hintsOf({ entityName, changeType: "CREATE", body }).hints).toEqual([
      {
        ref: ref("Opportunity", "006000000000001AAA"),
        relations: [{ object: "Contact", id: CONTACT, present: true }],
      },
    ]);
    const recordIds = ["00Kak000001AbcdEAC"];
    expect(hintsOf({ entityName, changeType: "DELETE", recordIds }).hints).toEqual([]);
  });

  test("without a header is turned down", () => {
    const event = { "detail-type": "x", source: "y", detail: { payload: {} } };
    expect(salesforceChangeEvent.safeParse(event).success).toBe(false);
  });
});

const notification = (type: string, id: string) => `
   <Notification>
    <Id>04lxx000000CaSeAAK</Id>
    <sObject xsi:type="sf:${type}" xmlns:sf="urn:sobject.enterprise.soap.sforce.com">
     <sf:Id>${id}</sf:Id>
     <sf:LastModifiedDate>2026-09-09T00:41:57.000Z</sf:LastModifiedDate>
    </sObject>
   </Notification>`;

const message = (inside: string, before = "") => `<?xml version="1.0" encoding="UTF-8"?>${before}
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
 <soapenv:Body>
  <notifications xmlns="http://soap.sforce.com/2005/09/outbound">
   <OrganizationId>00Dxx0000001gPFEAY</OrganizationId>
   <ActionId>04kxx00000000blBAA</ActionId>
   <SessionId xsi:nil="true"/>${inside}
  </notifications>
 </soapenv:Body>
</soapenv:Envelope>`;

describe("an outbound message", () => {
  test("asks for every record that it notifies of", () => {
    const two =
      notification("Contact", "003xx000004TmiQAAS") + notification("Account", "001xx000003DGb4");
    expect(hintsOfOutboundMessage(message(two))).toEqual({
      organizationId: "00Dxx0000001gPFEAY",
      hints: [
        { ref: ref("Contact", "003xx000004TmiQAAS") },
        { ref: ref("Account", "001xx000003DGb4AAG") },
      ],
    });
    const one = hintsOfOutboundMessage(message(notification("Lead", "00Qxx000004TmiQAAS")));
    expect("hints" in one && one.hints).toHaveLength(1);
  });

  test.each([
    ["not-xml", "{}<"],
    ["not-xml", "<a><b></a>"],
    ["not-an-outbound-message", "<a/>"],
    ["not-an-outbound-message", message("")],
    ["not-an-outbound-message", message(notification("Contact", "&lol;"))],
    [
      "not-an-outbound-message",
      message(
        notification("Contact", "&b;"),
        '<!DOCTYPE x [<!ENTITY a "003xx000004TmiQAAS"><!ENTITY b "&a;&a;">]>',
      ),
    ],
    ["too-large", message(" ".repeat(1_000_001))],
  ])("that is %s is refused by that name", (refused, xml) => {
    expect(hintsOfOutboundMessage(xml)).toEqual({ refused });
  });
});
