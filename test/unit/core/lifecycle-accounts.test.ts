import { expect, test } from "vitest";
import {
  countOf,
  differencesOf,
  type StageAccount,
} from "../../../shared/core/lifecycle/accounts.ts";

const MARCH = { from: "2026-03-01T00:00:00.000Z", to: "2026-04-01T00:00:00.000Z" };
const IN_MARCH = "2026-03-05T08:00:00.000Z";
const IN_MAY = "2026-05-05T08:00:00.000Z";

const side = (stage: string, entered: Record<string, string> = {}) => ({
  record: "contacts 1",
  stage,
  entered,
});
const agreed: StageAccount = {
  id: "p1",
  stage: "mql",
  ours: [{ stage: "mql", at: IN_MARCH }],
  sides: { hubspot: side("mql", { mql: IN_MARCH }), salesforce: side("mql", { mql: IN_MARCH }) },
  status: "linked",
  statusReason: "",
  parked: {},
};
const hubspot = side("mql", { mql: IN_MARCH });

test("L12: a person on whom all accounts agree counts once in each, and is no difference", () => {
  const count = countOf(agreed, "mql", MARCH);
  expect(count).toEqual({ stage: "mql", ours: 1, hubspot: 1, salesforce: 1 });
  expect(countOf(agreed, "mql", { from: MARCH.to, to: IN_MAY })).toEqual({
    stage: "mql",
    ours: 0,
    hubspot: 0,
    salesforce: 0,
  });
  expect(differencesOf(agreed, ["lead", "mql"], MARCH)).toEqual([]);
});

test("L12: a stage that is entered twice in a period counts once", () => {
  const ours = [...agreed.ours, { stage: "mql", at: "2026-03-20T08:00:00.000Z" }];
  expect(countOf({ ...agreed, ours }, "mql", MARCH).ours).toBe(1);
});

//     why              account
test.each<[string, string, Partial<StageAccount>]>([
  [
    "excluded",
    "no inclusion rule takes it across",
    { sides: { hubspot }, status: "excluded", statusReason: "no inclusion rule takes it across" },
  ],
  [
    "ambiguous",
    "two leads have its address",
    { sides: { hubspot }, status: "ambiguous", statusReason: "two leads have its address" },
  ],
  [
    "unlinked",
    "its partner was deleted",
    { sides: { hubspot }, status: "unlinked", statusReason: "its partner was deleted" },
  ],
  [
    "parked",
    "L4 customer never becomes subscriber",
    {
      sides: { hubspot, salesforce: side("subscriber") },
      parked: { salesforce: "L4 customer never becomes subscriber" },
    },
  ],
  ["not-synced", "it has not been told yet", { sides: { hubspot, salesforce: side("lead") } }],
  [
    "dated-otherwise",
    `it says ${IN_MAY}`,
    { sides: { hubspot, salesforce: side("mql", { mql: IN_MAY }) } },
  ],
  [
    "passed",
    "the person had gone on before it was told",
    { stage: "sql", sides: { hubspot, salesforce: side("sql") } },
  ],
])("L12: a difference is explained: %s", (reason, because, more) => {
  expect(differencesOf({ ...agreed, ...more }, ["mql"], MARCH)).toEqual([
    { id: "p1", stage: "mql", system: "salesforce", ours: IN_MARCH, theirs: null, reason, because },
  ]);
});

test("L12: a move that gave way counts where it was made alone", () => {
  const account = { ...agreed, ours: [], sides: { hubspot, salesforce: side("mql") } };
  expect(differencesOf(account, ["mql"], MARCH)).toMatchObject([
    { system: "hubspot", ours: null, theirs: IN_MARCH, reason: "not-followed" },
  ]);
});
