/** Records that a worker was cleared to create. */
export interface Creation {
  /** Of the run, when they were, so that it can be said later how many it was, and until when. */
  readonly turn: number;
  readonly creates: number;
  /** None of them lands after this; epoch milliseconds. */
  readonly untilMs: number;
}

const MINUTE_MS = 60_000;

/** The minute's creates are spread over so many parts of it. */
const PARTS_OF_A_MINUTE = 6;

/** So many may be created at once. */
export function handfulOf(perMinute: number): number {
  return Math.ceil(perMinute / PARTS_OF_A_MINUTE);
}

/** In no stretch of time of this length may more be created. */
function boundsOf(perMinute: number): readonly { readonly ms: number; readonly most: number }[] {
  return [
    { ms: MINUTE_MS, most: perMinute },
    { ms: MINUTE_MS / PARTS_OF_A_MINUTE, most: handfulOf(perMinute) },
  ];
}

/** Created since then, or still to land. */
function createdSince(creations: readonly Creation[], sinceMs: number): number {
  return creations
    .filter(({ untilMs }) => untilMs > sinceMs)
    .reduce((sum, { creates }) => sum + creates, 0);
}

/** How many records may be created now. */
export function createsFree(
  perMinute: number,
  creations: readonly Creation[],
  nowMs: number,
): number {
  const left = boundsOf(perMinute).map(
    ({ ms, most }) => most - createdSince(creations, nowMs - ms),
  );
  return Math.max(0, Math.min(...left));
}

/**
 * When so many records may be created, or a handful, where that is less; epoch milliseconds. Waiting for a handful
 * instead of for the first of it saves looks at the page.
 */
export function createsFreeAt(
  perMinute: number,
  creations: readonly Creation[],
  { nowMs, wanted }: { readonly nowMs: number; readonly wanted: number },
): number {
  const enough = Math.min(wanted, handfulOf(perMinute));
  const ends = boundsOf(perMinute).flatMap(({ ms }) =>
    creations.map(({ untilMs }) => untilMs + ms),
  );
  const moments = [nowMs, ...ends.filter((ms) => ms > nowMs).sort((one, other) => one - other)];
  return moments.find((ms) => createsFree(perMinute, creations, ms) >= enough) ?? nowMs;
}

/** With what a worker creates, in the place of what was thought of it; without what counts no more. */
export function withCreation(
  creations: readonly Creation[],
  next: Creation,
  nowMs: number,
): readonly Creation[] {
  const counting = creations.filter(({ untilMs }) => untilMs > nowMs - MINUTE_MS);
  return [...counting.filter(({ turn }) => turn !== next.turn), next];
}

/** What was created within the last minute, as far as is known. */
export function createdLately(creations: readonly Creation[], nowMs: number): number {
  return createdSince(creations, nowMs - MINUTE_MS);
}
