import { chunksOf } from "../sync/in-parallel.ts";
import { type Hint, refKey } from "../sync/ports.ts";
import { closeComparing, comparingOf } from "./close-piece.ts";
import type { Finding } from "./finding.ts";
import { groupsOf } from "./group-rows.ts";
import { inspectGroups } from "./inspect-groups.ts";
import { judgeGroups } from "./judge-groups.ts";
import { SETTLED_MS } from "./look-again.ts";
import type { KeyRange, SweepMessage, SweepWorld } from "./ports.ts";
import type { Sweep } from "./sweep.ts";
import { addTallies } from "./tally.ts";

type CompareMessage = Extract<SweepMessage, { step: "parity-compare" }>;

/** Groups of one message: what one invocation has time for, though all of them be doubtful. */
const STRETCH = 1000;

/** Hints a message: what one batch of the worker takes. */
const HINTS_A_MESSAGE = 100;

/** Compares a stretch of a part, keeps what it finds, hints it, and sends for the next stretch. */
export async function comparePart(at: SweepWorld, message: CompareMessage): Promise<void> {
  const { sweeps, queue, world } = at;
  const { sweep: id, kind: name, part, after, look } = message;
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
  const ahead = groups.filter(({ key }) => after === undefined || key > after);
  const stretch = ahead.slice(0, STRETCH);
  const upTo = ahead.length > STRETCH ? stretch.at(-1)?.key : undefined;
  const judged = await judgeGroups(world, kind, stretch);
  const looked = await inspectGroups(world, kind, judged.doubtful);
  await sweeps.countCalls(id, at.callsSinceLast());
  if (looked.isMoving && look === 1) {
    await queue.send([{ ...message, look: 2, attempt: 0 }], SETTLED_MS / 1000);
    return;
  }
  const { findings } = looked.result;
  const range: KeyRange = {
    ...(after === undefined ? {} : { after }),
    ...(upTo === undefined ? {} : { upTo }),
  };
  await sweeps.keepResult(of, range, {
    tally: addTallies([judged.result.tally, looked.result.tally]),
    findings,
    outsiders: [...judged.result.outsiders, ...looked.result.outsiders],
  });
  if (sweep.repair && world.mode === "sync") await hintAll(at, sweep, findings);
  if (upTo === undefined) await closeComparing(at, id, comparingOf(name, part));
  else await queue.send([{ ...message, after: upTo, look: 1, attempt: 0 }], 0);
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
