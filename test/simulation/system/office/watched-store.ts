import { type Ref, refKey } from "../../../../shared/sync/ports.ts";
import { type AccordRecord, activeLink } from "../../../../shared/sync/record.ts";
import type { MemoryRecordStore } from "../../../support/memory-record-store.ts";

/** A store whose latest state the story's people may look at without asking for copies. */
export interface WatchedStore {
  readonly store: MemoryRecordStore;
  /** The record that is tied to this CRM record now. */
  tiedTo(ref: Ref): AccordRecord | undefined;
}

export function watchedStore(inner: MemoryRecordStore): WatchedStore {
  const byRef = new Map<string, AccordRecord>();
  const save: MemoryRecordStore["save"] = async (next) => {
    const saved = await inner.save(next);
    if (saved === "saved") for (const link of next.links) byRef.set(refKey(link), next);
    return saved;
  };
  return {
    store: { ...inner, save },
    tiedTo(ref) {
      const record = byRef.get(refKey(ref));
      return record && activeLink(record, ref.system)?.id === ref.id ? record : undefined;
    },
  };
}
