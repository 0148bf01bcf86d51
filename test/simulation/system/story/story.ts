import type { System } from "../../../../shared/core/reconcile/system.ts";
import type { FieldName } from "./fields.ts";

/** Somebody or something in the world, such as `person 3`, whatever CRM records it has. */
export type Thing = string;

/** What people do. Each names the thing it is about; a thing that is not there is left alone. */
export type Action =
  | {
      readonly kind: "create";
      readonly system: System;
      readonly object: string;
      readonly thing: Thing;
      readonly values: Values;
      /** Of an opportunity: its company and its person. */
      readonly company?: Thing;
      readonly person?: Thing;
    }
  | {
      readonly kind: "edit";
      readonly system: System;
      readonly thing: Thing;
      readonly values: Values;
    }
  | { readonly kind: "delete"; readonly system: System; readonly thing: Thing }
  | { readonly kind: "restore"; readonly system: System; readonly thing: Thing }
  | { readonly kind: "convert"; readonly thing: Thing; readonly company?: Thing }
  | {
      readonly kind: "merge";
      readonly system: System;
      readonly thing: Thing;
      readonly other: Thing;
    }
  | {
      readonly kind: "relate";
      readonly system: System;
      readonly thing: Thing;
      readonly person: Thing;
      readonly present: boolean;
    };

/** By field; null clears it. */
export type Values = Readonly<Partial<Record<FieldName, string | null>>>;

export interface Happening {
  /** After the beginning of the story. */
  readonly atMs: number;
  readonly action: Action;
}

/** What goes wrong with a call to a CRM. `after`: once it took effect. */
export const CALL_FAULTS = [
  "throttled",
  "unavailable",
  "unavailable-after",
  "reset",
  "reset-after",
  "no-answer",
  "no-answer-after",
  "late-landing",
  "slow",
] as const;

/** What goes wrong with a notice of a CRM on its way to Accord. */
export const NOTICE_FAULTS = ["lost", "twice", "late", "out-of-order"] as const;

/** What goes wrong inside of Accord. */
export const OFFICE_FAULTS = [
  "crash-before",
  "crash-after",
  "store-fails",
  "store-fails-after",
  "queue-fails",
  "queue-fails-after",
  "given-out-twice",
  "poll-dies",
] as const;

export type FaultKind =
  | (typeof CALL_FAULTS)[number]
  | (typeof NOTICE_FAULTS)[number]
  | (typeof OFFICE_FAULTS)[number]
  | "outage"
  /** A transaction of Salesforce's whose rows are seen long after the moment they are stamped with. */
  | "late-commit";

/** Meets what comes next of its kind once its moment has come, after `skip` others. */
export interface Fault {
  readonly atMs: number;
  readonly kind: FaultKind;
  readonly system?: System;
  readonly skip: number;
  /** How long it lasts, for what lasts. */
  readonly forMs: number;
}

/** All that a history is made of. Given the same, the same happens. */
export interface Story {
  readonly seed: number;
  readonly mode: "sync" | "observe";
  readonly happenings: readonly Happening[];
  readonly faults: readonly Fault[];
  /** How far the clocks of the CRMs are ahead of the workers'. */
  readonly skewMs: Readonly<Record<System, number>>;
  /** Whether the CRMs tell of changes at all; without, polls are all there is. */
  readonly tells: Readonly<Record<System, boolean>>;
  /** Whether polls and sweeps look in before all has come to rest. */
  readonly polls: boolean;
  /** Between these moments after the beginning, Accord neither polls nor is told of anything. */
  readonly silence?: { readonly fromMs: number; readonly untilMs: number };
}
