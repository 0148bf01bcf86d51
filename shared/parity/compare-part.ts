import type { KindMapping } from "../core/mapping/mapping.ts";
import { chunksOf } from "../sync/in-parallel.ts";
import { type Hint, refKey } from "../sync/ports.ts";
import { closeComparing, comparingOf } from "./close-piece.ts";
import type { Finding } from "./finding.ts";
import { type Group, groupsOf, readIn } from "./group-rows.ts";
import { inspectGroups, type Looked } from "./inspect-groups.ts";
import { type Judged, judgeGroups } from "./judge-groups.ts";
import { SETTLED_MS } from "./look-again.ts";
import type { Doubtful, KeyRange, PartOf, Result, SweepMessage, SweepWorld } from "./ports.ts";
import type { Sweep } from "./sweep.ts";
import { addTallies, NO_TALLY } from "./tally.ts";

type CompareMessage = Extract<SweepMessage, { step: "parity-compare" }>;

/** Groups that are counted as one: where one begins follows from what was read, and from nothing else. */
const STRETCH = 250;

/** What one invocation has time for: groups that it looks through, and reads anew. */
const MOST_GROUPS = 2000;
const MOST_DOUBTFUL = 400;

/** Hints a message: what one batch of the worker takes. */
const HINTS_A_MESSAGE = 100;

/** What a part is compared with. */
interface Comparing {
  readonly at: SweepWorld;
  readonly sweep: Sweep;
  readonly kind: KindMapping;
  readonly of: PartOf;
  readonly groups: readonly Group[];
}

/**
 * Compares a part from one stretch on, as far as there is time, and sends for the rest. What may be over
 * soon is looked at once more when all else is done, and the time has passed that an edit takes at most.
 */
export async function comparePart(at: SweepWorld, message: CompareMessage): Promise<void> {
  const { sweeps, world } = at;
  const { sweep: id, kind: name, part } = message;
  const sweep = await sweeps.loadSweep(id);
  if (sweep?.state !== "comparing") return;
  const kind = world.mapping.kinds.find((one) => one.kind === name);
  if (!kind || sweep.mappingVersion !== world.mapping.version) {
    const reason = "the mapping was changed while it ran; start another";
    await sweeps.changeSweep(id, { state: "stopped", reason }, "comparing");
    return;
  }
  const of = { sweep: id, kind: name, part };
  const groups = groupsOf(await sweeps.blocksOf(of));
  const comparing = { at, sweep, kind, of, groups };
  await (message.look === 1 ? firstLook(comparing, message) : secondLook(comparing, message));
}

async function firstLook(comparing: Comparing, message: CompareMessage): Promise<void> {
  const { at, of } = comparing;
  const { stretches, next } = await judgeOn(comparing, message.after);
  const doubtful = stretches.flatMap((stretch) => stretch.judged.doubtful);
  const looked = await lookAt(comparing, doubtful);
  for (const stretch of stretches) await keepStretch(comparing, stretch, looked);
  if (next !== undefined) return await at.queue.send([{ ...message, after: next, attempt: 0 }], 0);
  if ((await at.sweeps.doubtsOf(of)).length === 0) return await close(comparing);
  const { after: _after, ...whole } = message;
  await at.queue.send([{ ...whole, look: 2, attempt: 0 }], SETTLED_MS / 1000);
}

interface Stretch {
  readonly range: KeyRange;
  readonly groups: readonly Group[];
  readonly judged: Judged;
}

/** Judges stretch after stretch, as far as there is time; `next` is where to go on. */
async function judgeOn({ at, kind, groups }: Comparing, from: string | undefined) {
  const stretches: Stretch[] = [];
  const first = groups.findIndex(({ key }) => from === undefined || key > from);
  let after = from;
  let [start, seen, doubtful] = [first < 0 ? groups.length : first, 0, 0];
  for (;;) {
    const end = Math.min(start + STRETCH, groups.length);
    const upTo = end < groups.length ? groups[end - 1]?.key : undefined;
    const stretch = groups.slice(start, end);
    const judged = await judgeGroups(at.world, kind, stretch);
    const range = {
      ...(after === undefined ? {} : { after }),
      ...(upTo === undefined ? {} : { upTo }),
    };
    stretches.push({ range, groups: stretch, judged });
    if (upTo === undefined) return { stretches, next: undefined };
    seen += stretch.length;
    doubtful += judged.doubtful.length;
    if (seen >= MOST_GROUPS || doubtful >= MOST_DOUBTFUL) return { stretches, next: upTo };
    [after, start] = [upTo, end];
  }
}

