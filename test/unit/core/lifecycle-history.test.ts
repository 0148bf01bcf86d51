import { expect, test } from "vitest";
import { lifecycle } from "../../../shared/config/lifecycle.ts";
import { withEarlier } from "../../../shared/core/lifecycle/earlier-stages.ts";
import {
  lastStage,
  mergeFirsts,
  mergeHistories,
  type StageEntry,
  withEntries,
  withFirsts,
} from "../../../shared/core/lifecycle/stage-history.ts";

const on = (day: number) => `2026-11-0${day}T08:00:00.000Z`;
const entry = (stage: string, day: number, more: Partial<StageEntry> = {}): StageEntry => ({
  stage,
  at: on(day),
  source: "hubspot",
  transition: "became a lead",
  ...more,
});

test("L10: a history keeps its latest entries, in the order in which they were made", () => {
  const history = [entry("lead", 1), entry("mql", 2)];
  const more = [entry("lead", 3), entry("mql", 4)];
  expect(withEntries(history, [], 2)).toBe(history);
  expect(withEntries(history, more, 3)).toEqual([...history, ...more].slice(1));
});

test("L10: when a stage was entered first never moves, however often it is entered again", () => {
  const firsts = withFirsts({}, [entry("lead", 2), entry("mql", 3), entry("lead", 4)]);
  expect(withFirsts(firsts, [entry("mql", 1)])).toEqual({ lead: on(2), mql: on(3) });
});

test("L10: of two records that become one, the earlier entry of a stage is its first", () => {
  expect(mergeFirsts({ lead: on(2), mql: on(5) }, { lead: on(3), mql: on(4), sql: on(6) })).toEqual(
    { lead: on(2), mql: on(4), sql: on(6) },
  );
});

test("L10: two histories become one by date, each in its own order, an entry of both once", () => {
  const own = [entry("lead", 2), entry("mql", 4)];
  const stages = [entry("subscriber", 1), entry("lead", 2), entry("mql", 3), entry("sql", 5)];
  const merged = mergeHistories(own, { record: "B", stages });
  const of = { record: "B" };
  expect(merged).toEqual([
    entry("subscriber", 1, of),
    entry("lead", 2),
    entry("mql", 3, of),
    entry("mql", 4),
    entry("sql", 5, of),
  ]);
  expect(mergeHistories(merged, { record: "B", stages })).toEqual(merged);
  expect(lastStage(merged)).toBe("mql");
  expect(lastStage([])).toBe(null);
});

test("L10: a history keeps its own order where its clocks disagree with it", () => {
  const own = [entry("lead", 4), entry("mql", 2)];
  const merged = mergeHistories(own, { record: "B", stages: [entry("subscriber", 3)] });
  expect(merged.map(({ stage }) => stage)).toEqual(["subscriber", "lead", "mql"]);
});

test("L10: a person that is first seen brings the earlier stages that make a path", () => {
  const told = [
    { stage: "sql", at: on(4), source: "hubspot" as const },
    { stage: "lead", at: on(2), source: "hubspot" as const },
    { stage: "customer", at: on(3), source: "hubspot" as const },
    { stage: "opportunity", at: on(6), source: "hubspot" as const },
  ];
  const first = entry("opportunity", 5, { transition: "first seen" });
  expect(withEarlier(lifecycle, told, first)).toEqual([
    entry("lead", 2, { transition: "first seen" }),
    entry("sql", 4, { transition: "qualified by sales" }),
    entry("opportunity", 5, { transition: "opportunity opened" }),
  ]);
  expect(withEarlier(lifecycle, [], first)).toEqual([first]);
});
