import type { Kind, System } from "../core/reconcile/system.ts";
import type { PollCursor } from "../sync/ports.ts";
import type { World } from "../sync/subject.ts";
import type { Finding, Outsider } from "./finding.ts";
import type { Block } from "./row.ts";
import type { CountedSweep, Sweep, SweepState } from "./sweep.ts";
import type { Tally } from "./tally.ts";

/** Rows are spread over this many parts, by the first digit of their keys, and compared side by side. */
export const PARTS = [..."0123456789abcdef"];

/** What a sweep keeps of one kind and part. */
export interface PartOf {
  readonly sweep: string;
  readonly kind: Kind;
  readonly part: string;
}

/** Keys above `after`, and not above `upTo`; without one, from the first or to the last. */
export interface KeyRange {
  readonly after?: string;
  readonly upTo?: string;
}

export function isWithin({ after, upTo }: KeyRange, key: string): boolean {
  return (after === undefined || key > after) && (upTo === undefined || key <= upTo);
}

/** A group of which something was found that may be over soon; nothing of it is told before a second look. */
export interface Doubt {
  readonly key: string;
  /** What was found of which no CRM says since when it is so, by digests of their names. */
  readonly undated: readonly string[];
}

/** What came of a stretch of a part: of all its groups but those in doubt. */
export interface Result {
  readonly tally: Tally;
  readonly findings: readonly Finding[];
  readonly outsiders: readonly Outsider[];
  readonly doubts: readonly Doubt[];
}

/** A stretch that holds groups in doubt. */
export interface Doubtful extends Pick<Result, "tally" | "doubts"> {
  readonly range: KeyRange;
}

interface PageOf<Item> {
  readonly items: readonly Item[];
  /** The last name read, where there is more. */
  readonly next: string | undefined;
}

/** Sweeps and what they find. Whatever is told twice changes nothing: messages come twice. */
export interface SweepStore {
  /** `open` names the pieces of work that it is made of; false: there is such a sweep already. */
  addSweep(sweep: Sweep, open: readonly string[]): Promise<boolean>;
  /** With what was counted so far. */
  loadSweep(id: string): Promise<CountedSweep | undefined>;
  /** Changes a sweep that is in this state; false: it is not. */
  changeSweep(id: string, change: Partial<Sweep>, from: SweepState): Promise<boolean>;
  countRows(id: string, piece: string, rows: number): Promise<void>;
  countCalls(id: string, calls: Readonly<Record<System, number>>): Promise<void>;
  /** A piece of work is done. Answers those that are not. */
  close(id: string, piece: string): Promise<readonly string[]>;
  /** Keeps what one page, by its name, gave to a part. */
  keepBlock(of: PartOf, page: string, block: Block): Promise<void>;
  blocksOf(of: PartOf): Promise<readonly Block[]>;
  /** In place of whatever was kept of this stretch of keys. */
  keepResult(of: PartOf, range: KeyRange, result: Result): Promise<void>;
  doubtsOf(of: PartOf): Promise<readonly Doubtful[]>;
  /** The whole tally of a stretch whose doubts are over, and what was found of those that were in doubt. */
  settle(of: PartOf, stretch: Doubtful, result: Omit<Result, "doubts">): Promise<void>;
  findingsOf(of: PartOf, after: string | undefined, most: number): Promise<PageOf<Finding>>;
  outsidersOf(of: PartOf, after: string | undefined, most: number): Promise<PageOf<Outsider>>;
  /** The latest first. */
  list(most: number): Promise<readonly string[]>;
}

/** One piece of the work of a sweep. It names records by our ids alone. */
export type SweepMessage =
  | { readonly step: "parity-start"; readonly because: string; readonly attempt: number }
  | {
      readonly step: "parity-read";
      readonly sweep: string;
      readonly system: System;
      readonly object: string;
      readonly cursor?: PollCursor;
      readonly rows: number;
      readonly attempt: number;
    }
  | {
      readonly step: "parity-relations";
      readonly sweep: string;
      readonly system: System;
      readonly object: string;
      readonly after?: string;
      readonly rows: number;
      readonly attempt: number;
    }
  | {
      readonly step: "parity-compare";
      readonly sweep: string;
      readonly kind: Kind;
      readonly part: string;
      readonly after?: string;
      /** The second look is at what was in doubt at the first one. */
      readonly look: 1 | 2;
      readonly attempt: number;
    };

export interface SweepQueue {
  send(messages: readonly SweepMessage[], delaySeconds: number): Promise<void>;
}

/** What the work of sweeps needs of the outside. */
export interface SweepWorld {
  readonly world: World;
  readonly sweeps: SweepStore;
  readonly queue: SweepQueue;
  /** CRM calls since it was last asked. */
  readonly callsSinceLast: () => Readonly<Record<System, number>>;
}