/** By key. The doubtful groups of several stretches share the calls of one look. */
async function lookAt(
  { at, sweep, kind }: Comparing,
  groups: readonly Group[],
  before?: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<ReadonlyMap<string, Looked>> {
  const looking = { world: at.world, kind, sweep, ...(before ? { before } : {}) };
  const looked = await inspectGroups(looking, groups);
  await at.sweeps.countCalls(sweep.id, at.callsSinceLast());
  return new Map(looked.map((one) => [one.key, one]));
}

/** Keeps what was found in a stretch of all but the groups in doubt, and hints it. */
async function keepStretch(
  { at, sweep, of }: Comparing,
  { range, groups, judged }: Stretch,
  looked: ReadonlyMap<string, Looked>,
): Promise<void> {
  const all = judged.doubtful.flatMap(({ key }) => looked.get(key) ?? []);
  const results = all.flatMap((one) => ("result" in one ? [one.result] : []));
  const doubts = all.flatMap((one) => ("doubt" in one ? [one.doubt] : []));
  const inDoubt = new Set(doubts.map(({ key }) => key));
  const settled = groups.filter(({ key }) => !inDoubt.has(key));
  const read = { ...NO_RESULT, tally: readIn(settled) };
  const result = addResults([read, judged.result, ...results]);
  await at.sweeps.keepResult(of, range, { ...result, doubts });
  await hintAll(at, sweep, result.findings);
}

/** Looks once more at what was in doubt, and closes the part when nothing is any more. */
async function secondLook(comparing: Comparing, message: CompareMessage): Promise<void> {
  const { at, sweep, of, groups } = comparing;
  const stretches = await at.sweeps.doubtsOf(of);
  const now = mostOf(stretches);
  const doubts = now.flatMap((stretch) => stretch.doubts);
  const before = new Map(doubts.map(({ key, undated }) => [key, new Set(undated)]));
  const again = groups.filter(({ key }) => before.has(key));
  const looked = await lookAt(comparing, again, before);
  for (const stretch of now) {
    const keys = new Set(stretch.doubts.map(({ key }) => key));
    const results = [...looked.values()].flatMap((one) =>
      keys.has(one.key) && "result" in one ? [one.result] : [],
    );
    const read = { ...NO_RESULT, tally: readIn(again.filter(({ key }) => keys.has(key))) };
    const found = addResults([read, ...results]);
    // First: what is settled is not looked at again by whoever comes after one that died.
    await hintAll(at, sweep, found.findings);
    const tally = addTallies([stretch.tally, found.tally]);
    await at.sweeps.settle(of, stretch, { ...found, tally });
  }
  if (now.length < stretches.length) await at.queue.send([{ ...message, attempt: 0 }], 0);
  else await close(comparing);
}

/** As many stretches as one invocation has time for. */
function mostOf(stretches: readonly Doubtful[]): readonly Doubtful[] {
  let doubtful = 0;
  const end = stretches.findIndex(({ doubts }) => {
    doubtful += doubts.length;
    return doubtful >= MOST_DOUBTFUL;
  });
  return end < 0 ? stretches : stretches.slice(0, end + 1);
}

function close({ at, of }: Comparing): Promise<void> {
  return closeComparing(at, of.sweep, comparingOf(of.kind, of.part));
}

type Found = Omit<Result, "doubts">;

const NO_RESULT: Found = { tally: NO_TALLY, findings: [], outsiders: [] };

function addResults(all: readonly Found[]): Found {
  return {
    tally: addTallies(all.map(({ tally }) => tally)),
    findings: all.flatMap(({ findings }) => findings),
    outsiders: all.flatMap(({ outsiders }) => outsiders),
  };
}

async function hintAll(
  { world }: SweepWorld,
  { id, repair }: Sweep,
  findings: readonly Finding[],
): Promise<void> {
  if (!repair || world.mode !== "sync") return;
  const hints = new Map(
    findings.flatMap(({ kind, refs }) =>
      refs.map((ref): [string, Hint] => [refKey(ref), { ref, because: `${id} found it: ${kind}` }]),
    ),
  );
  for (const some of chunksOf([...hints.values()], HINTS_A_MESSAGE))
    await world.queue.send(some, { lane: "live", delaySeconds: 0, attempt: 0 });
}
