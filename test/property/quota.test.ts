import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { draw } from "../../shared/core/quota/draw.ts";
import {
  type Entry,
  LANES,
  type Lane,
  type Meter,
  SLICE_MS,
} from "../../shared/core/quota/meter.ts";
import { METERS } from "../../shared/core/quota/meters.ts";

const START_MS = 1_700_000_000_000;
const NOTHING = { given: [], madeAtMs: [] };

interface Worker {
  readonly lane: Lane;
  /** How far its clock is ahead of the true time. */
  readonly skewMs: number;
  given: readonly Entry[];
  open: Entry[];
  madeAtMs: number[];
}

/** One moment in the life of all workers: who acts, after how long, and what it does. */
const step = fc.record({
  who: fc.nat(3),
  afterMs: fc.integer({ min: 0, max: 700 }),
  calls: fc.integer({ min: 0, max: 40 }),
  makes: fc.boolean(),
  /** How long its calls are on their way. */
  latencyMs: fc.integer({ min: 0, max: 40 }),
});

type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

const fleet = fc.tuple(
  ...[0, 1, 2, 3].map(() =>
    fc.record({ lane: fc.constantFrom(...LANES), skewMs: fc.integer({ min: 0, max: 30 }) }),
  ),
);

/** Lets the workers live, and answers when the system saw which call; true time throughout. */
function live(steps: readonly Step[], workers: Worker[], limit: number) {
  let meter: Meter = { ...METERS["hubspot calls"], limit };
  let nowMs = START_MS;
  const seen: number[] = [];
  for (const { who, afterMs, calls, makes, latencyMs } of steps) {
    nowMs += afterMs;
    const worker = workers[who];
    if (!worker) continue;
    const clockMs = nowMs + worker.skewMs;
    const slice = Math.floor(clockMs / SLICE_MS);
    if (makes) {
      const due = worker.open.filter(({ from, to }) => from <= slice && slice <= to);
      worker.open = worker.open.filter(({ from }) => from > slice);
      for (const _ of due.flatMap(({ calls: count }) => Array.from({ length: count }))) {
        worker.madeAtMs.push(clockMs);
        seen.push(nowMs + latencyMs);
      }
      continue;
    }
    const spent = { given: worker.given, madeAtMs: worker.madeAtMs };
    const { next, drawn } = draw(meter, {
      lane: worker.lane,
      calls,
      share: 1,
      nowMs: clockMs,
      spent,
    });
    meter = next;
    Object.assign(worker, { given: drawn.entries, open: [...drawn.entries], madeAtMs: [] });
  }
  return seen.sort((one, other) => one - other);
}

test("P8, Q1, Q8: no window holds more calls than its limit, whoever draws, makes, waits or dies", () => {
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 1, maxLength: 120 }),
      fleet,
      fc.integer({ min: 5, max: 60 }),
      (steps, made, limit) => {
        const workers = made.map((one) => ({ ...one, given: [], open: [], madeAtMs: [] }));
        const seen = live(steps, workers, limit);
        for (const [index, atMs] of seen.entries()) {
          const after = seen[index + limit] ?? Number.POSITIVE_INFINITY;
          expect(after - atMs).toBeGreaterThanOrEqual(10_000);
        }
      },
    ),
    { numRuns: 200 },
  );
});

/** Bulk workers that draw all they get, each tenth of a second, and make every call when it may begin. */
function backfill({
  seconds,
  share = 1,
  limit = 190,
}: {
  seconds: number;
  share?: number;
  limit?: number;
}) {
  let meter: Meter = { ...METERS["hubspot calls"], limit };
  let worker = { given: [] as readonly Entry[], untilMs: 0 };
  const made: number[] = [];
  for (let nowMs = START_MS; nowMs < START_MS + seconds * 1000; nowMs += SLICE_MS) {
    if (nowMs < worker.untilMs) continue;
    const madeAtMs = worker.given.flatMap(({ from, calls }) =>
      Array.from({ length: calls }, () => from * SLICE_MS),
    );
    made.push(...madeAtMs);
    const spent = { given: worker.given, madeAtMs };
    const { next, drawn } = draw(meter, { lane: "bulk", calls: 18, share, nowMs, spent });
    meter = next;
    const last = drawn.entries.at(-1)?.from ?? 0;
    worker = {
      given: drawn.entries,
      untilMs: Math.max((last + 1) * SLICE_MS, nowMs + drawn.waitMs),
    };
  }
  return { meter, made, nowMs: START_MS + seconds * 1000 };
}

