import type { KindMapping } from "../core/mapping/mapping.ts";
import { chunksOf } from "../sync/in-parallel.ts";
import { type Hint, refKey } from "../sync/ports.ts";
import { closeComparing, comparingOf } from "./close-piece.ts";
import type { Finding } from "./finding.ts";
import { type Group, groupsOf } from "./group-rows.ts";
import { inspectGroups } from "./inspect-groups.ts";
import { judgeGroups } from "./judge-groups.ts";
import { SETTLED_MS } from "./look-again.ts";
import type { KeyRange, SweepMessage, SweepWorld } from "./ports.ts";
import type { Sweep } from "./sweep.ts";
import { addTallies } from "./tally.ts";

type CompareMessage = Extract<SweepMessage, { step: "parity-compare" }>;

/** Groups that are counted as one: where one begins follows from what was read, and from nothing else. */
const STRETCH = 250;

/** What one invocation has time for: groups that it looks through, and reads anew. */
const MOST_GROUPS = 2000;
const MOST_DOUBTFUL = 400;

/** Hints a message: what one batch of the worker takes. */
const HINTS_A_MESSAGE = 100;

/** Compares a part from one stretch on, as far as there is time, and sends for the rest. */
export async function comparePart(at: SweepWorld, message: CompareMessage): Promise<void> {
  const { sweeps, queue, world } = at;
  const { sweep: id, kind: name, part } = message;
  const sweep = await sweeps.loadSweep(id);
  if (sweep?.state !== "comparing") return;
  const kind = world.mapping.kinds.find((one) => one.kind === name);
  if (!kind || sweep.mappingVersion !== world.mapping.version) {
    const reason = "the mapping was changed while it ran; start another";
    await sweeps.changeSweep(id, { state: "stopped", reason }, "comparing");
    return;
  }
  const groups = groupsOf(await sweeps.blocksOf({ sweep: id, kind: name, part }));
  const first = groups.findIndex(({ key }) => message.after === undefined || key > message.after);
  let { after, look } = message;
  let doubtful = 0;
  for (let start = Math.max(first, 0), done = 0; ; start += STRETCH, done += STRETCH) {
    if (done >= MOST_GROUPS || doubtful >= MOST_DOUBTFUL) {
      await queue.send([nextOf(message, after, look)], 0);
      return;
    }
    const upTo = start + STRETCH < groups.length ? groups[start + STRETCH - 1]?.key : undefined;
    const stretch = first < 0 ? [] : groups.slice(start, start + STRETCH);
    const compared = await compareStretch(at, { sweep, kind, part, after, upTo, look, stretch });
    if (compared === "moving") {
      await queue.send([nextOf(message, after, 2)], SETTLED_MS / 1000);
      return;
    }
    if (upTo === undefined) return await closeComparing(at, id, comparingOf(name, part));
    doubtful += compared;
    after = upTo;
    look = 1;
  }
}

function nextOf(
  { after: _before, ...message }: CompareMessage,
  after: string | undefined,
  look: CompareMessage["look"],
): CompareMessage {
  return { ...message, ...(after === undefined ? {} : { after }), look, attempt: 0 };
}

interface Stretch {
  readonly sweep: Sweep;
  readonly kind: KindMapping;
  readonly part: string;
  readonly after: string | undefined;
  readonly upTo: string | undefined;
  readonly look: CompareMessage["look"];
  readonly stretch: readonly Group[];
}

/**
 * Compares one stretch, keeps what it finds, and hints it.
 *
 * @returns How many groups had to be read anew; `moving`: something was found that was edited a moment ago,
 * and nothing is kept before the second look.
 */
async function compareStretch(
  at: SweepWorld,
  { sweep, kind, part, after, upTo, look, stretch }: Stretch,
): Promise<number | "moving"> {
  const { sweeps, world } = at;
  const judged = await judgeGroups(world, kind, stretch);
  const looked = await inspectGroups(world, kind, judged.doubtful);
  await sweeps.countCalls(sweep.id, at.callsSinceLast());
  if (looked.isMoving && look === 1) return "moving";
  const range: KeyRange = {
    ...(after === undefined ? {} : { after }),
    ...(upTo === undefined ? {} : { upTo }),
  };
  const { findings } = looked.result;
  await sweeps.keepResult({ sweep: sweep.id, kind: kind.kind, part }, range, {
    tally: addTallies([judged.result.tally, looked.result.tally]),
    findings,
    outsiders: [...judged.result.outsiders, ...looked.result.outsiders],
  });
  if (sweep.repair && world.mode === "sync") await hintAll(at, sweep, findings);
  return judged.doubtful.length;
}

async function hintAll(
  { world }: SweepWorld,
  { id }: Sweep,
  findings: readonly Finding[],
): Promise<void> {
  const hints = new Map(
    findings.flatMap(({ kind, refs }) =>
      refs.map(({ system, object, id: refId }): [string, Hint] => {
        const ref = { system, object, id: refId };
        return [refKey(ref), { ref, because: `${id} found it: ${kind}` }];
      }),
    ),
  );
  for (const some of chunksOf([...hints.values()], HINTS_A_MESSAGE))
    await world.queue.send(some, { lane: "live", delaySeconds: 0, attempt: 0 });
}
