import * as z from "zod";
import { mapping } from "../../shared/config/mapping.ts";
import { loadHistory } from "../../shared/dynamodb/history.ts";
import { dynamoRecordStore } from "../../shared/dynamodb/record-store.ts";
import { type HttpAnswer, json, refusal } from "../../shared/runtime/http-handler.ts";
import { fullId } from "../../shared/salesforce/record-id.ts";
import { explain } from "../../shared/sync/explain.ts";
import { loadCurrent } from "../../shared/sync/gather.ts";
import type { Ref } from "../../shared/sync/ports.ts";
import { keyOf } from "../../shared/sync/subject.ts";
import { value } from "./answers.ts";
import { question } from "./route.ts";
import type { ReadTables, World } from "./world.ts";

const RECORD_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const HUBSPOT_ID = /^\d{1,20}$/;

const SAY_WHICH = "say which: ?q= a record's id, a CRM's id, an e-mail address or a domain";

const asked = z.strictObject({
  q: z.string({ error: SAY_WHICH }).trim().min(1, SAY_WHICH),
  field: z.string().exactOptional(),
});

const why = z.array(z.string());

/** Several records may answer to one text. */
async function readExplanation(
  { at }: World,
  { q: wanted, field }: z.infer<typeof asked>,
): Promise<HttpAnswer> {
  const known = new Set(mapping.kinds.flatMap(({ fields }) => fields.map(({ name }) => name)));
  if (field !== undefined && !known.has(field))
    return refusal(400, `there is no field ${field}; there are ${[...known].sort().join(", ")}`);
  const records = await withSurvivors(at, await idsOf(at, wanted));
  if (records.length === 0)
    return refusal(
      404,
      "Accord knows no record by this; neither a webhook nor a poll has told of it",
    );
  const explanations = await Promise.all(
    records.map(async ({ record, kind }) => {
      const history = await loadHistory(at.db, at.history, record);
      return explain({ record, history, mapping: kind, field });
    }),
  );
  return json(200, { explanations });
}

/** The records that answer to a text, of whatever kind. */
async function idsOf(at: ReadTables, wanted: string): Promise<string[]> {
  if (RECORD_ID.test(wanted)) return [wanted];
  const keys = mapping.kinds.flatMap((kind) => (kind.matchField ? [keyOf(kind, wanted)] : []));
  const held = await dynamoRecordStore(at.db, at).holders(refsOf(wanted), keys);
  return [...new Set(held.values())];
}

function refsOf(wanted: string): Ref[] {
  const objects = mapping.kinds.flatMap((kind) => kind.objects);
  const named = (system: Ref["system"], id: string | undefined) =>
    objects.flatMap((one) =>
      one.system === system && id !== undefined ? [{ system, object: one.object, id }] : [],
    );
  return [
    ...named("hubspot", HUBSPOT_ID.test(wanted) ? wanted : undefined),
    ...named("salesforce", fullId(wanted)),
  ];
}

/** The records of these ids, and in addition whoever goes on for one that was merged. */
async function withSurvivors(at: ReadTables, ids: readonly string[]) {
  const store = dynamoRecordStore(at.db, at);
  const found = mapping.kinds.map(async (kind) => {
    const named = await store.load(ids.map((id) => ({ kind: kind.kind, id })));
    const current = await loadCurrent({ store }, kind.kind, ids);
    const records = new Map([...named, ...current].map(([, record]) => [record.id, record]));
    return [...records.values()].map((record) => ({ record, kind }));
  });
  return (await Promise.all(found)).flat();
}

export const explainRoutes = [
  question({
    path: "/api/explain",
    role: "viewer",
    summary:
      "Why a record is as it is, in words: by its id, a HubSpot or Salesforce id, an e-mail address or a domain.",
    query: asked,
    answers: {
      200: z.object({
        explanations: z.array(
          z.object({
            kind: z.string(),
            id: z.string(),
            status: z.string(),
            why,
            fields: z.array(z.object({ name: z.string(), value, why })),
            lately: why,
          }),
        ),
      }),
    },
    work: (world, { query }) => readExplanation(world, query),
  }),
] as const;
