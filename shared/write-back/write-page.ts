import { changesBetween, isSameRecord, type RecordChange } from "../core/write-back/changes.ts";
import { refKey } from "../sync/ports.ts";
import type { Done } from "./gather.ts";
import { type Looked, lookAt } from "./look.ts";
import type { Piece, WriteBackRun, WriteBackWorld } from "./ports.ts";
import { shardAfter } from "./shards.ts";
import { linesOf, type TargetChanges, writeChanges } from "./write-changes.ts";

type Paged = Exclude<Piece, { phase: "gather" }>;

/** Writes what differs of a page of those that are to be looked at, or says what it would write. */
export async function writePage(
  world: WriteBackWorld,
  run: WriteBackRun,
  piece: Paged,
): Promise<Done> {
  const { items, next } = await world.figures.duePage(piece.shard, piece.after);
  const looked = await lookAt(
    world,
    run,
    items.map(({ target }) => target),
  );
  const planned = await Promise.all(
    looked.map(async (one) => ({ ...one, changes: await changesOf(world, run, one) })),
  );
  const counted = run.isDry
    ? await tellChanges(world, run, planned)
    : await carryOut(world, planned);
  return { ...nextOf(piece, next), counted };
}

type Planned = Looked & TargetChanges;

/** What is not to be written of a record that somebody else is now: that one tells its own figure there. */
async function changesOf(
  world: WriteBackWorld,
  { isDry }: WriteBackRun,
  { target, written, wanted }: Looked,
): Promise<RecordChange[]> {
  const changes = changesBetween(written, wanted);
  const left = changes.filter(({ isLeft }) => isLeft);
  if (left.length === 0 || target.kind === "campaign") return changes;
  const holders = await world.records.holders(left, []);
  const others = left.flatMap((one) => {
    const id = holders.get(refKey(one));
    return id === undefined || id === target.id ? [] : [{ one, id }];
  });
  if (!isDry) await world.figures.addDue(others.map(({ id }) => ({ kind: target.kind, id })));
  return changes.filter((change) => !others.some(({ one }) => one === change));
}

async function carryOut(
  world: WriteBackWorld,
  planned: readonly Planned[],
): Promise<Done["counted"]> {
  const results = await writeChanges(world, planned.map(withoutStrangers));
  let [unchanged, written, refused] = [0, 0, 0];
  for (const [place, one] of planned.entries()) {
    const result = results[place];
    const refusals = [...one.refusals, ...(result?.refusals ?? [])];
    for (const member of one.members) {
      const isItself = member.id === one.target.id;
      if (!isItself) await world.figures.keepWritten(member, []);
      await world.figures.settle({ target: member, refusals: isItself ? refusals : [] });
    }
    if (one.members.length > 1 && result)
      await world.figures.keepWritten(one.target, result.written);
    if (result?.isWritten) written += 1;
    if (refusals.length > 0) refused += 1;
    if (one.changes.length === 0 && refusals.length === 0) unchanged += 1;
  }
  return { unchanged, written, refused };
}

/** Of records that somebody else is now, nothing is remembered. */
function withoutStrangers({ target, changes, written, wanted }: Planned): TargetChanges {
  const isKnown = (one: Planned["written"][number]) =>
    [...wanted, ...changes].some((other) => isSameRecord(one, other));
  return { target, changes, written: written.filter(isKnown) };
}

async function tellChanges(
  world: WriteBackWorld,
  run: WriteBackRun,
  planned: readonly Planned[],
): Promise<Done["counted"]> {
  const lines = planned.flatMap(linesOf);
  if (lines.length > 0) await world.figures.keepLines(run.id, run.page, lines);
  const written = planned.filter(({ changes }) => changes.length > 0).length;
  const refused = planned.filter(({ refusals }) => refusals.length > 0).length;
  return { unchanged: planned.length - written, written, refused };
}

/** Blanks what was written of a page of targets, or says what it would blank (W7). */
export async function clearPage(
  world: WriteBackWorld,
  run: WriteBackRun,
  piece: Paged,
): Promise<Done> {
  const { items, next } = await world.figures.writtenPage(piece.shard, piece.after);
  const planned = items.map(({ target, records }) => ({
    ...{ target, written: records },
    changes: changesBetween(
      records,
      records.map((one) => ({ ...one, values: {} })),
    ),
  }));
  if (run.isDry) {
    await world.figures.keepLines(run.id, run.page, planned.flatMap(linesOf));
    return { ...nextOf(piece, next), counted: { written: planned.length } };
  }
  const results = await writeChanges(world, planned);
  await world.figures.addDue(results.map(({ target }) => target));
  const bad = results.filter(({ refusals }) => refusals.length > 0);
  for (const { target, refusals } of bad) await world.figures.settle({ target, refusals });
  const written = results.filter(({ isWritten }) => isWritten).length;
  return { ...nextOf(piece, next), counted: { written, refused: bad.length } };
}

function nextOf({ phase, shard }: Paged, after: string | undefined): { readonly next?: Piece } {
  if (after !== undefined) return { next: { phase, shard, after } };
  const further = shardAfter(shard);
  return further === undefined ? {} : { next: { phase, shard: further } };
}
