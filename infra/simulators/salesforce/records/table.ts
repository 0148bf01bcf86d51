import { type Row, type Scalar, textOf } from "./exact-json.ts";

/** The key under which a value is found in an index: text whatever its case, as in SOQL. */
export function indexKey(value: Scalar | undefined): string {
  if (value === null || value === undefined) return "\u0000null";
  if (typeof value === "string") return value.toLowerCase();
  return typeof value === "boolean" ? String(value) : value.text;
}

function byStampThenId(a: Row, b: Row): number {
  const left = textOf(a, "SystemModstamp") ?? "";
  const right = textOf(b, "SystemModstamp") ?? "";
  if (left !== right) return left < right ? -1 : 1;
  return (textOf(a, "Id") ?? "") < (textOf(b, "Id") ?? "") ? -1 : 1;
}

/** Merges two sorted lists into one. */
function merge(left: readonly Row[], right: readonly Row[]): Row[] {
  const merged: Row[] = [];
  let next = 0;
  for (const row of left) {
    for (let other = right[next]; other && byStampThenId(other, row) < 0; other = right[next]) {
      merged.push(other);
      next += 1;
    }
    merged.push(row);
  }
  for (const row of right.slice(next)) merged.push(row);
  return merged;
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
  #ordered: Row[] = [];
  readonly #moved = new Set<string>();

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
    this.#moved.add(id);
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
    this.#moved.add(id);
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

  /** Every row by SystemModstamp, then Id. Only what moved since the last call is sorted anew. */
  byStamp(): readonly Row[] {
    if (this.#moved.size > 0) {
      const moved: Row[] = [];
      for (const id of this.#moved) {
        const row = this.#rows.get(id);
        if (row) moved.push(row);
      }
      const kept = this.#ordered.filter((row) => !this.#moved.has(textOf(row, "Id") ?? ""));
      this.#ordered = merge(kept, moved.sort(byStampThenId));
      this.#moved.clear();
    }
    return this.#ordered;
  }

  /** The rows of `byStamp` from the first one stamped `stamp` or later. */
  fromStamp(stamp: string): readonly Row[] {
    const rows = this.byStamp();
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((textOf(rows[middle], "SystemModstamp") ?? "") < stamp) low = middle + 1;
      else high = middle;
    }
    return rows.slice(low);
  }
}

function addTo(index: Map<string, Set<string>>, key: string, id: string): void {
  const ids = index.get(key);
  if (ids) ids.add(id);
  else index.set(key, new Set([id]));
}
