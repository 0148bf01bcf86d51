import {
  type Attribution,
  checkAttribution,
  findModel,
  type Model,
  modelsOf,
} from "../core/attribution/model.ts";
import { breakdownNames, breakdownOf } from "./breakdown.ts";

/** What was asked for is not there, or cannot be said. `reason` is one line that says what to do. */
export interface RevenueRefusal {
  readonly refused:
    | "models-contradictory"
    | "model-unknown"
    | "breakdown-unknown"
    | "too-few-journeys"
    | "too-many-states";
  readonly reason: string;
}

/** The model of a name; none, where the declaration of any contradicts itself (A12). */
export function modelNamed(attribution: Attribution, name: string): Model | RevenueRefusal {
  const problems = checkAttribution(attribution);
  if (problems.length > 0) return { refused: "models-contradictory", reason: problems.join("; ") };
  const models = modelsOf(attribution);
  const names = [...new Set(models.map((model) => model.name))].join(", ");
  return (
    findModel(models, name) ?? {
      refused: "model-unknown",
      reason: `there is no model '${name}'; there is: ${names}`,
    }
  );
}

export function breakdownNamed(
  by: string,
): NonNullable<ReturnType<typeof breakdownOf>> | RevenueRefusal {
  return (
    breakdownOf(by) ?? {
      refused: "breakdown-unknown",
      reason: `there is no breakdown '${by}'; there is: ${breakdownNames.join(", ")}`,
    }
  );
}
