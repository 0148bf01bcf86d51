import { datedAccountOf, type StageIndex } from "../../shared/sync/stage-accounts.ts";
import type { MemoryRecordStore } from "./memory-record-store.ts";

/** The index of stages over a store in memory; two persons a page. */
export function memoryStageIndex(store: MemoryRecordStore): StageIndex {
  return {
    async *pages(since, after) {
      const rows = store
        .records()
        .flatMap((record) => {
          const found = datedAccountOf(record);
          if (!found || found.lastAt < since) return [];
          const place = `${record.id.slice(0, 1)}:${found.lastAt}#${record.id}`;
          return [{ account: found.account, place }];
        })
        .filter(({ place }) => after === undefined || place > after)
        .sort((one, other) => (one.place < other.place ? -1 : 1));
      for (let start = 0; start < rows.length; start += 2) yield rows.slice(start, start + 2);
    },
  };
}
