import type { CoveredPerson } from "../../shared/core/attribution/coverage.ts";
import type { ReportedOpportunity, RevenueStore } from "../../shared/revenue/ports.ts";
import { journeyPerson } from "./journey-builders.ts";

/** What reports read, held in memory. Answers only for the persons it is asked about. */
export function memoryRevenueStore(
  pages: readonly (readonly ReportedOpportunity[])[],
  persons: readonly CoveredPerson[],
): RevenueStore {
  const byId = new Map(persons.map((person) => [person.id, person]));
  return {
    looksAtAccounts: false,
    async opportunity(id) {
      const opportunity = pages.flat().find((one) => one.id === id);
      if (!opportunity) return undefined;
      const company = opportunity.companyIds[0] ?? null;
      return { opportunity, dimensions: { company, segment: null } };
    },
    async page(after = "0") {
      const at = Number(after);
      const more = at + 1 < pages.length ? { next: String(at + 1) } : {};
      return { opportunities: pages[at] ?? [], ...more };
    },
    async *wonIn({ from = "", to = "9" }) {
      for (const page of pages)
        yield page.filter(
          ({ outcome, closedOn }) => outcome === "won" && closedOn >= from && closedOn < to,
        );
    },
    async *all() {
      yield* pages;
    },
    async persons(ids) {
      if (new Set(ids).size !== ids.length) throw new Error("ids are not distinct");
      return new Map(
        ids.flatMap((id) => {
          const person = byId.get(id);
          return person ? [[id, person] as const] : [];
        }),
      );
    },
  };
}

export function wonOpportunity(
  id: string,
  amount: string | null,
  personIds: readonly string[],
  more: Partial<ReportedOpportunity> = {},
): ReportedOpportunity {
  return {
    id,
    name: `Deal ${id}`,
    outcome: "won",
    amount,
    closedOn: "2026-03-31",
    openedAt: null,
    owner: null,
    personIds,
    companyIds: [],
    ...more,
  };
}

export function coveredPerson(
  id: string,
  touches: CoveredPerson["touches"],
  more: Partial<CoveredPerson> = {},
): CoveredPerson {
  return { ...journeyPerson(id, touches), inMarketing: true, ...more };
}
