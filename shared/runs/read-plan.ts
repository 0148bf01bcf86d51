import { comparisonKey } from "../core/codec/field-type.ts";
import type { KindMapping } from "../core/mapping/mapping.ts";
import type { Kind } from "../core/reconcile/system.ts";
import type { Work } from "../sync/decide-records.ts";
import { chunksOf } from "../sync/in-parallel.ts";
import { intendWrites } from "../sync/intend-writes.ts";
import { type Ref, systemName } from "../sync/ports.ts";
import { reconcileHints } from "../sync/reconcile-hints.ts";
import type { World } from "../sync/subject.ts";
import { sidesOf } from "../sync/tie-up.ts";
import { dryWorld } from "./dry-world.ts";
import { digestOf, isEventful, itemOf } from "./item-of.ts";
import type { Condition, PlanRequest } from "./plan.ts";
import { PARTS, type RunMessage, type RunWorld } from "./ports.ts";
import type { KeptItem } from "./run.ts";

/** Records that are decided together: as many as a run works off together. */
const TOGETHER = 100;

type ReadMessage = Extract<RunMessage, { step: "read" }>;

/** Reads one page of an object, decides its records without doing anything, and keeps what would be done. */
export async function readPage(at: RunWorld, message: ReadMessage): Promise<void> {
  const { runs, queue, world } = at;
  const { plan: id, system, object } = message;
  const piece = readingOf(message);
  const plan = await runs.loadPlan(id);
  if (plan?.state !== "reading") return;
  if (message.reading.rows === 0) await noteLack(at, message);
  const page = await world.crms[system].changedSince(object, message.cursor);
  const refs = page.rows.map((row) => ({ system, object, id: row.id }));
  const unique = [...new Map(refs.map((ref) => [ref.id, ref])).values()];
  for (const together of chunksOf(unique, TOGETHER)) {
    const hints = together.map((ref) => ({ ref, because: "a plan is made" }));
    const items: KeptItem[] = [];
    await reconcileHints(dryWorld(world), hints, {
      permit: async (kind, works) => {
        items.push(...works.flatMap((work) => keptItems(world, kind, work, plan.request)));
        return [];
      },
    });
    if (isOfPersons(world, message.reading.kind)) await runs.traceItems(plan, items);
    await runs.keepItems(plan, items);
  }
  const { rows, kind } = message.reading;
  const reading = { kind, rows: rows + unique.length };
  await runs.keepReading(id, piece, reading);
  await runs.countCalls({ job: "plan", id }, at.callsSinceLast());
  if (page.next) await queue.send([{ ...message, cursor: page.next, reading, attempt: 0 }], 0);
  else await closeReading(at, id, piece);
}

/** Companies and the like are forgotten by nobody. */
function isOfPersons({ mapping }: World, kind: Kind): boolean {
  const mapped = mapping.kinds.find((one) => one.kind === kind);
  return mapped?.fields.some(({ personal }) => personal) ?? false;
}

/** Without Accord's own id no record can be created there, nor told from another later. */
async function noteLack({ world, runs }: RunWorld, { plan, system, object }: ReadMessage) {
  const mapped = world.mapping.kinds
    .flatMap(({ objects }) => objects)
    .find((one) => one.system === system && one.object === object);
  const description = await world.crms[system].describeObject(object);
  const idProperty = mapped?.idProperty ?? "";
  if (!description?.has(idProperty))
    await runs.noteLack(plan, `${systemName(system)} ${object} ${idProperty}`);
}

/** Once the last object is read, each part of what was found is summed up. */
async function closeReading({ runs, queue }: RunWorld, id: string, piece: string): Promise<void> {
  const open = await runs.close({ job: "plan", id }, piece);
  if (open.some(isReading)) return;
  await runs.changePlan(id, { state: "sealing" });
  await queue.send(
    PARTS.map((part) => ({ step: "seal", plan: id, part, attempt: 0 })),
    0,
  );
}

/** The piece of a plan that reads an object. */
export function readingOf({ system, object }: Pick<Ref, "system" | "object">): string {
  return `read ${system} ${object}`;
}

function isReading(piece: string): boolean {
  return piece.startsWith("read ");
}

function keptItems(world: World, kind: KindMapping, work: Work, request: PlanRequest): KeptItem[] {
  if (!request.where.every((condition) => meets(kind, work, condition))) return [];
  const item = itemOf(kind, restricted(world, kind, work, request));
  return isEventful(item) ? [{ ...item, digest: digestOf(kind, item), state: "planned" }] : [];
}

/** Whether a record's values, as they are decided now, meet a condition. */
function meets(
  kind: KindMapping,
  { facts, subject }: Work,
  { field, is, value }: Condition,
): boolean {
  const mapped = kind.fields.find(({ name }) => name === field);
  if (!mapped) return false;
  const decided = facts.flatMap(({ fields }) => fields).find((plan) => plan.field.name === field)
    ?.next.value;
  const now = decided ?? subject.record.fields[field]?.value ?? null;
  const wanted = value === "" ? null : value;
  const key = (one: string | null) => comparisonKey(mapped.type, one, mapped.classes);
  return (key(now) === key(wanted)) === (is === "=");
}

/**
 * Only what a plan asks for. Other fields are not decided either: a baseline moves only with its write. A
 * record that is created is created whole.
 */
export function restricted(
  { now }: Pick<World, "now">,
  kind: KindMapping,
  work: Work,
  { fields }: PlanRequest,
): Work {
  if (!fields || work.subject.create) return work;
  const asked = new Set(fields);
  const facts = work.facts.filter((fact) => fact.fields.some(({ field }) => asked.has(field.name)));
  const { record } = work.subject;
  const isWritable = record.status === "linked";
  return {
    ...work,
    facts,
    writes: isWritable ? intendWrites(kind, record, facts, sidesOf(work.subject), now()) : {},
  };
}