describe("a backfill", () => {
  test("P8, Q1: reaches nine tenths of what the limit allows", () => {
    const { made } = backfill({ seconds: 60 });
    expect(made.length / (60 * 19)).toBeGreaterThan(0.9);
  });

  test("Q4: begins its calls evenly", () => {
    const { made } = backfill({ seconds: 60 });
    const bySecond = Map.groupBy(made, (atMs) => Math.floor(atMs / 1000));
    expect(Math.max(...[...bySecond.values()].map(({ length }) => length))).toBeLessThanOrEqual(23);
  });

  test("P8, Q2: a live change that comes upon it does not wait", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 20, max: 1000 }),
        fc.integer({ min: 1, max: 8 }),
        (seconds, limit, calls) => {
          const { meter, nowMs } = backfill({ seconds, limit });
          const most = Math.min(calls, Math.ceil(limit * 0.04));
          const { drawn } = draw(meter, {
            lane: "live",
            calls: most,
            share: 1,
            nowMs,
            spent: NOTHING,
          });
          expect(drawn.entries).toEqual([expect.objectContaining({ calls: most })]);
        },
      ),
      { numRuns: 30 },
    );
  });

  test("P8, Q2: has yielded within a second while live changes want all there is", () => {
    let { meter, nowMs } = backfill({ seconds: 30 });
    const bulk: number[] = [];
    for (const start = nowMs; nowMs < start + 5000; nowMs += SLICE_MS) {
      const wanted = { calls: 50, share: 1, nowMs, spent: NOTHING };
      meter = draw(meter, { ...wanted, lane: "live" }).next;
      const { next, drawn } = draw(meter, { ...wanted, lane: "bulk" });
      meter = next;
      bulk.push(...drawn.entries.map(({ from }) => from * SLICE_MS - start));
    }
    expect(bulk.filter((sinceMs) => sinceMs > 1000)).toEqual([]);
  });

  test("Q3: takes its share of each window", () => {
    const { made } = backfill({ seconds: 60, share: 0.3 });
    expect(made.length / (60 * 19)).toBeGreaterThan(0.25);
    expect(made.length / (60 * 19)).toBeLessThanOrEqual(0.3);
  });
});

describe("a day's allowance", () => {
  const nowMs = START_MS;
  const told = (used: number): Meter => ({
    ...METERS["salesforce calls"],
    daily: { max: 1000, used, readAtMs: nowMs },
    today: { day: Math.floor(nowMs / 86_400_000), live: 0, bulk: 250 },
    atMs: nowMs,
  });
  const given = (used: number, lane: Lane, share = 1, atMs = nowMs) =>
    draw(told(used), { lane, calls: 100, share, nowMs: atMs, spent: NOTHING }).drawn.entries.reduce(
      (sum, { calls }) => sum + calls,
      0,
    );

  test.each([
    //lane    used  share  given
    ["bulk", 300, 1, 100],
    ["bulk", 660, 1, 40],
    ["bulk", 700, 1, 0],
    ["bulk", 300, 0.3, 50],
    ["live", 700, 1, 100],
    ["live", 1000, 1, 0],
  ] as const)(
    "Q5: lets %s, where %d of 1000 are used and its share is %d, make %d of 100 calls",
    (lane, used, share, calls) => {
      expect(given(used, lane, share)).toBe(calls);
    },
  );

  test("Q5: that was read a quarter of an hour ago may have been lifted: a call tells", () => {
    expect(given(1000, "live", 1, nowMs + 15 * 60_000 + 1)).toBe(100);
  });
});

describe("what a worker says of itself", () => {
  const nowMs = START_MS;
  const fresh: Meter = { ...METERS["hubspot calls"], limit: 100 };
  const ask = { lane: "live", share: 1, spent: NOTHING } as const;

  test("Q6: frees the calls that it did not make, and those of a worker that died are free when the window has passed", () => {
    const { next, drawn } = draw(fresh, { ...ask, calls: 100, nowMs });
    expect(draw(next, { ...ask, calls: 1, nowMs: nowMs + 11_100 }).drawn.entries).toEqual([]);
    expect(draw(next, { ...ask, calls: 100, nowMs: nowMs + 11_200 }).drawn.entries).toHaveLength(1);
    const spent = { given: drawn.entries, madeAtMs: [nowMs] };
    const [booked] = draw(next, { ...ask, calls: 100, nowMs, spent }).drawn.entries;
    expect(booked?.calls).toBe(99);
  });

  test("Q7: that more was used than all workers know of counts as used by others", () => {
    const { next } = draw(fresh, { ...ask, calls: 10, nowMs });
    const reading = { limit: 190, used: 60, atMs: nowMs };
    const { drawn } = draw(next, { ...ask, calls: 190, nowMs, reading });
    expect(drawn.entries.map(({ calls }) => calls)).toEqual([130]);
  });

  test("Q7: an answer is held against the window of its own time, whose first calls have aged since", () => {
    const { next } = draw(fresh, { ...ask, calls: 100, nowMs });
    const [given] = draw(next, { ...ask, calls: 0, nowMs: nowMs + 9000 }).next.entries;
    const made = {
      given: given ? [given] : [],
      madeAtMs: Array.from({ length: 100 }, () => nowMs),
    };
    const settled = draw(next, { ...ask, calls: 0, nowMs: nowMs + 9000, spent: made }).next;
    const reading = { limit: 100, used: 100, atMs: nowMs + 9900 };
    const { drawn } = draw(settled, { ...ask, calls: 100, nowMs: nowMs + 10_900, reading });
    expect(drawn.entries.map(({ calls }) => calls)).toEqual([100]);
  });
});
