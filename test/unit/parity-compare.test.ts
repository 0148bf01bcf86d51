import { describe, expect, test } from "vitest";
import { compareFields } from "../../shared/parity/compare-fields.ts";
import { addTallies, NO_TALLY, shareOf, tallyFields } from "../../shared/parity/tally.ts";
import type { Conflict, Parked } from "../../shared/sync/record.ts";
import { contact, kindNamed, lead, NOW, recordWith, seen } from "../support/sync-builders.ts";

const person = kindNamed("person");
const refs = [contact(), lead()];

const parked = (more: Partial<Parked>): Parked => ({
  system: "salesforce",
  field: "jobTitle",
  value: "Chief",
  code: "TOO_LONG",
  message: "no",
  cause: "too-long",
  remedy: "shorten it",
  since: NOW,
  tries: 1,
  triedAt: NOW,
  ...more,
});

const question = (hubspot: string, salesforce: string): Conflict => ({
  fields: ["jobTitle"],
  hubspot: [hubspot],
  salesforce: [salesforce],
  because: "ask",
  at: NOW,
});

const both = (hubspot: Record<string, string>, salesforce: Record<string, string>) => ({
  hubspot: seen(contact(), hubspot),
  salesforce: seen(lead(), salesforce),
});

const outcomeOf = (field: string, sides: ReturnType<typeof both>, record = recordWith({}, refs)) =>
  compareFields(person, record, sides).find((one) => one.field === field);

describe("two CRM records of one person", () => {
  //     HubSpot                    Salesforce                     field       outcome
  test.each([
    [{ email: "A@x.io" }, { Email: "a@x.io" }, "email", "equal"],
    [{ phone: "+49 30 1" }, { Phone: "49-30-1" }, "phone", "equal"],
    [{}, { LastName: "[not provided]" }, "lastName", "equal"],
    [{ jobtitle: " Chief " }, { Title: "Chief" }, "jobTitle", "equal"],
    [{ jobtitle: "Chief" }, {}, "jobTitle", "different"],
    [{ jobtitle: "chief" }, { Title: "Chief" }, "jobTitle", "different"],
  ])("%j and %j: %s is %s", (hubspot, salesforce, field, is) => {
    expect(outcomeOf(field, both(hubspot, salesforce))).toMatchObject({ field, is });
  });

  test("a field that one of them lacks is not compared", () => {
    expect(outcomeOf("firstSeen", both({ createdate: NOW }, {}))).toBeUndefined();
  });

  test("a refused value is explained as long as it is the one that was refused", () => {
    const sides = both({ jobtitle: "Chief" }, { Title: "Old" });
    const explained = { field: "jobTitle", is: "explained", place: "parked" };
    expect(outcomeOf("jobTitle", sides, recordWith({}, refs, { parked: [parked({})] }))).toEqual(
      explained,
    );
    const other = recordWith({}, refs, { parked: [parked({ value: "Boss" })] });
    expect(outcomeOf("jobTitle", sides, other)).toMatchObject({ is: "different" });
  });

  test("an open question explains the two values that it holds, and no others", () => {
    const sides = both({ jobtitle: "Chief" }, { Title: "Boss" });
    const asked = recordWith({}, refs, { conflicts: [question("Chief", "Boss")] });
    expect(outcomeOf("jobTitle", sides, asked)).toMatchObject({ place: "in-conflict" });
    const old = recordWith({}, refs, { conflicts: [question("Chief", "CTO")] });
    expect(outcomeOf("jobTitle", sides, old)).toEqual({
      field: "jobTitle",
      is: "different",
      unreadable: false,
      values: { hubspot: "Chief", salesforce: "Boss" },
    });
  });

  test("R7: the form in which a system keeps the baseline is equal to it", () => {
    const record = recordWith({ jobTitle: "Chief Listener" }, refs);
    const { jobTitle } = record.fields;
    const formed = {
      ...record,
      fields: { jobTitle: { ...jobTitle, forms: { salesforce: "Chief" } } },
    } as typeof record;
    const sides = both({ jobtitle: "Chief Listener" }, { Title: "Chief" });
    expect(outcomeOf("jobTitle", sides, formed)).toMatchObject({ is: "equal" });
    const edited = both({ jobtitle: "Chief Listener" }, { Title: "Chi" });
    expect(outcomeOf("jobTitle", edited, formed)).toMatchObject({ is: "different" });
  });

  test("an edit that a one-way field leaves to the far side is explained, while the near side stands", () => {
    const kind = {
      ...person,
      fields: person.fields.map((field) =>
        field.name === "source"
          ? { ...field, direction: { way: "to-salesforce", farEdit: "leave" } as const }
          : field,
      ),
    };
    const record = recordWith({ source: "PAID" }, refs);
    const compared = (hubspot: string) =>
      compareFields(
        kind,
        record,
        both({ hs_analytics_source: hubspot }, { Original_Source__c: "Fair" }),
      ).find(({ field }) => field === "source");
    expect(compared("PAID")).toMatchObject({ is: "explained", place: "left" });
    expect(compared("ORGANIC")).toMatchObject({ is: "different" });
  });

  test("the stage is explained where each side says what it said when it was settled", () => {
    const said = (object: string, values: Record<string, string | null>) => ({
      object,
      values,
      stage: "lead",
      entered: {},
      deals: {},
    });
    const record = recordWith({ lifecycleStage: "lead" }, refs, {
      lifecycle: {
        field: "lifecycleStage",
        said: {
          hubspot: said("contacts", { lifecyclestage: "lead", hs_lead_status: null }),
          salesforce: said("Lead", { Lifecycle_Stage__c: null, Status: "Open - Not Contacted" }),
        },
        firsts: {},
      },
    });
    const sides = (stage: string) =>
      both({ lifecyclestage: stage }, { Status: "Open - Not Contacted" });
    expect(outcomeOf("lifecycleStage", sides("lead"), record)).toMatchObject({
      place: "stage-words",
    });
    expect(outcomeOf("lifecycleStage", sides("opportunity"), record)).toMatchObject({
      is: "different",
    });
  });
});

describe("the share of equal fields", () => {
  //     equal    compared   percent
  test.each([
    [0, 0, "100.0000 %"],
    [0, 3, "0.0000 %"],
    [2, 3, "66.6666 %"],
    [999_999, 1_000_000, "99.9999 %"],
    [9_999_999, 10_000_000, "99.9999 %"],
    [5, 5, "100.0000 %"],
  ])("%i of %i are %s", (equal, compared, percent) => {
    const fields = { email: { equal, compared, explained: 0 } };
    expect(shareOf(fields)).toEqual({ equal, compared, percent });
  });

  test("is the same whether it is counted at once or part by part", () => {
    const outcomes = [
      { field: "a", is: "equal" },
      { field: "a", is: "different" },
      { field: "b", is: "explained" },
    ] as const;
    const parts = outcomes.map((one) => ({ ...NO_TALLY, fields: tallyFields([one]) }));
    expect(addTallies(parts).fields).toEqual(tallyFields(outcomes));
  });
});
