import { type Trouble, type TroubleIndex, troubleOf } from "../../shared/sync/trouble.ts";
import type { MemoryRecordStore } from "./memory-record-store.ts";

const PAGE = 200;

/** The records in trouble of a store in memory, in the order of their shards and ids. */
export function memoryTroubleIndex(store: Pick<MemoryRecordStore, "records">): TroubleIndex {
  return {
    async *pages(after = "") {
      const placed = store
        .records()
        .flatMap((record) => troubleOf(record) ?? [])
        .map((trouble) => ({ trouble, place: placeOf(trouble) }))
        .filter(({ place }) => place > after)
        .sort((one, other) => (one.place < other.place ? -1 : 1));
      for (let start = 0; start < placed.length; start += PAGE) {
        const page = placed.slice(start, start + PAGE);
        yield { troubles: page.map(({ trouble }) => trouble), place: page.at(-1)?.place ?? after };
      }
    },
  };
}

function placeOf({ kind, id }: Trouble): string {
  return `${id.slice(0, 1)}:${kind}#${id}`;
}
