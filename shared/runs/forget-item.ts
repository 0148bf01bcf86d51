import { newRecord } from "../sync/record.ts";
import type { PlannedChange } from "./plan.ts";
import type { ItemState, Journal, KeptItem } from "./run.ts";

export const FORGOTTEN = "the person was forgotten";

/** What becomes of an item that a run has not settled: nothing more is written for it. */
const STATES: Partial<Record<ItemState, ItemState>> = { planned: "refused", applying: "failed" };

/**
 * What is left of an item once its person is forgotten: which CRM records it was about, which of them were written,
 * and what became of it. Every value is gone, also from what CRMs said of it in words.
 */
export function withoutPerson(item: KeptItem): KeptItem {
  // What an undo said of it since holds no value, either.
  if (item.forgotten) return item;
  const { key, kind, refs, changes, relations, awaits, links, state, journal } = item;
  return {
    key,
    kind,
    label: "",
    refs,
    changes: changes.map(withoutValues),
    relations,
    awaits,
    links,
    conflicts: [],
    parked: [],
    // It is a digest of the values.
    digest: "",
    state: STATES[state] ?? state,
    reason: FORGOTTEN,
    forgotten: true,
    ...(journal ? { journal: journalWithout(journal) } : {}),
  };
}

function journalWithout({ before, done, cleared, ...rest }: Journal): Journal {
  const { id, kind, createdAt: now, mappingVersion } = before;
  return {
    ...rest,
    before: newRecord({ id, kind }, { now, mappingVersion }),
    cleared: cleared.map(withoutValues),
    ...(done ? { done: done.map(withoutValues) } : {}),
  };
}

function withoutValues<Change extends Pick<PlannedChange, "properties">>(change: Change): Change {
  return { ...change, properties: [] };
}
