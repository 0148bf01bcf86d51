import { TOUCH_SOURCES } from "../../shared/config/touch-sources.ts";
import type { CoveredPerson } from "../../shared/core/attribution/coverage.ts";
import { touchesToldBy } from "../../shared/core/touches/touch-source.ts";
import type { ReportedOpportunity, RevenueStore } from "../../shared/revenue/ports.ts";
import { memoryRevenueStore } from "./memory-revenue-store.ts";
import type { readOlist } from "./olist.ts";

type Funnel = ReturnType<typeof readOlist>;

/** Olist's won deals as reports read them, straight from the files: no sync in between. */
export function olistStore(funnel: Funnel): RevenueStore {
  const byEmail = new Map(funnel.contacts.map((one) => [one.properties.email, one]));
  const emails = new Map(funnel.salesContacts.map(({ Id, Email }) => [Id, Email]));
  const owners = new Map(funnel.users.map(({ Id, Email }) => [Id, Email]));
  const roles = Map.groupBy(funnel.roles, ({ OpportunityId }) => OpportunityId);
  const personsOf = (deal: string) =>
    (roles.get(deal) ?? []).flatMap(({ ContactId }) => emails.get(ContactId) ?? []);
  const opportunities = funnel.opportunities.map(
    (one): ReportedOpportunity => ({
      id: one.Id,
      name: one.Name,
      outcome: one.IsWon ? "won" : "lost",
      amount: `${one.CurrencyIsoCode} ${one.amount}`,
      closedOn: one.CloseDate,
      openedAt: one.CreatedDate,
      owner: owners.get(one.OwnerId) ?? null,
      personIds: personsOf(one.Id),
      companyIds: [one.AccountId],
    }),
  );
  const persons = [...new Set(opportunities.flatMap(({ personIds }) => personIds))].flatMap(
    (email): CoveredPerson[] => {
      const contact = byEmail.get(email);
      if (!contact) return [];
      return [leadOf(contact)];
    },
  );
  return memoryRevenueStore([opportunities], persons);
}

/** A lead as reports read it, known by its address. */
export function leadOf({ id, properties }: Funnel["contacts"][number]): CoveredPerson {
  const blank = Object.entries(properties).map(([name, text]) => [name, text === "" ? null : text]);
  const told = { object: "contacts", id, properties: Object.fromEntries(blank), modifiedAtMs: 0 };
  return {
    id: properties.email,
    touches: touchesToldBy(TOUCH_SOURCES, told),
    leadCreatedAt: properties.createdate,
    mqlAt: properties.hs_lifecyclestage_marketingqualifiedlead_date,
    sqlAt: null,
    inMarketing: true,
  };
}
