import { z } from "zod";
import type { Batch, Dialect, RowError, SentRequest } from "../kit/inject-faults.ts";
import type { Random } from "../kit/random.ts";
import { answer } from "./http-answer.ts";
import { findStandardType } from "./object-type.ts";
import { Refusal } from "./refusal.ts";

/** How HubSpot speaks of what goes wrong. */
export const hubspotDialect: Dialect = {
  nameObject: (name) => findStandardType(name)?.plural ?? name.toLowerCase(),
  objectsOf: ({ path }) => path.split("/").flatMap((part) => findStandardType(part)?.plural ?? []),
  errorAnswer,
  batchOf,
};

/** Source of the words of a 429: the API usage guidelines, 2025-01; of the others: unverified. */
function errorAnswer(status: number, random: Random): Response {
  if (status !== 429)
    return answer(status, new Refusal(status, "Internal error").body(random.uuid()));
  const facts = { errorType: "RATE_LIMIT", policyName: "TEN_SECONDLY_ROLLING" };
  const message = "You have reached your ten_secondly_rolling limit.";
  return answer(429, new Refusal(429, message, facts).body(random.uuid()));
}

const WRITES = /\/batch\/(create|update|upsert|associate\/default)$/;
/** Creating records says which failed only where inputs carry trace ids. */
const RECORD_CREATES = /^\/crm\/(v3\/)?objects\/.*\/batch\/create$/;

const input = z.looseObject({
  id: z.union([z.string(), z.number()]).optional(),
  objectWriteTraceId: z.string().optional(),
});
const batchBody = z.looseObject({ inputs: z.array(input) });
const batchAnswer = z.looseObject({ errors: z.array(z.unknown()).default([]) });

function batchOf({ method, path, body }: SentRequest, random: Random): Batch | undefined {
  if (method !== "POST" || !WRITES.test(path)) return undefined;
  const parsed = batchBody.safeParse(jsonOf(body));
  if (!parsed.success) return undefined;
  const { inputs, ...rest } = parsed.data;
  const isTraced = inputs.some(({ objectWriteTraceId }) => objectWriteTraceId !== undefined);
  return {
    count: inputs.length,
    async run(failed, error, pass) {
      if (RECORD_CREATES.test(path) && !isTraced && failed.size > 0)
        return answer(400, refusalOf(error).body(random.uuid()));
      const kept = inputs.filter((_, row) => !failed.has(row));
      const done = await pass({ body: JSON.stringify({ ...rest, inputs: kept }) });
      if (!done.ok) return done;
      const said = batchAnswer.parse(await done.json());
      const errors = [
        ...said.errors,
        ...inputs.filter((_, row) => failed.has(row)).map((each) => entryOf(each, error)),
      ];
      return answer(207, { ...said, numErrors: errors.length, errors });
    },
  };
}

/** A lock of two seconds under heavy upserts. Its category is unverified. */
function refusalOf({ code, message }: RowError): Refusal {
  const words = message ?? "The record is locked by another request. Please try again.";
  return new Refusal(423, words, { category: code ?? "LOCKED" });
}

function entryOf({ id, objectWriteTraceId }: z.output<typeof input>, error: RowError) {
  const { httpStatus, message, facts } = refusalOf(error);
  const context = id === undefined ? {} : { context: { ids: [String(id)] } };
  return new Refusal(httpStatus, message, { ...facts, ...context }).entry(objectWriteTraceId);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
