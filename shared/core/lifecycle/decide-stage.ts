import type { FieldValue } from "../reconcile/field-value.ts";
import { SYSTEMS, type System } from "../reconcile/system.ts";
import { isStage, type LifecycleMachine, transitionOf } from "./machine.ts";

/** A side that has moved since both sides were last settled. */
export interface StageMove {
  readonly to: FieldValue;
  /** Epoch milliseconds; undefined where it is not known. */
  readonly editedAtMs: number | undefined;
}

export interface StageQuestion {
  readonly machine: LifecycleMachine;
  /** What both sides are to say, by the last decision. */
  readonly desired: FieldValue;
  /** The last stage of the history; null before the first. */
  readonly known: FieldValue;
  /** The sides that moved. */
  readonly moves: Partial<Readonly<Record<System, StageMove>>>;
  readonly skewMs: number;
  readonly tieBreaker: System;
}

/** One more entry of the stage history. */
interface StageStep {
  readonly stage: string;
  readonly by: System | "both";
  readonly transition: string;
}

export interface StageVerdict {
  /** What both sides are to say now. */
  readonly stage: FieldValue;
  /** The side whose move decided; undefined where nothing was decided. */
  readonly by: System | "both" | undefined;
  readonly steps: readonly StageStep[];
  /** Sides whose move is refused, with the rule's name (L4, L5). */
  readonly illegal: Partial<Readonly<Record<System, string>>>;
  /** The side whose move gave way to another and is no step of the history. */
  readonly lost: System | undefined;
  /** The decision hangs on when the sides moved. */
  readonly asksTimes: boolean;
}

const FIRST_SEEN = "first seen";

interface Judgement {
  readonly system: System | "both";
  readonly to: FieldValue;
  readonly editedAtMs: number | undefined;
  readonly is: "legal" | "undeclared" | "illegal";
  /** Of a legal move: its name. Of an illegal one: the rule's. */
  readonly name: string;
  readonly way: "forward" | "back";
}

/** Decides the stage of a person. Rules L3 to L9 of SPEC.md. */
export function decideStage(question: StageQuestion): StageVerdict {
  const moves = movesOf(question);
  const [one, other] = moves;
  if (!one) return unmoved(question);
  if (!other) return decideOne(question, one);
  return decideTwo(question, one, other);
}

/** Sides that say another stage than the desired one, judged. Two that say the same are one move. */
function movesOf(question: StageQuestion): Judgement[] {
  const { moves, desired, known } = question;
  const systems = SYSTEMS.filter((system) => {
    const move = moves[system];
    return move && move.to !== desired;
  });
  const [first, second] = systems.flatMap((system) => moves[system] ?? []);
  if (first && second && first.to === second.to)
    return [judge(question, known, { ...first, system: "both" })];
  // A blank beside a stage is no opinion (L5).
  const spoken = systems.filter((system) => moves[system]?.to !== null);
  return (spoken.length > 0 ? spoken : systems).flatMap((system) => {
    const move = moves[system];
    return move ? [judge(question, known, { ...move, system })] : [];
  });
}

function judge(
  { machine }: StageQuestion,
  from: FieldValue,
  move: Pick<Judgement, "system" | "to" | "editedAtMs">,
): Judgement {
  const { to } = move;
  if (to === null)
    return { ...move, is: "illegal", name: "L5 a stage is never cleared", way: "back" };
  if (!isStage(machine, to)) return { ...move, is: "undeclared", name: "", way: "forward" };
  if (!isStage(machine, from)) {
    const way = machine.aside.includes(to) ? "back" : "forward";
    return machine.initial.includes(to)
      ? { ...move, is: "legal", name: FIRST_SEEN, way }
      : { ...move, is: "illegal", name: `L4 nobody begins as ${to}`, way };
  }
  if (from === to) return { ...move, is: "legal", name: "", way: "forward" };
  const transition = transitionOf(machine, from, to);
  if (transition) return { ...move, is: "legal", name: transition.name, way: transition.way };
  return { ...move, is: "illegal", name: `L4 ${from} never becomes ${to}`, way: "back" };
}

