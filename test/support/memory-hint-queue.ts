import { hintMessage } from "../../functions/reconcile-records/message.ts";
import type { HintQueue } from "../../shared/sync/ports.ts";
import type { HintDelivery } from "../../shared/sync/work-off.ts";

interface Message extends HintDelivery {
  readonly dueMs: number;
}

export interface MemoryHintQueue extends HintQueue {
  /** Gives out what is due. What is not taken off comes again. */
  take(): HintDelivery[];
  takeOff(ids: readonly string[]): void;
  /** Gives out again at once what was given out and not taken off. */
  giveBack(): void;
  /** When the next message is due, in epoch milliseconds; undefined where none waits. */
  nextDueMs(): number | undefined;
  messages(): readonly HintDelivery[];
}

/** Both queues in memory. Messages pass through the form that the worker takes, as in SQS. */
export function memoryHintQueue(now: () => number): MemoryHintQueue {
  const waiting = new Map<string, Message>();
  const givenOut = new Map<string, Message>();
  let sent = 0;
  return {
    async send(hints, { lane, delaySeconds, attempt }) {
      const message = hintMessage.parse(JSON.parse(JSON.stringify({ hints, attempt })));
      sent += 1;
      const id = `message ${sent}`;
      waiting.set(id, { id, lane, ...message, dueMs: now() + delaySeconds * 1000 });
    },
    take() {
      const due = [...waiting.values()].filter(({ dueMs }) => dueMs <= now());
      for (const message of due) {
        waiting.delete(message.id);
        givenOut.set(message.id, message);
      }
      return due.map(({ dueMs, ...delivery }) => delivery);
    },
    takeOff(ids) {
      for (const id of ids) givenOut.delete(id);
    },
    giveBack() {
      for (const message of givenOut.values())
        waiting.set(message.id, { ...message, isRepeated: true });
      givenOut.clear();
    },
    nextDueMs: () =>
      waiting.size === 0 ? undefined : Math.min(...[...waiting.values()].map(({ dueMs }) => dueMs)),
    messages: () => [...waiting.values()],
  };
}
