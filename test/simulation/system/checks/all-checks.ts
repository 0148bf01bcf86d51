import type { Check, Ending, Violation } from "./check.ts";
import { asModelled, noStrangers } from "./model.ts";
import { noDuplicates } from "./no-duplicates.ts";
import { nothingLost } from "./nothing-lost.ts";
import { allKnown, observesOnly, sidesAgree } from "./sides-agree.ts";
import { settles, staysQuiet } from "./stays-quiet.ts";

export const CHECKS: readonly Check[] = [
  settles,
  allKnown,
  sidesAgree,
  noDuplicates,
  nothingLost,
  asModelled,
  noStrangers,
  staysQuiet,
  observesOnly,
];

export function violationsOf(ending: Ending): Violation[] {
  return CHECKS.flatMap(({ name, promise, find }) =>
    find(ending).map((words) => ({ check: name, promise, words })),
  );
}
