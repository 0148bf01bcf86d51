import { afterAll, beforeAll, expect, test } from "vitest";
import { Fault } from "../../shared/sync/fault.ts";
import type { World } from "../../shared/sync/subject.ts";
import { workOff } from "../../shared/sync/work-off.ts";
import { mql } from "../support/identity-scene.ts";
import { openTwoCrms, type TwoCrms } from "../support/two-crms.ts";
import { sendHints } from "../support/watched-world.ts";
import { openOffice } from "../support/work-through.ts";

const SECOND = 1000;

let two: TwoCrms;

beforeAll(async () => {
  two = await openTwoCrms();
}, 60_000);

afterAll(() => two?.stop());

test("P7: a change is timed from when it was first told of, however often its hint came back", async () => {
  const office = openOffice(two);
  const contact = await two.inHubspot.create("contacts", mql("ann@x.example"));
  await sendHints(office, [{ ref: contact }]);
  const toldMs = two.now();
  two.forward(5 * SECOND);
  const work = (world: World, sentAtMs: number) =>
    workOff(
      world,
      office.queue.take().map((delivery) => ({ ...delivery, sentAtMs })),
    );
  const refuse = () => Promise.reject(new Fault("hubspot-throttled", "too many calls"));
  const hubspot = { ...office.crms.hubspot, observe: refuse };
  const throttled = await work({ ...office, crms: { ...office.crms, hubspot } }, toldMs);
  expect(throttled.lags).toEqual([]);
  two.forward(60 * SECOND);
  const { lags } = await work(office, two.now() - SECOND);
  expect(lags).toEqual([{ from: "hubspot", ms: expect.any(Number) }]);
  const ms = lags[0]?.ms ?? 0;
  expect([ms >= 65 * SECOND, ms <= two.now() - toldMs]).toEqual([true, true]);

  await two.inHubspot.edit(contact, { jobtitle: "Chief" });
  await office.queue.send([{ ref: contact }], { lane: "bulk", delaySeconds: 0, attempt: 0 });
  const bulk = await work(office, two.now());
  expect([bulk.writes.salesforce.updates, bulk.lags]).toEqual([1, []]);
}, 60_000);
