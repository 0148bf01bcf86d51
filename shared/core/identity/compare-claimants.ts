/** One of two records of ours that are found to be one. */
export interface Claimant {
  readonly id: string;
  /** Not stored yet, or forgotten: it has no history to go on with. */
  readonly isNew: boolean;
  readonly isLinkedOnBothSides: boolean;
  /** It holds the CRM record that they share. */
  readonly holdsShared: boolean;
  /** When the first of its own CRM records was created; undefined where it has none besides. */
  readonly bornMs: number | undefined;
  /** The id of that record: many are created in one second, and ids do not hang on who was told of first. */
  readonly bornAs: string;
  /** When we first knew of it; an ISO instant. */
  readonly createdAt: string;
}

/** Negative where `one` goes on for both: rule I4. */
export function compareClaimants(one: Claimant, other: Claimant): number {
  const bothLinked = one.isLinkedOnBothSides && other.isLinkedOnBothSides;
  return (
    Number(one.isNew) - Number(other.isNew) ||
    Number(other.isLinkedOnBothSides) - Number(one.isLinkedOnBothSides) ||
    (bothLinked ? Number(other.holdsShared) - Number(one.holdsShared) : 0) ||
    (one.bornMs ?? Number.MAX_VALUE) - (other.bornMs ?? Number.MAX_VALUE) ||
    order(one.bornAs, other.bornAs) ||
    order(one.createdAt, other.createdAt) ||
    order(one.id, other.id)
  );
}

function order(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
