import * as fc from "fast-check";
import type { CreditStep, TakenJourney } from "../../shared/core/attribution/credit-step.ts";
import { stepEntries } from "../../shared/core/attribution/credit-step.ts";
import type { Definition } from "../../shared/core/attribution/model.ts";
import type { ModelVersion } from "../../shared/core/attribution/version.ts";
import type { LedgerEntry } from "../../shared/core/ledger/entry.ts";
import { ALL_TOUCHES, journeyPerson, sourceTouch } from "./journey-builders.ts";

const moment = fc
  .tuple(fc.integer({ min: 1, max: 28 }), fc.constantFrom("00:00:00.000", "23:59:59.999"))
  .map(([day, time]) => `2026-03-${String(day).padStart(2, "0")}T${time}Z`);

const touch = fc
  .tuple(moment, fc.option(fc.constantFrom("A", "B", "C", "D"), { freq: 8 }))
  .map(([at, channel]) => sourceTouch(at, channel));

const person = fc.record({
  id: fc.constantFrom("ann", "bob", "cid"),
  touches: fc.array(touch, { maxLength: 4 }),
  leadCreatedAt: fc.option(moment),
  mqlAt: fc.option(moment),
  sqlAt: fc.option(moment),
});

/** What may be known of what led to a closing; now and then nothing. */
export const takenJourney = fc
  .record({
    persons: fc.uniqueArray(person, { selector: ({ id }) => id, maxLength: 3 }),
    openedAt: fc.option(moment),
    segment: fc.constantFrom("new", "existing", null),
  })
  .map(
    ({ persons, openedAt, segment }): TakenJourney => ({
      takenAt: "2026-06-01T08:00:00.000Z",
      closing: { closedOn: "2026-04-30", openedAt },
      persons,
      roleIds: persons.map(({ id }) => id),
      dimensions: { segment },
    }),
  );

/** One person who came by these sources, one a day. */
export function takenFrom(sources: readonly string[], dimensions = {}): TakenJourney {
  const touches = sources.map((source, index) =>
    sourceTouch(`2026-03-0${index + 1}T08:00:00.000Z`, source),
  );
  return {
    takenAt: "2026-06-01T08:00:00.000Z",
    closing: { closedOn: "2026-05-20", openedAt: null },
    persons: [journeyPerson("ann", touches)],
    roleIds: ["ann"],
    dimensions,
  };
}

/** The steps of a chain of entries: each booking takes the next journey, and so does `again` behind an entry. */
export function stepsOf(
  entries: readonly LedgerEntry[],
  journeys: readonly TakenJourney[],
  again: ReadonlySet<number> = new Set(),
): CreditStep[] {
  const left = [...journeys];
  const next = () => left.shift() ?? takenFrom([]);
  const steps: Omit<CreditStep, "number">[] = [];
  for (const [index, entry] of stepEntries(entries).entries()) {
    const { opportunityId = "", postedAt: at = "" } = entries[index] ?? {};
    const taken = entry.kind === "booked" ? { taken: next() } : {};
    steps.push({ opportunityId, at, entry, ...taken });
    if (again.has(index)) steps.push({ opportunityId, at, taken: next() });
  }
  return steps.map((step, index) => ({ ...step, number: index + 1 }));
}

export function versionBy(definition: Definition, more: Partial<ModelVersion> = {}): ModelVersion {
  return {
    ...{ model: "ours", version: "v1", definition, journey: ALL_TOUCHES },
    ...{ madeAt: "", by: "marta", because: "a test" },
    ...more,
  };
}
