import type { FieldValue } from "../reconcile/field-value.ts";
import {
  combinationsOf,
  holds,
  type LifecycleMachine,
  type StageWords,
  stageOf,
  wordsFor,
} from "./machine.ts";

/**
 * Where a lifecycle contradicts itself, one line each: stages that nobody can reach, values that
 * nobody declared, combinations that mean two things or nothing, stages that an object cannot say.
 */
export function checkLifecycle(machine: LifecycleMachine): string[] {
  return [
    ...checkNames(machine),
    ...checkReach(machine),
    ...Object.entries(machine.objects).flatMap(([object, words]) => [
      ...checkValues(object, words),
      ...checkCombinations(machine, object, words),
      ...checkWritten(machine, object, words),
    ]),
  ];
}

function checkNames(machine: LifecycleMachine): string[] {
  const { stages, transitions, deals, conversions } = machine;
  const uses: (readonly [string, readonly string[]])[] = [
    ["initial", machine.initial],
    ["aside", machine.aside],
    ["beatsAll", machine.beatsAll],
    ...transitions.map(({ name, from, to }) => [`transition '${name}'`, [...from, to]] as const),
    ...deals.map(({ to, means, unless }) => [`deals to ${to}`, [means, ...unless]] as const),
    ...conversions.map(
      ({ from, to, means, unless }) => [`${from} to ${to}`, [means, ...unless]] as const,
    ),
  ];
  const twice = stages.filter((stage, index) => stages.indexOf(stage) !== index);
  return [
    ...twice.map((stage) => `lifecycle: stage '${stage}' is declared twice`),
    ...uses.flatMap(([where, names]) =>
      names
        .filter((name) => !stages.includes(name))
        .map((name) => `lifecycle: ${where} names '${name}'; expected one of ${stages.join(", ")}`),
    ),
    ...conversions.flatMap(({ from, to }) =>
      [from, to]
        .filter((object) => !(object in machine.objects))
        .map((object) => `lifecycle: a conversion names ${object}, which has no words`),
    ),
    ...ambiguousTransitions(machine),
  ];
}

function ambiguousTransitions({ transitions }: LifecycleMachine): string[] {
  const names = new Map<string, string>();
  return transitions.flatMap(({ name, from, to }) =>
    from.flatMap((start) => {
      const key = `${start} to ${to}`;
      const before = names.get(key);
      names.set(key, name);
      if (start === to) return [`lifecycle: transition '${name}' leads from ${start} to itself`];
      return before === undefined
        ? []
        : [`lifecycle: ${key} is both '${before}' and '${name}'; expected one of them`];
    }),
  );
}

function checkReach({ stages, initial, transitions }: LifecycleMachine): string[] {
  const reached = new Set(initial);
  for (let before = -1; before < reached.size; ) {
    before = reached.size;
    for (const { from, to } of transitions)
      if (from.some((stage) => reached.has(stage))) reached.add(to);
  }
  return stages
    .filter((stage) => !reached.has(stage))
    .map((stage) => `lifecycle: nobody reaches '${stage}'; expected it in initial or a transition`);
}

function checkValues(object: string, { properties, meanings, written }: StageWords): string[] {
  const known = new Map(properties.map(({ name, values }) => [name, values] as const));
  const uses: (readonly [string, string, FieldValue])[] = [
    ...meanings.flatMap(({ when, means }) =>
      Object.entries(when).flatMap(([name, values]) =>
        values.map((value) => [`the meaning '${means ?? "none"}'`, name, value] as const),
      ),
    ),
    ...Object.entries(written).flatMap(([stage, values]) =>
      Object.entries(values).map(([name, value]) => [`entering '${stage}'`, name, value] as const),
    ),
  ];
  const lines = uses.flatMap(([where, name, value]) => {
    const values = known.get(name);
    if (!values) return [`${object}: ${where} names ${name}, which is none of its properties`];
    if (values.includes(value)) return [];
    return [`${object}: ${where} names ${name} ${quoted(value)}, which is not among its values`];
  });
  return [...new Set(lines)].map((line) => `lifecycle: ${line}`);
}

function quoted(value: FieldValue): string {
  return value === null ? "blank" : `'${value}'`;
}

function checkCombinations(machine: LifecycleMachine, object: string, words: StageWords): string[] {
  const unknown = words.meanings.flatMap(({ means }) =>
    means === null || machine.stages.includes(means) ? [] : [means],
  );
  return [
    ...unknown.map((means) => `lifecycle: ${object}: '${means}' is meant, but is no stage`),
    ...combinationsOf(words).flatMap((combination) => {
      const meant = new Set(
        words.meanings.filter((one) => holds(one, combination)).map(({ means }) => means ?? "none"),
      );
      if (meant.size === 1) return [];
      const text = [...combination].map(([name, value]) => `${name} ${quoted(value)}`).join(", ");
      const problem = meant.size === 0 ? "means nothing" : `means ${[...meant].join(" and ")}`;
      return [`lifecycle: ${object}: ${text} ${problem}; expected one meaning`];
    }),
  ];
}

/** L6: from whatever it says now, an object can be brought to say any stage. */
function checkWritten(machine: LifecycleMachine, object: string, words: StageWords): string[] {
  return machine.stages.flatMap((stage) => {
    const deaf = combinationsOf(words).find((combination) => {
      const values = Object.fromEntries(combination);
      return stageOf(words, { ...values, ...wordsFor(words, stage, values) }) !== stage;
    });
    if (!deaf) return [];
    const text = [...deaf].map(([name, value]) => `${name} ${quoted(value)}`).join(", ");
    return [`lifecycle: ${object}: entering '${stage}' is not said after ${text}`];
  });
}
