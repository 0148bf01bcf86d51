import type { z } from "zod";
import type { RowChange } from "../../kit/durable-rows.ts";

/** Where declarations outlive the process. */
export interface Keeper {
  keptBefore(table: string): readonly { readonly id: string; readonly json: string }[];
  store(changes: readonly RowChange[]): void;
}

/** What every declaration says: which object it is about. */
interface OfObject {
  readonly object: string;
}

interface Kind<Item extends OfObject> {
  /** The last part of its path under `/_simulator/`. */
  readonly name: string;
  readonly schema: z.ZodType<Item>;
}

/** Things that an admin declared, in the order in which they were, each with an id of its own. */
export class Declared<Item extends OfObject> {
  readonly kind: Kind<Item>;
  readonly #keeper: Keeper;
  readonly #items = new Map<string, Item>();
  #byObject = new Map<string, readonly Item[]>();
  #count = 0;

  constructor(kind: Kind<Item>, keeper: Keeper) {
    this.kind = kind;
    this.#keeper = keeper;
    for (const { id, json } of keeper.keptBefore(this.#table)) {
      this.#items.set(id, kind.schema.parse(JSON.parse(json)));
      this.#count = Math.max(this.#count, Number(id));
    }
  }

  get #table(): string {
    return `setup-${this.kind.name}`;
  }

  all(): (Item & { readonly id: string })[] {
    return [...this.#items].map(([id, item]) => ({ ...item, id }));
  }

  /** Those about one object. A write asks this, so that what was not declared costs nothing. */
  of(object: string): readonly Item[] {
    if (this.#items.size === 0) return [];
    const known = this.#byObject.get(object);
    if (known) return known;
    const found = [...this.#items.values()].filter((item) => item.object === object);
    this.#byObject.set(object, found);
    return found;
  }

  add(item: Item): string {
    this.#count += 1;
    const id = String(this.#count);
    this.#put(id, item);
    return id;
  }

  /** @returns Whether there was such a declaration. */
  remove(id: string): boolean {
    if (!this.#items.has(id)) return false;
    this.#put(id, undefined);
    return true;
  }

  clear(): void {
    for (const id of [...this.#items.keys()]) this.#put(id, undefined);
  }

  #put(id: string, item: Item | undefined): void {
    if (item) this.#items.set(id, item);
    else this.#items.delete(id);
    this.#byObject = new Map();
    const json = item ? JSON.stringify(item) : null;
    this.#keeper.store([{ table: this.#table, id, json }]);
  }
}
