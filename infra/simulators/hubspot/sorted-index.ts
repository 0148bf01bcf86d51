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
      let low = 0;
      let high = sorted.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((sorted[middle]?.key ?? 0) < key) low = middle + 1;
        else high = middle;
      }
      return low;
    },
  };
}
