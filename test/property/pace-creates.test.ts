import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Creation,
  createsFree,
  createsFreeAt,
  handfulOf,
  withCreation,
} from "../../shared/runs/pace-creates.ts";

const LEASE_MS = 90_000;

/** What a worker does next: it waits, takes some of what is free, lands it after a while, or dies before it says so. */
const step = fc.record({
  waitMs: fc.integer({ min: 0, max: 20_000 }),
  wanted: fc.integer({ min: 1, max: 100 }),
  landsAfterMs: fc.integer({ min: 0, max: LEASE_MS }),
  dies: fc.boolean(),
});

interface Landing {
  readonly atMs: number;
  readonly creates: number;
}

/** Workers side by side, each landing when it does; what the others know of it is what it said. */
function landingsOf(
  perMinute: number,
  steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[],
) {
  let creations: readonly Creation[] = [];
  let nowMs = 0;
  const pending: { atMs: number; turn: number; creates: number }[] = [];
  const landings: Landing[] = [];
  const settleUntil = (ms: number) => {
    for (const one of pending.filter(({ atMs }) => atMs <= ms).sort((a, b) => a.atMs - b.atMs)) {
      pending.splice(pending.indexOf(one), 1);
      const { turn, creates, atMs } = one;
      creations = withCreation(creations, { turn, creates, untilMs: atMs }, atMs);
    }
  };
  for (const [turn, { waitMs, wanted, landsAfterMs, dies }] of steps.entries()) {
    nowMs += waitMs;
    settleUntil(nowMs);
    const creates = Math.min(wanted, createsFree(perMinute, creations, nowMs));
    if (creates === 0) continue;
    creations = withCreation(creations, { turn, creates, untilMs: nowMs + LEASE_MS }, nowMs);
    const atMs = nowMs + landsAfterMs;
    landings.push({ atMs, creates });
    if (!dies) pending.push({ atMs, turn, creates });
  }
  return landings;
}

const mostIn = (landings: readonly Landing[], ms: number) =>
  Math.max(
    0,
    ...landings.map(({ atMs: from }) =>
      landings
        .filter(({ atMs }) => atMs >= from && atMs < from + ms)
        .reduce((sum, { creates }) => sum + creates, 0),
    ),
  );

test("P8: no minute sees more creates than the pace, and no ten seconds more than their share, whoever works and dies", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.array(step, { minLength: 1, maxLength: 60 }),
      (perMinute, steps) => {
        const landings = landingsOf(perMinute, steps);
        expect(mostIn(landings, 60_000)).toBeLessThanOrEqual(perMinute);
        expect(mostIn(landings, 10_000)).toBeLessThanOrEqual(Math.ceil(perMinute / 6));
      },
    ),
    { numRuns: 500 },
  );
});

test("P8: one that waits is told the first moment at which as much may be created as it wants, or a handful", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 30 }),
      fc.array(
        fc.record({
          creates: fc.integer({ min: 1, max: 9 }),
          untilMs: fc.integer({ min: 0, max: 90_000 }),
        }),
      ),
      fc.integer({ min: 1, max: 9 }),
      (perMinute, all, wanted) => {
        const creations = all.map((one, turn) => ({ ...one, turn }));
        const enough = Math.min(wanted, handfulOf(perMinute));
        const freeAt = createsFreeAt(perMinute, creations, { nowMs: 0, wanted });
        expect(createsFree(perMinute, creations, freeAt)).toBeGreaterThanOrEqual(enough);
        if (freeAt > 0) expect(createsFree(perMinute, creations, freeAt - 1)).toBeLessThan(enough);
      },
    ),
  );
});
