import { createHash } from "node:crypto";
import type { PlanItem } from "./plan.ts";

/** The part that an item stands in: evenly spread, and always the same. */
export function partOf({ key }: Pick<PlanItem, "key">): string {
  return createHash("sha256").update(key).digest("hex").slice(0, 1);
}