function unmoved({ desired }: StageQuestion): StageVerdict {
  return {
    stage: desired,
    by: undefined,
    steps: [],
    illegal: {},
    lost: undefined,
    asksTimes: false,
  };
}

function decideOne(question: StageQuestion, move: Judgement): StageVerdict {
  if (move.is === "illegal") return { ...unmoved(question), illegal: refusalsOf(move) };
  return {
    ...unmoved(question),
    stage: move.to,
    by: move.system,
    steps: stepsOf(question.known, move),
  };
}

function refusalsOf({ system, name }: Judgement): Partial<Record<System, string>> {
  return system === "both" ? { hubspot: name, salesforce: name } : { [system]: name };
}

function stepsOf(known: FieldValue, { is, to, name, system }: Judgement): StageStep[] {
  if (is !== "legal" || to === null || to === known) return [];
  return [{ stage: to, by: system, transition: name }];
}

function decideTwo(question: StageQuestion, one: Judgement, other: Judgement): StageVerdict {
  if (one.is === "illegal" && other.is === "illegal")
    return { ...unmoved(question), illegal: { ...refusalsOf(one), ...refusalsOf(other) } };
  if (one.is === "illegal") return decideBeside(question, other, one);
  if (other.is === "illegal") return decideBeside(question, one, other);
  const { winner, asksTimes } = precedence(question, one, other);
  const loser = winner === one ? other : one;
  const verdict = decideOne(question, winner);
  const passed = stepPassed(question, loser, winner);
  if (passed) return { ...verdict, steps: passed, asksTimes };
  return { ...verdict, lost: loser.system === "both" ? undefined : loser.system, asksTimes };
}

/** A legal move, and one that was not: it is judged again from where the legal one has led (L8). */
function decideBeside(question: StageQuestion, legal: Judgement, illegal: Judgement): StageVerdict {
  const first = decideOne(question, legal);
  const known = first.steps.at(-1)?.stage ?? question.known;
  const again = judge(question, known, illegal);
  if (again.is !== "legal") return { ...first, illegal: refusalsOf(again) };
  const second = decideOne({ ...question, known }, again);
  return { ...second, steps: [...first.steps, ...second.steps] };
}

/** L7: the earlier of two forward moves is passed, and a step of the history. */
function stepPassed(
  { machine, known }: StageQuestion,
  loser: Judgement,
  winner: Judgement,
): readonly StageStep[] | undefined {
  if (loser.way !== "forward" || winner.way !== "forward") return undefined;
  if (loser.is !== "legal" || winner.is !== "legal") return undefined;
  if (loser.to === null || winner.to === null) return undefined;
  const onward = transitionOf(machine, loser.to, winner.to);
  if (onward?.way !== "forward") return undefined;
  return [
    ...stepsOf(known, loser),
    { stage: winner.to, by: winner.system, transition: onward.name },
  ];
}

/** L6: which of two legal moves to different stages is followed. */
function precedence(question: StageQuestion, one: Judgement, other: Judgement) {
  const { machine, tieBreaker } = question;
  const decided = (winner: Judgement, asksTimes = false) => ({ winner, asksTimes });
  if (one.is !== other.is) return decided(one.is === "legal" ? one : other);
  const best = [one, other].find(({ to }) => machine.beatsAll.includes(to ?? ""));
  if (best) return decided(best);
  const tied = one.system === tieBreaker ? one : other;
  const later = laterOf(question, one, other);
  if (one.is === "undeclared") return decided(later ?? tied, true);
  const rank = ({ to }: Judgement) => machine.stages.indexOf(to ?? "");
  const further = rank(one) > rank(other) ? one : other;
  if (one.way === "forward" && other.way === "forward") return decided(further);
  if (one.way === other.way) return decided(later ?? further, true);
  return decided(later?.way === "back" ? later : further, true);
}

function laterOf(
  { skewMs }: StageQuestion,
  one: Judgement,
  other: Judgement,
): Judgement | undefined {
  if (one.editedAtMs === undefined || other.editedAtMs === undefined) return undefined;
  if (one.editedAtMs - other.editedAtMs > skewMs) return one;
  if (other.editedAtMs - one.editedAtMs > skewMs) return other;
  return undefined;
}
