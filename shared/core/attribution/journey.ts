import type { FieldValue } from "../reconcile/field-value.ts";
import type { Touch } from "../touches/touch.ts";
import { dayNumber, secondNumber } from "./calendar-day.ts";

/** What of a person's past may count, and whose. Part of every model's version. */
export interface JourneyPolicy {
  /**
   * `roles`: persons with a role on the opportunity. `account`: also those with a role on another
   * opportunity of the same company.
   */
  readonly persons: "roles" | "account";
  /** Touches that are longer than this before the closing do not count; null: all do. */
  readonly windowDays: number | null;
  /** Touches of one person, source and campaign that follow each other no later are one. */
  readonly dedupeMinutes: number;
}

/** The moments at which a model looks for the touch that led to them. */
export const MILESTONES = [
  "first",
  "leadCreation",
  "mql",
  "sql",
  "opportunityCreated",
  "closed",
] as const;

export type Milestone = (typeof MILESTONES)[number];

/** A person as far as a journey is concerned. Instants are ISO, in UTC. */
export interface JourneyPerson {
  readonly id: string;
  readonly touches: readonly Touch[];
  readonly leadCreatedAt: string | null;
  readonly mqlAt: string | null;
  readonly sqlAt: string | null;
}

/** A closed opportunity, won or lost. */
export interface Closing {
  /** `YYYY-MM-DD`. */
  readonly closedOn: string;
  readonly openedAt: string | null;
}

/** A touch with whose it is. */
export interface JourneyTouch {
  readonly personId: string;
  /** Never null: a touch without a source is none of a journey (A2). */
  readonly source: string;
  readonly touch: Touch;
}

/** What led to one closing. */
export interface Journey {
  readonly closedOn: string;
  /** Oldest first. */
  readonly touches: readonly JourneyTouch[];
  /** Where in `touches` the touch of each milestone stands; -1: there is none. */
  readonly places: Readonly<Record<Milestone, number>>;
}

/** The touches of persons that led to a closing, with its milestones. Rules A2 to A4 and A7 to A9. */
export function journeyOf(
  closing: Closing,
  persons: readonly JourneyPerson[],
  policy: JourneyPolicy,
): Journey {
  const counted = persons
    .flatMap((person) => touchesOf(person))
    .filter((one) => standing(one.touch, closing, policy) === "counts");
  const touches = withoutRepeats(inOrder(counted), policy);
  const upTo = (at: string | null) => lastUpTo(touches, at);
  return {
    closedOn: closing.closedOn,
    touches,
    places: {
      first: touches.length === 0 ? -1 : 0,
      leadCreation: upTo(earliest(persons.map(({ leadCreatedAt }) => leadCreatedAt))),
      mql: upTo(earliest(persons.map(({ mqlAt }) => mqlAt))),
      sql: upTo(earliest(persons.map(({ sqlAt }) => sqlAt))),
      opportunityCreated: upTo(closing.openedAt),
      closed: touches.length - 1,
    },
  };
}

/** Whether a touch counts toward a closing, and why not. */
export function standing(
  { at, channel }: Touch,
  { closedOn }: Pick<Closing, "closedOn">,
  { windowDays }: JourneyPolicy,
): "counts" | "without-source" | "after-closing" | "before-window" {
  if (channel === null) return "without-source";
  if (at.slice(0, closedOn.length) > closedOn) return "after-closing";
  if (windowDays !== null && closedOn !== "" && dayNumber(closedOn) - dayNumber(at) > windowDays)
    return "before-window";
  return "counts";
}

function touchesOf({ id: personId, touches }: JourneyPerson): JourneyTouch[] {
  return touches.flatMap((touch) =>
    touch.channel === null ? [] : [{ personId, source: touch.channel, touch }],
  );
}

/** Rule A4. Parted by what sorts before every character. */
function rankOf({ personId, source, touch }: JourneyTouch): string {
  return `${touch.at.slice(0, 19)}\0${personId}\0${source}\0${touch.id}`;
}

function inOrder(touches: readonly JourneyTouch[]): JourneyTouch[] {
  return touches
    .map((touch) => ({ touch, rank: rankOf(touch) }))
    .sort((one, other) => (one.rank < other.rank ? -1 : Number(one.rank > other.rank)))
    .map(({ touch }) => touch);
}

/** Rule A8. */
function withoutRepeats(
  touches: readonly JourneyTouch[],
  { dedupeMinutes }: JourneyPolicy,
): JourneyTouch[] {
  const lastOf = new Map<string, number>();
  return touches.filter(({ personId, source, touch }) => {
    const key = JSON.stringify([personId, source, campaignOf(touch)]);
    const second = secondNumber(touch.at);
    const before = lastOf.get(key);
    lastOf.set(key, second);
    return before === undefined || second - before > dedupeMinutes * 60;
  });
}

function campaignOf({ campaign }: Touch): FieldValue {
  return campaign?.id ?? null;
}

/** The last touch that is not later than a moment (A9); -1 where there is none. */
function lastUpTo(touches: readonly JourneyTouch[], at: string | null): number {
  if (at === null) return -1;
  const moment = at.slice(0, 19);
  return touches.findLastIndex(({ touch }) => touch.at.slice(0, moment.length) <= moment);
}

function earliest(moments: readonly (string | null)[]): string | null {
  const known = moments.filter((moment) => moment !== null).sort();
  return known[0] ?? null;
}
