import type { Touch } from "../../shared/core/attribution/credit-first-touch.ts";
import type { RevenueStore, WonOpportunity } from "../../shared/revenue/ports.ts";

/** What reports read, held in memory. Answers only for the persons it is asked about. */
export function memoryRevenueStore(
  pages: readonly (readonly WonOpportunity[])[],
  touches: readonly Touch[],
): RevenueStore {
  const byPerson = new Map(touches.map((touch) => [touch.personId, touch]));
  return {
    wonOpportunities: {
      async *pages() {
        yield* pages;
      },
    },
    firstTouches: {
      async of(personIds) {
        if (new Set(personIds).size !== personIds.length) throw new Error("ids are not distinct");
        return new Map(
          personIds.flatMap((id) => {
            const touch = byPerson.get(id);
            return touch ? [[id, touch] as const] : [];
          }),
        );
      },
    },
  };
}
