import { afterEach, beforeEach, expect, test } from "vitest";
import type { Crm, Failure, Ref, RelationWrite } from "../../shared/sync/ports.ts";
import type { AccordRecord } from "../../shared/sync/record.ts";
import { makeScene } from "../support/tagged.ts";
import { openTwoCrms, type TwoCrms } from "../support/two-crms.ts";
import { sendHints } from "../support/watched-world.ts";
import { type Office, openOffice, workThrough } from "../support/work-through.ts";

let two: TwoCrms;
let office: Office;
let refusal: Failure | undefined;
let asked: RelationWrite[];

/** Asks HubSpot for nothing while it refuses. */
function refusing(crm: Crm): Crm {
  return {
    ...crm,
    relate: async (writes) => {
      asked.push(...writes);
      const failed = refusal;
      return failed ? writes.map((write) => ({ write, failed })) : crm.relate(writes);
    },
  };
}

beforeEach(async () => {
  refusal = { code: "FORBIDDEN", message: "no", retryable: false, cause: "no-permission" };
  asked = [];
  two = await openTwoCrms();
  const crms = { ...two.crms, hubspot: refusing(two.crms.hubspot) };
  office = openOffice({ crms, now: two.now });
}, 60_000);

afterEach(() => two?.stop());

const opportunity = (): AccordRecord | undefined =>
  office.store.records().find(({ kind }) => kind === "opportunity");
const persons = async () => (await two.read()).hubspot.deals.map((deal) => deal["persons"]);

test("P4, K5: a relation that is refused for good is parked, not asked for at every look, and retried when asked", async () => {
  const scene = await makeScene(two, "k5");
  const look = async (more = {}) => {
    const hints = Object.values(scene).map((ref) => ({ ref, because: "look", ...more }));
    await sendHints(office, hints);
    await workThrough(office, two);
  };
  await look();
  const parked = opportunity()?.parked.filter(({ member }) => member !== undefined) ?? [];
  expect(parked.length).toBeGreaterThan(0);
  for (const one of parked)
    expect(one).toMatchObject({
      system: "hubspot",
      field: expect.stringMatching(/^(person|company) /),
      value: expect.stringMatching(/^add \d+$/),
      code: "FORBIDDEN",
      cause: "no-permission",
      tries: 1,
    });
  const before = asked.length;
  await look();
  expect([asked.length, opportunity()?.parked]).toEqual([before, opportunity()?.parked]);
  expect((await persons()).join()).toBe("");
  refusal = undefined;
  await look({ retry: [{ cause: "no-permission" }] });
  expect(opportunity()?.parked).toEqual([]);
  expect((await persons()).join()).not.toBe("");
}, 20_000);

test("P2, P3: an opportunity of a company that was deleted unseen comes to rest, and the deletion is seen", async () => {
  refusal = undefined;
  const { account, bob, deal } = await makeScene(two, "gone");
  const hint = (...refs: Ref[]) =>
    sendHints(
      office,
      refs.map((ref) => ({ ref, because: "look" })),
    );
  await hint(account, bob, deal);
  await workThrough(office, two);
  const company = () => office.store.records().find(({ kind }) => kind === "company");
  const link = company()?.links.find(({ system }) => system === "hubspot");
  await two.inHubspot.delete({ object: "companies", id: link?.id ?? "" });
  const another = await two.inSalesforce.create("Opportunity", {
    Name: "Another",
    StageName: "Prospecting",
    CloseDate: "2027-01-31",
    AccountId: account.id,
  });
  await hint(another);
  await workThrough(office, two);
  const ended = company()?.links.find(({ system }) => system === "hubspot")?.ended;
  expect(ended).toMatchObject({ because: "deleted there" });
}, 20_000);
