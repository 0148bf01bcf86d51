import { LANES, type Lane } from "../../shared/core/quota/meter.ts";
import type { OpenCrms } from "../../shared/crms/open-crms.ts";
import type { Received } from "../../shared/runtime/queue-handler.ts";

type Work<Message> = (
  batch: readonly Received<Message>[],
  remainingMs: () => number,
) => Promise<readonly string[]>;

/** What a lane works with; what finance asks of the CRMs is no part of it. */
type LaneCrms = Omit<OpenCrms, "books">;

interface LaneWork<Message> {
  readonly open: (lane: Lane) => LaneCrms;
  readonly work: (opened: LaneCrms) => Work<Message>;
}

/** Each lane with CRMs of its own, whose calls come out of that lane's part of the limits. */
export function byLane<Message>({ open, work }: LaneWork<Message>): Work<Message> {
  const lanes = LANES.map((lane) => {
    const opened = open(lane);
    return { lane, work: work(opened), handBack: opened.handBack };
  });
  return async (batch, remainingMs) => {
    const failed: string[] = [];
    for (const { lane, work: workLane, handBack } of lanes) {
      const ours = batch.filter(({ queueArn }) => laneOf(queueArn) === lane);
      if (ours.length > 0) failed.push(...(await workLane(ours, remainingMs).finally(handBack)));
    }
    return failed;
  };
}

function laneOf(queueArn: string): Lane {
  return queueArn.endsWith("bulk") ? "bulk" : "live";
}
