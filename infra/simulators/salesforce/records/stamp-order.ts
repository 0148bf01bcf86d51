/** Where one row stood, or stands, in the order of changes. */
interface Entry {
  readonly stamp: string;
  readonly id: string;
}

/** Below zero, zero or above: by stamp, then by id. Neither is compared by locale. */
function compare(a: Entry, b: Entry): number {
  if (a.stamp !== b.stamp) return a.stamp < b.stamp ? -1 : 1;
  return a.id === b.id ? 0 : a.id < b.id ? -1 : 1;
}

/** More entries out of order than this are merged in one go, and fewer one by one. */
const FEW = 512;

/** So many entries that rows have left are not worth a sweep. */
const SWEEP_FROM = 1024;

/**
 * Ids by the stamps of their rows. A row that changes leaves its old entry behind, to be passed over
 * and swept out later, so that a change costs the same however many rows there are.
 */
export class StampOrder {
  readonly #stampOf: (id: string) => string | undefined;
  #entries: Entry[] = [];
  #unsorted: Entry[] = [];
  #left = 0;

  /** @param stampOf - The stamp that a row has now, or undefined where there is no such row. */
  constructor(stampOf: (id: string) => string | undefined) {
    this.#stampOf = stampOf;
  }

  /** Tells that the row with `id` has `stamp` from now on; undefined where it is gone. */
  move(id: string, before: string | undefined, stamp: string | undefined): void {
    if (before === stamp) return;
    if (before !== undefined) this.#leave();
    if (stamp === undefined) return;
    const entry = { stamp, id };
    const last = this.#entries.at(-1);
    if (!last || compare(last, entry) < 0) this.#entries.push(entry);
    else this.#unsorted.push(entry);
  }

  /** Every id from the first one stamped `stamp` or later, in order. */
  *from(stamp: string): Generator<string> {
    this.#settle();
    const entries = this.#entries;
    for (let at = this.#place({ stamp, id: "" }); at < entries.length; at += 1) {
      const entry = entries[at];
      if (entry && this.#stampOf(entry.id) === entry.stamp) yield entry.id;
    }
  }

  #settle(): void {
    if (this.#unsorted.length > FEW) {
      this.#entries = [...this.#entries, ...this.#unsorted].sort(compare);
      this.#entries = this.#entries.filter((entry, at, all) => {
        const before = all[at - 1];
        return !before || compare(before, entry) !== 0;
      });
    } else for (const entry of this.#unsorted) this.#insert(entry);
    this.#unsorted = [];
  }

  /** Sweeps once half of the entries are left behind, so that a sweep is paid for by as many moves. */
  #leave(): void {
    this.#left += 1;
    if (this.#left < Math.max(SWEEP_FROM, this.#entries.length / 2)) return;
    const stands = ({ id, stamp }: Entry) => this.#stampOf(id) === stamp;
    this.#entries = this.#entries.filter(stands);
    this.#unsorted = this.#unsorted.filter(stands);
    this.#left = 0;
  }

  /** A row that comes back to a stamp it had, as a rollback makes it, may still have its entry. */
  #insert(entry: Entry): void {
    const at = this.#place(entry);
    const there = this.#entries[at];
    if (!there || compare(there, entry) !== 0) this.#entries.splice(at, 0, entry);
  }

  /** The place of the first entry that is not before `entry`. */
  #place(entry: Entry): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const at = this.#entries[middle];
      if (at && compare(at, entry) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
