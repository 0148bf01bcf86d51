import { refKey } from "../../../../shared/sync/ports.ts";
import type { Check } from "./check.ts";

/** A story comes to rest, and what is at rest stays so. */
export const settles: Check = {
  name: "once people and faults are done, all comes to rest",
  promise: "P2",
  find: ({ isSettled }) => (isSettled ? [] : ["messages or writes go on for hours"]),
};

/** Days pass, polls look again, and nothing more is written: no echo comes back. */
export const staysQuiet: Check = {
  name: "in the days after, nothing more is written",
  promise: "P3, R4",
  find: ({ rows, rowsLater, records, wroteLater }) => {
    const before = new Map(rows.map((row) => [refKey(row.ref), row]));
    const changed = rowsLater.flatMap((row) => {
      const was = before.get(refKey(row.ref));
      if (was && was.stamp === row.stamp) return [];
      const names = Object.keys(row.values).filter(
        (name) => was?.values[name] !== row.values[name],
      );
      const moved = names.map((name) => `${name}: ${was?.values[name]} → ${row.values[name]}`);
      return [`${row.ref.object} ${row.ref.id} changed: ${moved.join(", ") || "its stamp"}`];
    });
    // What is parked is tried again, and refused again: that is what it is parked for.
    const mayTry = records.some(({ parked }) => parked.length > 0);
    const tried = mayTry
      ? []
      : wroteLater.map(({ system, method, path }) => `wrote ${method} ${system} ${path}`);
    return [...changed, ...tried];
  },
};
