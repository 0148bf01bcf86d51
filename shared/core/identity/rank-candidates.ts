/** A CRM record that has an identifying value, as rule I2 ranks it. */
export interface Candidate {
  readonly object: string;
  readonly id: string;
  readonly createdAtMs: number;
  /** An id says that it belongs to one on the other side: ours on both, or one CRM's on the other's. */
  readonly carriesId: boolean;
  /** The value is its first one; false where it is a secondary e-mail address. */
  readonly isPrimary: boolean;
}

/**
 * The candidates of one system in the order in which they stand for all of them: rule I2.
 *
 * @param objects - The system's objects, in the mapping's order.
 */
export function rankCandidates<One extends Candidate>(
  candidates: readonly One[],
  objects: readonly string[],
): One[] {
  return [...candidates].sort(
    (one, other) =>
      Number(other.carriesId) - Number(one.carriesId) ||
      Number(other.isPrimary) - Number(one.isPrimary) ||
      objects.indexOf(one.object) - objects.indexOf(other.object) ||
      one.createdAtMs - other.createdAtMs ||
      (one.id < other.id ? -1 : 1),
  );
}
