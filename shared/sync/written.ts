import type { System } from "../core/reconcile/system.ts";
import type { RecordWrite, RelationResult, RelationWrite, WriteResult } from "./ports.ts";

/** A write with what came of it. */
export interface Written {
  readonly system: System;
  readonly write: RecordWrite;
  readonly result: WriteResult;
}

/** A relation to write, once the opportunity's own id in that system is known. */
export interface IntendedRelation extends Omit<RelationWrite, "opportunityId"> {
  readonly system: System;
  /** Our id of the person or company. */
  readonly member: string;
}

/** A relation that was to be written, with what came of it. */
export interface Related {
  readonly intended: IntendedRelation;
  readonly result: RelationResult;
}
