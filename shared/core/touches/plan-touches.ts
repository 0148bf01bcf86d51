import { sayTheSame, type Touch } from "./touch.ts";

/**
 * What to remember of a person's touches, given what is remembered and what a CRM tells. Rules T3 and
 * T4: an account is news where it differs and is not older than the one that is known.
 */
export function newsOf(remembered: readonly Touch[], told: readonly Touch[]): Touch[] {
  const known = new Map(remembered.map((touch) => [touch.id, touch]));
  return told.filter((touch) => {
    const before = known.get(touch.id);
    if (!before) return true;
    if (touch.toldAtMs < before.toldAtMs) return false;
    // The later stamp of a member is kept as well: by it, a later account of it is told to be known.
    return (
      (isOfMember(touch.kind) && touch.toldAtMs > before.toldAtMs) || !sayTheSame(before, touch)
    );
  });
}

/**
 * Ends the touches of campaign members that are not there any more (T4).
 *
 * @param remembered - As it was before the members were read: what was remembered then, and is not
 * among them, is gone.
 * @param told - All campaign members of the person, removed ones included.
 */
export function endedSince(
  remembered: readonly Touch[],
  told: readonly Touch[],
  now: string,
): Touch[] {
  const there = new Set(told.map(({ id }) => id));
  return remembered
    .filter(({ id, kind, ended }) => isOfMember(kind) && ended === null && !there.has(id))
    .map((touch) => ({ ...touch, ended: { at: now, because: MISSED } }));
}

/** No account of the CRM says so: whoever hears of such a touch again reads it again. */
const MISSED = "it is no longer there";

/** Whether what was seen of a touch is known: this account of it, or a later one (T8). */
export function isKnown(
  remembered: readonly Touch[],
  seen: { readonly id: string; readonly toldAtMs: number },
): boolean {
  const touch = remembered.find(({ id }) => id === seen.id);
  if (!touch || touch.ended?.because === MISSED) return false;
  return touch.toldAtMs >= seen.toldAtMs;
}

function isOfMember(kind: Touch["kind"]): boolean {
  return kind === "campaign-member" || kind === "campaign-response";
}
