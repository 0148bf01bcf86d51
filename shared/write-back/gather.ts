import { monthAfter, monthOf } from "../core/ledger/calendar.ts";
import { sharesOf } from "../core/write-back/figures.ts";
import { type Target, targetText } from "../core/write-back/write-back.ts";
import { inParallel } from "../sync/in-parallel.ts";
import type { Piece, WriteBackRun, WriteBackWorld } from "./ports.ts";
import { FIRST_SHARD, shardAfter } from "./shards.ts";
import { firstStretch } from "./start.ts";

/** Steps of one piece: some seconds of work. */
const MOST_STEPS = 200;

/** What became of a piece. */
export interface Done {
  readonly next?: Piece;
  readonly counted: Partial<WriteBackRun["counts"]>;
}

/**
 * Looks at a page of opportunities that were credited, keeps what each gives to whom, and marks all of
 * them to be looked at. What is kept follows from the credits: done twice, it is the same.
 */
export async function gatherPage(
  world: WriteBackWorld,
  run: WriteBackRun,
  piece: Extract<Piece, { phase: "gather" }>,
): Promise<Done> {
  const { shard, month, after } = piece;
  const { steps, next } = await world.credits.stepsPage({ month, shard }, after, MOST_STEPS);
  const isWhole = run.since === "";
  const ids = steps.flatMap(({ number, opportunityId }) =>
    isWhole && number !== 1 ? [] : [opportunityId],
  );
  const opportunities = [...new Set(ids)];
  await inParallel(opportunities, (id) => gatherOne(world, run, id));
  const counted = { opportunities: opportunities.length };
  if (next !== undefined) return { next: { phase: "gather", shard, month, after: next }, counted };
  if (month < monthOf(new Date(world.now()).toISOString()))
    return { next: { phase: "gather", shard, month: monthAfter(month) }, counted };
  return { next: await nextShard(world, run, shard), counted };
}

async function nextShard(world: WriteBackWorld, run: WriteBackRun, shard: string): Promise<Piece> {
  const further = shardAfter(shard);
  if (further !== undefined)
    return { phase: "gather", shard: further, ...(await firstStretch(world, run.since)) };
  const { gathered } = await world.figures.standing();
  const wholeAt = run.since === "" ? run.startedAt : (gathered?.wholeAt ?? run.startedAt);
  await world.figures.keepGathered({ settings: run.settings, until: run.startedAt, wholeAt });
  return { phase: "write", shard: FIRST_SHARD };
}

/** Whoever got a share before and gets none now is looked at, too. */
async function gatherOne(world: WriteBackWorld, run: WriteBackRun, id: string): Promise<void> {
  const shares = sharesOf(await world.credits.creditsOf(id, run));
  const before = await world.figures.givenBy(id);
  const known = new Map(before.map((target) => [targetText(target), target]));
  const fresh = shares.filter(({ target }) => !known.has(targetText(target)));
  const all: Target[] = [...before, ...fresh.map(({ target }) => target)];
  if (fresh.length > 0) await world.figures.keepGiven(id, all);
  const given = new Map(shares.map((share) => [targetText(share.target), share.sums]));
  await world.figures.keepShares(
    id,
    all.map((target) => ({ target, sums: given.get(targetText(target)) ?? [] })),
  );
  await world.figures.addDue([{ kind: "opportunity", id }, ...all]);
}
