import type { Ref } from "../../../../shared/sync/ports.ts";
import type { AccordRecord } from "../../../../shared/sync/record.ts";
import type { HistoryEntry } from "../../../../shared/sync/record-store.ts";
import type { Wrote } from "../history.ts";
import type { Typed } from "../story/people.ts";
import type { Story } from "../story/story.ts";
import type { Row } from "./read-sides.ts";

/** Everything there is once a story has come to rest. */
export interface Ending {
  readonly story: Story;
  readonly isSettled: boolean;
  /** Living records of both CRMs at rest, and some days later. */
  readonly rows: readonly Row[];
  readonly rowsLater: readonly Row[];
  readonly wrote: readonly Wrote[];
  /** Writes in the days in which nobody did anything. */
  readonly wroteLater: readonly Wrote[];
  readonly records: readonly AccordRecord[];
  readonly history: readonly HistoryEntry[];
  readonly typed: readonly Typed[];
  /** CRM records that people made one, by a merge or a conversion. */
  readonly united: readonly (readonly [Ref, Ref])[];
  /** Whether a person deleted the record. */
  readonly isDeleted: (system: string, id: string) => boolean;
}

/** A promise that was not kept, and where. */
export interface Violation {
  readonly check: string;
  readonly promise: string;
  readonly words: string;
}

/** One thing that must be true at the end, whatever happened. */
export interface Check {
  readonly name: string;
  readonly promise: string;
  /** What is not as it should be, in words. */
  readonly find: (ending: Ending) => string[];
}
