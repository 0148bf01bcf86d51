import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Ref } from "../../shared/sync/ports.ts";
import { type IdentityScene, openScene } from "../support/identity-scene.ts";
import { openTwoCrms, type TwoCrms } from "../support/two-crms.ts";

const HOUR = 3_600_000;

let two: TwoCrms;
let scene: IdentityScene;

beforeAll(async () => {
  // As HubSpot's own connector leaves a portal behind.
  two = await openTwoCrms({
    define: async ({ hubspotUrl }) => {
      const property = { name: "salesforceaccountid", label: "Salesforce Account ID" };
      await fetch(`${hubspotUrl}/crm/v3/properties/companies`, {
        method: "POST",
        headers: { authorization: "Bearer token", "content-type": "application/json" },
        body: JSON.stringify({
          ...property,
          type: "string",
          fieldType: "text",
          groupName: "companyinformation",
        }),
      });
    },
  });
}, 60_000);

beforeEach(() => {
  scene = openScene(two);
});

afterAll(() => two?.stop());

const account = () => two.inSalesforce.create("Account", { Name: "Acme Holding" });
const companyOf = ({ id }: Ref) =>
  two.inHubspot.create("companies", { name: "Acme", salesforceaccountid: id });

test.each(["company", "account"] as const)(
  "I12: without a host, a company and the account whose id it holds are one, whichever is told of: the %s",
  async (first) => {
    const theirs = await account();
    const ours = await companyOf(theirs);
    two.forward(HOUR); // HubSpot's search finds by then what was written now.
    await scene.tell(first === "company" ? ours : theirs);
    expect(scene.partnerOf(ours)).toEqual(theirs);
  },
);

test("I12: a company that stood alone and is given an account's id finds the account", async () => {
  const [theirs, ours] = [
    await account(),
    await two.inHubspot.create("companies", { name: "Acme" }),
  ];
  await scene.tell(ours, theirs);
  expect(scene.recordOf(ours).status).toBe("excluded");
  await two.inHubspot.edit(ours, { salesforceaccountid: theirs.id.slice(0, 15) });
  await scene.tell(ours);
  expect(scene.partnerOf(ours)).toEqual(theirs);
});

test("I12: what is no id of Salesforce's finds nobody, and stops nothing", async () => {
  const ours = await two.inHubspot.create("companies", {
    name: "Acme",
    salesforceaccountid: "Acme's account",
  });
  await scene.tell(ours);
  expect(scene.recordOf(ours).status).toBe("excluded");
});
