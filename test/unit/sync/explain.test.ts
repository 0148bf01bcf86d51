import { describe, expect, test } from "vitest";
import { explain } from "../../../shared/sync/explain.ts";
import type { AccordRecord, Parked } from "../../../shared/sync/record.ts";
import { contact, kindNamed, lead, NOW, recordWith } from "../../support/sync-builders.ts";

const mapping = kindNamed("person");
const explained = (record: AccordRecord, field?: string) =>
  explain({ record, history: [], mapping, field });
const fieldOf = (record: AccordRecord, name: string) =>
  explained(record, name).fields[0]?.why.join("\n");

describe("P7: why a record is where it is", () => {
  test("a linked one names both CRM records, since when, and why", () => {
    expect(explained(recordWith({}, [contact("7"), lead("L")])).why).toEqual([
      "linked: both systems have it",
      `HubSpot contacts 7 since ${NOW}, because it was seen first here`,
      `Salesforce Lead L since ${NOW}, because it was seen first here`,
    ]);
  });

  test("one that no rule takes across says what the rule still asks for", () => {
    const statusReason = "no inclusion rule takes it across";
    const record = recordWith({ lifecycleStage: "lead" }, [contact()], {
      status: "excluded",
      statusReason,
    });
    expect(explained(record).why.slice(0, 2)).toEqual([
      `excluded: ${statusReason}`,
      'rule "a contact from MQL onward becomes a lead" asks for lifecycleStage from mql onward; it is "lead"',
    ]);
  });

  test("an ambiguous one lists its candidates; what waits, and who is at it, is said", () => {
    const why = explained(
      recordWith({}, [contact()], {
        status: "ambiguous",
        statusReason: "several records have its address",
        candidates: [lead("A"), lead("B")],
        waiting: ["its company is not linked yet"],
        lease: { untilMs: Date.parse(NOW), intends: [] },
      }),
    ).why;
    expect(why).toContain("candidate: Salesforce Lead A");
    expect(why).toContain("candidate: Salesforce Lead B");
    expect(why).toContain("waits: its company is not linked yet");
    expect(why).toContain(`a worker has claimed it, until ${NOW} at the latest`);
  });

  test("a link that has ended stays, with its end", () => {
    const ended = { at: NOW, because: "it was deleted there" };
    const record = recordWith({}, [contact("7")]);
    const links = record.links.map((link) => ({ ...link, ended }));
    expect(explained({ ...record, links }).why[1]).toContain(
      `until ${NOW}, ended because it was deleted there`,
    );
  });
});

describe("P7: why a field holds its value", () => {
  test("it says who gave it, what lost, and by which policy", () => {
    const record = recordWith({ firstName: "Anna" }, [contact(), lead()], {
      conflicts: [
        {
          fields: ["firstName"],
          hubspot: ["Anna"],
          salesforce: ["Annie"],
          winner: "hubspot",
          because: "later",
          at: NOW,
        },
      ],
    });
    const why = fieldOf(record, "firstName");
    expect(why).toContain(`both sides said so when they were first seen together, at ${NOW}`);
    expect(why).toContain(
      `at ${NOW} HubSpot said "Anna" and Salesforce "Annie": HubSpot won (later); the other value is kept here`,
    );
    expect(why).toMatch(/policy: goes both ways, \w+/);
  });

  test("P4: a parked value comes with the CRM's words, the remedy and the tries", () => {
    const parked: Parked = {
      system: "salesforce",
      field: "jobTitle",
      value: "Chief of everything",
      code: "STRING_TOO_LONG",
      message: "it holds 10 characters at most",
      cause: "too-long",
      remedy: "Shorten it.",
      since: NOW,
      tries: 3,
      triedAt: NOW,
    };
    const record = recordWith({ jobTitle: "CEO" }, [contact(), lead()], { parked: [parked] });
    expect(fieldOf(record, "jobTitle")).toContain(
      `Salesforce does not take "Chief of everything": it holds 10 characters at most (STRING_TOO_LONG). Shorten it. Tried 3 times, last at ${NOW}`,
    );
    expect(fieldOf(record, "phone")).not.toContain("does not take");
  });

  test("what was done lately is told of the field that is asked for, and of no other", () => {
    const record = recordWith({ firstName: "Anna" }, [contact(), lead()]);
    const events = [
      { what: "changed", field: "firstName", from: "Ann", to: "Anna", system: "hubspot" },
      { what: "updated", field: "FirstName", system: "salesforce", to: "L" },
      { what: "unlinked", by: "olga@ops.example", because: "they are twins" },
    ];
    const history = [{ at: NOW, events }];
    expect(explain({ record, history, mapping, field: "firstName" }).lately).toEqual([
      `${NOW} changed firstName from "Ann" to "Anna" (HubSpot)`,
    ]);
    expect(explain({ record, history, mapping }).lately.at(-1)).toBe(
      `${NOW} unlinked by olga@ops.example because they are twins`,
    );
  });
});
