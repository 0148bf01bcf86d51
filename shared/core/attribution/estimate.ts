/** Groups of journeys that are left out in turn, to see how much hangs on which journeys were seen. */
export const GROUPS = 20;

/** Journeys that ended, each in one of the groups. */
export interface Grouped {
  readonly sources: readonly string[];
  readonly journeys: readonly {
    readonly won: boolean;
    /** Below `GROUPS`. */
    readonly group: number;
    /** Places in `sources`, in the order of the touches. */
    readonly path: readonly number[];
  }[];
}

export interface Estimate {
  /** By source, all groups counted but `without`. Undefined: those journeys tell nothing. */
  sharesWithout(without: number | undefined): Float64Array | undefined;
  /** By source, where the model has them. */
  readonly removalEffects?: Float64Array;
}

/** Why a model says nothing, in one line. */
export interface LearningRefusal {
  readonly refused: "too-few-journeys" | "too-many-states";
  readonly reason: string;
}
