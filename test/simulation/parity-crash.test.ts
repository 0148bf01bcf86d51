import { afterAll, beforeAll, expect, test } from "vitest";
import type { SweepWorld } from "../../shared/parity/ports.ts";
import { startSweep } from "../../shared/parity/start-sweep.ts";
import { workOffSweep } from "../../shared/parity/work-off.ts";
import { mql, openScene } from "../support/identity-scene.ts";
import { openParityOffice, unbalanced } from "../support/parity-office.ts";
import { openTwoCrms, type TwoCrms } from "../support/two-crms.ts";
import { newWatch, watched, watchedPort } from "../support/watched-world.ts";

const HOUR = 3_600_000;

/** Deaths are tried at every so manieth call: a prime, so that they fall on all sorts of calls. */
const STEP = 7;

let two: TwoCrms;

beforeAll(async () => {
  two = await openTwoCrms();
}, 60_000);

afterAll(() => two?.stop());

test("P2: a worker may die at any call of a sweep: what it finds and counts is the same, once", async () => {
  const scene = openScene(two);
  const names = ["ann", "bob", "cy"];
  const contacts = [];
  for (const name of names)
    contacts.push(await two.inHubspot.create("contacts", mql(`${name}@x.example`)));
  await scene.tell(...contacts);
  const [ann, bob] = contacts;
  if (!ann || !bob) throw new Error("nobody was created");
  await two.inHubspot.edit(ann, { jobtitle: "Chief" });
  await two.inHubspot.create("contacts", { email: "eve@x.example" });
  // Told of at the second look alone.
  await two.inSalesforce.delete(scene.partnerOf(bob));
  two.forward(HOUR);

  /** The first worker dies at one of its calls; its message comes again to the next one. */
  const swept = async (diesAt?: number) => {
    const { at, sweeps, messages } = openParityOffice(scene.office, two);
    const id = "parity-1";
    await startSweep(at, { id, kinds: ["person"], repair: false, by: "ann", because: "to see" });
    const watch = newWatch();
    const port = watchedPort(watch, diesAt);
    let worker: SweepWorld = {
      ...at,
      world: watched(at.world, watch, diesAt),
      sweeps: port(at.sweeps),
      queue: port(at.queue),
    };
    while (messages[0]) {
      const [next] = messages;
      try {
        await workOffSweep(worker, next.message);
        messages.splice(messages.indexOf(next), 1);
      } catch {
        worker = at;
      }
    }
    const done = await sweeps.loadSweep(id);
    if (!done) throw new Error("it is lost");
    const { calls: _calls, startedAt: _started, endedAt: _ended, ...rest } = done;
    const end = JSON.stringify([rest, sweeps.findings(id), unbalanced(done)]);
    return { calls: watch.calls, end, found: sweeps.findings(id).length, state: done.state };
  };
  const whole = await swept();
  expect([whole.state, whole.found]).toEqual(["done", 3]);
  const different: string[] = [];
  for (let diesAt = 1; diesAt <= whole.calls; diesAt += STEP) {
    const { end } = await swept(diesAt);
    if (end !== whole.end) different.push(`death at call ${diesAt}: ${end}`);
  }
  expect(different).toEqual([]);
  expect(whole.calls).toBeGreaterThan(60);
}, 60_000);
