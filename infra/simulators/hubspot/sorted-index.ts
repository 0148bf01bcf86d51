/** A record's place in an order. */
export interface IndexEntry {
  readonly key: number;
  readonly id: string;
}

/** Records in the order of a number that, as a rule, only grows. */
export interface SortedIndex {
  add(entry: IndexEntry): void;
  /** Sorted entries; some may be stale, so the reader asks `isCurrent` of each. */
  entries(): readonly IndexEntry[];
  /** Where the first entry with a key of at least `key` stands. */
  lowerBound(key: number): number;
}

/** So few stale entries are not worth a compaction. */
const TOLERATED_STALE = 1000;

/** Changes become searchable out of order, but only within seconds: so far back one is put in place. */
const NEAR_END = 20_000;

/**
 * A change appends and leaves the old entry to go stale, so a write costs nothing and a search
 * sorted by modification reads one slice. Entries out of order (seeding) are sorted on the next read.
 */
export function newSortedIndex(
  isCurrent: (entry: IndexEntry) => boolean,
  liveCount: () => number,
): SortedIndex {
  let sorted: IndexEntry[] = [];
  let lastKey = Number.NEGATIVE_INFINITY;
  let inOrder = true;
  const tidy = () => {
    const tooStale = sorted.length > 2 * liveCount() + TOLERATED_STALE;
    if (tooStale) sorted = sorted.filter(isCurrent);
    if (!inOrder) sorted.sort((a, b) => a.key - b.key);
    inOrder = true;
    lastKey = sorted.at(-1)?.key ?? Number.NEGATIVE_INFINITY;
  };
  return {
    add(entry) {
      const place = inOrder && entry.key < lastKey ? placeNearEnd(sorted, entry.key) : undefined;
      if (place !== undefined) {
        sorted.splice(place, 0, entry);
        return;
      }
      if (entry.key < lastKey) inOrder = false;
      else lastKey = entry.key;
      sorted.push(entry);
    },
    entries() {
      tidy();
      return sorted;
    },
    lowerBound(key) {
      tidy();
      return lowerBound(sorted, key);
    },
  };
}

/** Where to put an entry that comes a little late; undefined where sorting anew is cheaper. */
function placeNearEnd(sorted: readonly IndexEntry[], key: number): number | undefined {
  const place = lowerBound(sorted, key + 1);
  return sorted.length - place <= NEAR_END ? place : undefined;
}

function lowerBound(sorted: readonly IndexEntry[], key: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.key ?? 0) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
