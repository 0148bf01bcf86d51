import { type Breakdown, breakdownNames, breakdownOf } from "./breakdown.ts";

/** What was asked for is not there, or cannot be said. `reason` is one line that says what to do. */
export interface RevenueRefusal {
  readonly refused:
    | "models-contradictory"
    | "model-unknown"
    | "breakdown-unknown"
    | "too-few-journeys"
    | "too-many-states"
    | "not-learnt"
    | "not-yet"
    | "not-credited-yet"
    | "being-made"
    | "replaced"
    | "too-many-rows";
  readonly reason: string;
}

export function breakdownNamed(by: string, own: readonly string[]): Breakdown | RevenueRefusal {
  return (
    breakdownOf(by, own) ?? {
      refused: "breakdown-unknown",
      reason: `there is no breakdown '${by}'; there is: ${breakdownNames(own).join(", ")}`,
    }
  );
}
