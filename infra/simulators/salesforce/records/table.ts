import { type Row, type Scalar, textOf } from "./exact-json.ts";
import { StampOrder } from "./stamp-order.ts";

/** The key under which a value is found in an index: text whatever its case, as in SOQL. */
export function indexKey(value: Scalar | undefined): string {
  if (value === null || value === undefined) return "\u0000null";
  if (typeof value === "string") return value.toLowerCase();
  return typeof value === "boolean" ? String(value) : value.text;
}

/**
 * The rows of one object, deleted ones included.
 *
 * An index over a field is built when it is first asked for and kept from then on, so that a
 * search by e-mail, external id or reference costs what it finds and not what there is.
 */
export class Table {
  readonly #rows = new Map<string, Row>();
  readonly #indexes = new Map<string, Map<string, Set<string>>>();
  readonly #order = new StampOrder((id) => stampOf(this.#rows.get(id)));

  get size(): number {
    return this.#rows.size;
  }

  get(id: string): Row | undefined {
    return this.#rows.get(id);
  }

  values(): IterableIterator<Row> {
    return this.#rows.values();
  }

  put(id: string, row: Row): void {
    const before = this.#rows.get(id);
    this.#rows.set(id, row);
    this.#order.move(id, stampOf(before), stampOf(row));
    for (const [field, index] of this.#indexes) {
      const key = indexKey(row[field]);
      const old = before && indexKey(before[field]);
      if (old === key) continue;
      if (old !== undefined) index.get(old)?.delete(id);
      addTo(index, key, id);
    }
  }

  remove(id: string): void {
    const before = this.#rows.get(id);
    if (!before) return;
    this.#rows.delete(id);
    this.#order.move(id, stampOf(before), undefined);
    for (const [field, index] of this.#indexes) index.get(indexKey(before[field]))?.delete(id);
  }

  /** Every row whose `field` has `key` (see `indexKey`), deleted ones included. */
  find(field: string, key: string): Row[] {
    let index = this.#indexes.get(field);
    if (!index) {
      index = new Map();
      for (const [id, row] of this.#rows) addTo(index, indexKey(row[field]), id);
      this.#indexes.set(field, index);
    }
    const found: Row[] = [];
    for (const id of index.get(key) ?? []) {
      const row = this.#rows.get(id);
      if (row) found.push(row);
    }
    return found;
  }

  /** The rows by SystemModstamp, then Id, from the first one stamped `stamp` or later. */
  *fromStamp(stamp: string): Generator<Row> {
    for (const id of this.#order.from(stamp)) {
      const row = this.#rows.get(id);
      if (row) yield row;
    }
  }
}

function stampOf(row: Row | undefined): string | undefined {
  return textOf(row, "SystemModstamp");
}

function addTo(index: Map<string, Set<string>>, key: string, id: string): void {
  const ids = index.get(key);
  if (ids) ids.add(id);
  else index.set(key, new Set([id]));
}
