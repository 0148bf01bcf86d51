/** Deliveries that are to be lost on purpose. */
export class Losses {
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** The next `count` change events and notifications vanish instead of going out. */
  loseNext(count: number): void {
    this.#count = count;
  }

  /** What remains of `items` after the losses. */
  sift<Item>(items: readonly Item[]): Item[] {
    const lost = Math.min(this.#count, items.length);
    this.#count -= lost;
    return items.slice(lost);
  }
}
