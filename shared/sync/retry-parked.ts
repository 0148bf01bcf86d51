import type { PropertyFacts } from "../core/parking/cause.ts";
import { isMeant, type ParkedFilter } from "../core/parking/release.ts";
import { chunksOf } from "./in-parallel.ts";
import type { Crms, Hint, HintQueue } from "./ports.ts";
import type { ParkedRow, Trouble, TroubleIndex } from "./trouble.ts";

interface RetryWorld {
  readonly troubles: TroubleIndex;
  readonly queue: HintQueue;
}

/** Hints of one message: a bulk message is one batch of calls. */
const HINTS_A_MESSAGE = 200;

/**
 * Asks for another try of the parked values that are meant. Only their records are hinted, and of
 * them only these values are written (K4). A second call does no harm: what has landed is not parked.
 *
 * @returns How many values are to be tried again, and on how many records.
 */
export async function retryParked(
  { troubles, queue }: RetryWorld,
  filter: ParkedFilter,
): Promise<{ readonly values: number; readonly records: number }> {
  let values = 0;
  let records = 0;
  for await (const page of troubles.pages()) {
    const meant = page.troubles.filter(({ parked }) => parked.some((row) => isMeant(row, filter)));
    values += meant.flatMap(({ parked }) => parked.filter((row) => isMeant(row, filter))).length;
    records += meant.length;
    await hint(
      queue,
      meant.map(({ ref }) => ({ ref, because: "a person asks for another try", retry: [filter] })),
    );
  }
  return { values, records };
}

/**
 * Looks for parked values whose time has come, or whose property is not what it was when they were
 * refused, and asks for another try of those alone (K3). One call an object that has any, however many.
 */
export async function retryChanged({
  troubles,
  queue,
  crms,
  now,
}: RetryWorld & { readonly crms: Crms; readonly now: () => number }): Promise<{
  readonly records: number;
}> {
  const factsOf = factsReader(crms);
  let records = 0;
  for await (const page of troubles.pages()) {
    const hints: Hint[] = [];
    for (const trouble of page.troubles) {
      const retry = await dueOf(trouble, { factsOf, nowMs: now() });
      if (retry.length > 0)
        hints.push({ ref: trouble.ref, because: "a parked value may be taken now", retry });
    }
    records += hints.length;
    await hint(queue, hints);
  }
  return { records };
}

type ReadFacts = (row: ParkedRow) => Promise<ReadonlyMap<string, PropertyFacts> | undefined>;

/** Reads what a system says of the properties of an object once a run. */
function factsReader(crms: Crms): ReadFacts {
  const properties = new Map<string, Set<string>>();
  const read = new Map<string, Promise<ReadonlyMap<string, PropertyFacts>>>();
  return async ({ system, object, property }) => {
    if (object === undefined || property === undefined) return undefined;
    const key = `${system} ${object}`;
    const asked = properties.get(key) ?? new Set();
    properties.set(key, asked);
    if (!asked.has(property)) {
      asked.add(property);
      read.set(key, crms[system].propertyFacts(object, [...asked]));
    }
    return read.get(key);
  };
}

async function dueOf(
  { parked }: Trouble,
  { factsOf, nowMs }: { readonly factsOf: ReadFacts; readonly nowMs: number },
): Promise<ParkedFilter[]> {
  const due: ParkedFilter[] = [];
  for (const row of parked) {
    const isTime = row.dueMs !== undefined && row.dueMs <= nowMs;
    if (isTime || (await hasChanged(row, factsOf)))
      due.push({ system: row.system, field: row.field });
  }
  return due;
}

/** A property that appeared, or is gone, has changed as well. */
async function hasChanged(row: ParkedRow, factsOf: ReadFacts): Promise<boolean> {
  const facts = await factsOf(row);
  if (facts === undefined || row.property === undefined) return false;
  return facts.get(row.property)?.fingerprint !== row.fingerprint;
}

async function hint(queue: HintQueue, hints: readonly Hint[]): Promise<void> {
  for (const piece of chunksOf(hints, HINTS_A_MESSAGE))
    await queue.send(piece, { lane: "bulk", delaySeconds: 0, attempt: 0 });
}
