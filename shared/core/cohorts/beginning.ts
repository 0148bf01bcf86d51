import { type JourneyPerson, type JourneyPolicy, journeyOf } from "../attribution/journey.ts";

/** By which moment persons are put together. */
export const BEGINNINGS = ["first-touch", "lead-created"] as const;

/** What of the touch they began with cohorts are told by besides. */
export const COHORT_KINDS = ["source", "campaign"] as const;

export interface CohortAsked {
  readonly by: (typeof BEGINNINGS)[number];
  /** Left out: by the month alone. */
  readonly kind?: (typeof COHORT_KINDS)[number] | undefined;
  /** The first day on which beginning counts, `YYYY-MM-DD`. */
  readonly from?: string | undefined;
  /** The first day on which it does not count any more. */
  readonly to?: string | undefined;
}

/** When somebody began, and with what. */
export interface Beginning {
  /** An ISO instant. */
  readonly at: string;
  /** A source or campaign; null where none is asked for, or known. */
  readonly value: string | null;
}

const ALL_TOUCHES: JourneyPolicy = { persons: "roles", windowDays: null, dedupeMinutes: 0 };

/** Behind every touch. */
const NEVER_CLOSED = { closedOn: "9999-12-31", openedAt: null };

/** When a person began (H1, H2); null: there is no such moment. */
export function beginningOf(
  person: JourneyPerson,
  { by, kind }: Pick<CohortAsked, "by" | "kind">,
): Beginning | null {
  const { touches, places } = journeyOf(NEVER_CLOSED, [person], ALL_TOUCHES);
  const touch = touches[by === "first-touch" ? places.first : places.leadCreation];
  const at = by === "first-touch" ? touch?.touch.at : person.leadCreatedAt;
  if (at == null) return null;
  const campaign = touch?.touch.campaign;
  const values = { source: touch?.source, campaign: campaign?.name ?? campaign?.id };
  return { at, value: kind === undefined ? null : (values[kind] ?? null) };
}

/** With whom of the persons of an opportunity its money goes (H3); null: with nobody. */
export function beginningOfDeal(
  persons: readonly JourneyPerson[],
  { closedOn, ...asked }: Pick<CohortAsked, "by" | "kind"> & { readonly closedOn: string },
): Beginning | null {
  const begun = persons.flatMap((person) => {
    const beginning = beginningOf(person, asked);
    if (!beginning || beginning.at.slice(0, closedOn.length) > closedOn) return [];
    return [{ rank: `${beginning.at.slice(0, 19)} ${person.id}`, beginning }];
  });
  begun.sort((one, other) => (one.rank < other.rank ? -1 : 1));
  return begun[0]?.beginning ?? null;
}
