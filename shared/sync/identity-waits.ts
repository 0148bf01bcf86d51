import { isDeepStrictEqual } from "node:util";
import type { KindMapping } from "../core/mapping/mapping.ts";
import type { Outcome } from "./carry-out.ts";
import { linkedRefs } from "./gather.ts";
import { CUT_SHORT, type Hint, type Ref } from "./ports.ts";
import type { AccordRecord } from "./record.ts";
import type { Waiter } from "./record-store.ts";
import type { Subject, World } from "./subject.ts";

/** Whoever waits for a CRM record to be let go by its record; kept beside those who wait for it to be linked. */
const whenLetGo = ({ system, object, id }: Ref): Ref => ({
  system,
  object: `${object} (let go)`,
  id,
});

/** An ambiguous record waits for each of its candidates: before it is saved, so that none is missed. */
export async function awaitCandidates(
  { store }: World,
  subjects: readonly Subject[],
): Promise<void> {
  const waits = subjects.flatMap((subject) => {
    const [waiter] = linkedRefs([subject.record]);
    if (!waiter || subject.ambiguous === undefined) return [];
    return subject.candidates.map((candidate) => ({ awaited: whenLetGo(candidate), waiter }));
  });
  await Promise.all(waits.map(({ awaited, waiter }) => store.await(awaited, waiter)));
}

/** Those who waited for something that was let go just now: links that ended, a value that changed (I10). */
export async function freedWaiters(
  { store }: World,
  { matchField = "" }: KindMapping,
  outcomes: readonly Outcome[],
): Promise<readonly Waiter[]> {
  const freed = outcomes.flatMap((outcome) => {
    const { subject } = outcome;
    const after = outcome.done ? outcome.saved : undefined;
    const wasCutShort = subject.hints.some(({ because }) => because === CUT_SHORT);
    if (!after || !(wasCutShort || isMoved(subject.before, after, matchField)))
      return subject.released;
    return [...subject.released, ...after.links];
  });
  return freed.length > 0 ? store.waitersFor(freed.map(whenLetGo)) : [];
}

function isMoved(before: AccordRecord, after: AccordRecord, matchField: string): boolean {
  const of = (record: AccordRecord) => [
    linkedRefs([record]),
    record.fields[matchField]?.value ?? null,
    record.status,
  ];
  return before.version > 0 && !isDeepStrictEqual(of(before), of(after));
}

/** Opportunities of a person or company that took over another know it by the other's name. */
export function relatedHints(outcomes: readonly Outcome[]): Hint[] {
  const because = "a record that it is related to goes on as another";
  return outcomes.flatMap(({ subject: { released, seen } }) =>
    released.length === 0
      ? []
      : (seen.salesforce?.relations.opportunities ?? []).map(({ id }) => ({
          ref: { system: "salesforce" as const, object: "Opportunity", id },
          because,
        })),
  );
}
