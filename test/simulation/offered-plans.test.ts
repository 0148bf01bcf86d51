import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { mapping } from "../../shared/config/mapping.ts";
import type { Mapping } from "../../shared/core/mapping/mapping.ts";
import { offerPlans } from "../../shared/runs/offer-plans.ts";
import type { RunMessage } from "../../shared/runs/ports.ts";
import { memoryConfigurationStore } from "../support/memory-configuration-store.ts";
import { memoryRunStore } from "../support/memory-run-store.ts";
import { NOW_MS } from "../support/sync-builders.ts";
import { newWatch, watchedPort } from "../support/watched-world.ts";

/** As it is, with a policy that asks for phone numbers. */
const asking: Mapping = {
  ...mapping,
  version: "3",
  kinds: mapping.kinds.map((kind) => ({
    ...kind,
    fields: kind.fields.map((field) =>
      field.name === "phone" ? { ...field, policy: "ask" } : field,
    ),
  })),
};

function openOffering() {
  const messages: RunMessage[] = [];
  const at = {
    runs: memoryRunStore(),
    configurations: memoryConfigurationStore(),
    queue: { send: async (more: readonly RunMessage[]) => void messages.push(...more) },
    newId: () => randomUUID().slice(0, 6),
  };
  return {
    ...at,
    messages,
    start: (by: Mapping) => offerPlans({ ...at, world: { mapping: by, now: () => NOW_MS } }),
  };
}

const WHY = "the policy of phone of person was latest and is ask since 2026-11-21";

test("the first start offers nothing, a changed mapping a plan of what it concerns, and the next start nothing twice", async () => {
  const at = openOffering();
  expect(await at.start(mapping)).toEqual([]);
  expect(await at.start(mapping)).toEqual([]);
  const [offer, ...others] = await at.start(asking);
  expect([others, await at.start(asking)]).toEqual([[], []]);
  expect(await at.runs.list("plan", 9)).toEqual([offer?.id]);
  expect(await at.runs.loadPlan(offer?.id ?? "")).toMatchObject({
    request: { kinds: ["person"], fields: ["phone"], where: [] },
    by: "accord",
    because: WHY,
    offered: true,
    mappingVersion: "3",
    state: "reading",
  });
  // It is read as any plan is, and applied by nobody.
  expect(at.messages.map(({ step }) => step)).toEqual(["read", "read", "read"]);
});

test("of two that start at one time, one offers the plan", async () => {
  const at = openOffering();
  await at.start(mapping);
  await Promise.all([at.start(asking), at.start(asking)]);
  expect(await at.runs.list("plan", 9)).toHaveLength(1);
});

test("P2: one that dies at any call of it owes the plan still, and the next start offers it, once", async () => {
  const dying = async (diesAt?: number) => {
    const at = openOffering();
    await at.start(mapping);
    const watch = newWatch();
    const port = watchedPort(watch, diesAt);
    const { configurations, queue, runs, newId } = at;
    const ports = { configurations: port(configurations), queue: port(queue), runs: port(runs) };
    const world = { mapping: asking, now: () => NOW_MS };
    await offerPlans({ ...ports, newId, world }).catch(() => undefined);
    await at.start(asking);
    const plans = await at.runs.list("plan", 9);
    const read = new Set(at.messages.map((message) => "plan" in message && message.plan));
    return { calls: watch.calls, plans: plans.length, isRead: plans.every((id) => read.has(id)) };
  };
  const { calls } = await dying();
  expect(calls).toBeGreaterThan(4);
  for (let diesAt = 1; diesAt <= calls; diesAt += 1)
    expect(await dying(diesAt), `death at call ${diesAt}`).toMatchObject({
      plans: 1,
      isRead: true,
    });
});
