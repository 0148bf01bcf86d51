import type { TakenJourney } from "../core/attribution/credit-step.ts";
import type { ReportedOpportunity, RevenueStore } from "./ports.ts";

/** What reports read of one opportunity besides its journey. */
export type TakenNow = Omit<TakenJourney, "takenAt">;

/** Reads what is known now of what led to an opportunity's closing; undefined: no record of it is left. */
export async function takeJourney(
  store: RevenueStore,
  opportunityId: string,
): Promise<TakenNow | undefined> {
  const found = await store.opportunity(opportunityId);
  if (!found) return undefined;
  const { opportunity, dimensions } = found;
  const ids = await personIdsOf(store, opportunity);
  const persons = await store.persons(ids);
  return {
    closing: { closedOn: opportunity.closedOn, openedAt: opportunity.openedAt },
    persons: ids.flatMap((id) => {
      const person = persons.get(id);
      if (!person) return [];
      const { inMarketing: _, ...ours } = person;
      return [ours];
    }),
    roleIds: [...new Set(opportunity.personIds)].sort(),
    dimensions,
  };
}

/** Sorted, so that the order of roles decides nothing. */
async function personIdsOf(
  store: RevenueStore,
  { personIds, companyIds }: ReportedOpportunity,
): Promise<string[]> {
  const ids = new Set(personIds);
  if (store.looksAtAccounts)
    for await (const page of store.all())
      for (const other of page)
        if (other.companyIds.some((id) => companyIds.includes(id)))
          for (const id of other.personIds) ids.add(id);
  return [...ids].sort();
}
