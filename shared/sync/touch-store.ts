import type { Touch } from "../core/touches/touch.ts";

/** The touches of persons, kept beside their records. */
export interface TouchStore {
  /** By the person's record id, oldest first; a person without touches is not in the answer. */
  touchesOf(personIds: readonly string[]): Promise<ReadonlyMap<string, readonly Touch[]>>;
  /**
   * Remembers touches of a person, in the order given, each unless a later account of it is there
   * (rule T3): keeping one twice, or late, changes nothing.
   */
  keepTouches(personId: string, touches: readonly Touch[]): Promise<void>;
}
