import { refKey } from "../sync/ports.ts";
import { activeLink } from "../sync/record.ts";
import type { PlannedChange, PropertyChange } from "./plan.ts";
import type { RunWorld } from "./ports.ts";
import type { Done, KeptItem } from "./run.ts";

/**
 * What was done to each CRM record, of what was cleared for it. A worker that died may have created a record,
 * and the next one was cleared to write to it: that is one record, and created it was.
 *
 * @param idOf - The id of a record that was to be created; undefined where there is none.
 */
export function doneOf(
  cleared: readonly PlannedChange[],
  idOf: (change: PlannedChange) => string | undefined,
): Done[] {
  const done = new Map<string, Done>();
  for (const { id, ...change } of cleared) {
    const known = id ?? idOf(change);
    if (known === undefined) continue;
    const one: Done = { ...change, id: known, created: id === undefined };
    const before = done.get(refKey(one));
    done.set(refKey(one), before ? together(before, one) : one);
  }
  return [...done.values()];
}

function together(one: Done, other: Done): Done {
  return {
    ...one,
    created: one.created || other.created,
    properties: oneAfterTheOther(one.properties, other.properties),
  };
}

/** Two changes of a record as one: from what stood there first, to what was sent last. */
export function oneAfterTheOther(
  first: readonly PropertyChange[],
  later: readonly PropertyChange[],
): PropertyChange[] {
  const open = new Map(first.map((change) => [change.property, change]));
  const changed = later.map((change): PropertyChange => {
    const before = open.get(change.property);
    open.delete(change.property);
    return before ? { ...change, from: before.from } : change;
  });
  return [...open.values(), ...changed];
}

/**
 * Items with what may have been done to them: where no worker lived to tell, all that was cleared. What it
 * created is known by the record that it was created for.
 */
export async function withDone(
  { world }: RunWorld,
  items: readonly KeptItem[],
): Promise<readonly KeptItem[]> {
  const untold = items.flatMap(({ kind, journal }) =>
    journal && !journal.done ? [{ kind, id: journal.recordId }] : [],
  );
  if (untold.length === 0) return items;
  const records = await world.store.load(untold);
  return items.map((item) => {
    const { journal } = item;
    if (!journal || journal.done) return item;
    const record = records.get(journal.recordId);
    const done = doneOf(journal.cleared, ({ system }) => record && activeLink(record, system)?.id);
    return { ...item, journal: { ...journal, done } };
  });
}
