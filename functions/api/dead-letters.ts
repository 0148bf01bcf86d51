import * as z from "zod";
import { json, refusal } from "../../shared/runtime/http-handler.ts";
import { ref } from "./answers.ts";
import { action, because, NO_QUERY, question } from "./route.ts";

const count = z.int().nonnegative();

export const deadLetterRoutes = [
  question({
    path: "/api/dead-letters",
    role: "viewer",
    summary:
      "Messages that could not be worked off, of every queue: how many, how old, which records they name, and what trying them again does.",
    query: NO_QUERY,
    answers: {
      200: z.object({
        queues: z.array(
          z.object({
            queue: z.string(),
            holds: z.string(),
            /** What becomes of them when they are tried again. */
            again: z.string(),
            count,
            oldestAt: z.string().nullable(),
            messages: z.array(
              z.object({
                id: z.string(),
                sentAt: z.string(),
                refs: z.array(ref),
                /** Of a message that names no records: its piece of work. */
                work: z.string().exactOptional(),
              }),
            ),
          }),
        ),
      }),
    },
    work: async ({ deadLetters }) => json(200, { queues: await deadLetters.list() }),
  }),
  action({
    path: "/api/dead-letters/retry",
    role: "admin",
    summary: "Tries dead letters again, of one queue or of all; some hundred at a time.",
    body: z.strictObject({ queue: z.string().exactOptional(), because }),
    answers: { 202: z.object({ retried: count, left: count }) },
    async work({ deadLetters }, { body: { queue } }) {
      const { names } = deadLetters;
      if (queue !== undefined && !names.includes(queue))
        return refusal(404, `there is no queue ${queue}; there are ${names.join(", ")}`);
      return json(202, await deadLetters.retry(queue === undefined ? names : [queue]));
    },
  }),
] as const;
