import { afterEach, beforeEach, expect, test } from "vitest";
import { retryParked } from "../../shared/sync/retry-parked.ts";
import { memoryTroubleIndex } from "../support/memory-trouble-index.ts";
import { emailOf, isBad, openPicklistScene } from "../support/picklist-scene.ts";
import { workThrough } from "../support/work-through.ts";

const PEOPLE = 40;
const everybody = Array.from({ length: PEOPLE }, (_, index) => index);

let scene: Awaited<ReturnType<typeof openPicklistScene>>;

beforeEach(async () => {
  scene = await openPicklistScene(PEOPLE);
}, 60_000);

afterEach(() => scene?.stop());

const parkedOf = () => scene.office.store.records().flatMap(({ parked }) => parked);

/** Leads by e-mail address, as far as the people who were given them would look. */
async function shown() {
  const leads = await scene.leads();
  return everybody.map((index) => {
    const { Title, Industry } = leads.get(emailOf(index)) ?? {};
    return [Title, Industry];
  });
}

const versions = () =>
  new Map(scene.office.store.records().map(({ id, version }) => [id, version] as const));

test("P4, K1-K4: one bad picklist value is parked with its remedy, all good ones land, and adding it clears them all", async () => {
  await scene.load();
  expect(await shown()).toEqual(
    everybody.map((index) => [`Title ${index}`, isBad(index) ? null : "Banking"]),
  );
  const bad = everybody.filter(isBad).length;
  const [parked, ...others] = parkedOf();
  expect(others).toHaveLength(bad - 1);
  expect(parked).toMatchObject({
    system: "salesforce",
    field: "industry",
    value: "Fintech",
    code: "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
    cause: "value-not-in-picklist",
    remedy: expect.stringMatching(
      /^Add 'Fintech' to the picklist Industry of Lead in Salesforce, or map it to one of: Agriculture, /,
    ),
    object: "Lead",
    property: "Industry",
  });
  expect(await scene.lookAtParked()).toBe(0);

  const before = versions();
  const writesBefore = scene.crms.salesforce.callsMade();
  await scene.changePicklist({ addValues: ["Fintech"] });
  expect(await scene.lookAtParked()).toBe(bad);
  expect(parkedOf()).toEqual([]);
  expect(await shown()).toEqual(
    everybody.map((index) => [`Title ${index}`, isBad(index) ? "Fintech" : "Banking"]),
  );
  const touched = [...versions()].filter(([id, version]) => before.get(id) !== version);
  expect(touched).toHaveLength(bad);
  // Sign-in aside: a description for the facts and one for the write, a read, and the write.
  expect(scene.crms.salesforce.callsMade() - writesBefore).toBeLessThanOrEqual(6);
});

test("P4, K3: people retry a cause at once, which no other cause answers to, and which may be repeated", async () => {
  await scene.load();
  const { office } = scene;
  const world = { troubles: memoryTroubleIndex(office.store), queue: office.queue };
  const bad = everybody.filter(isBad).length;
  expect(await retryParked(world, { cause: "too-long" })).toEqual({ values: 0, records: 0 });
  expect(await retryParked(world, { system: "hubspot" })).toEqual({ values: 0, records: 0 });
  await scene.changePicklist({ addValues: ["Fintech"] });
  const wanted = { cause: "value-not-in-picklist", field: "industry" } as const;
  expect(await retryParked(world, wanted)).toEqual({ values: bad, records: bad });
  await retryParked(world, wanted);
  await workThrough(office, scene);
  expect(parkedOf()).toEqual([]);
  expect(await retryParked(world, wanted)).toEqual({ values: 0, records: 0 });
});

test("P4, K3: what is refused still is tried again when its time has come, and not before", async () => {
  await scene.load();
  const tries = () => [...new Set(parkedOf().map((one) => one.tries))];
  expect([await scene.lookAtParked(), tries()]).toEqual([0, [1]]);
  scene.forward(3_600_001);
  expect([(await scene.lookAtParked()) > 0, tries()]).toEqual([true, [2]]);
  expect([await scene.lookAtParked(), tries()]).toEqual([0, [2]]);
});
