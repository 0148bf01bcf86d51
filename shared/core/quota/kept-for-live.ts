/** Of each window, what bulk never takes (Q2): enough for a change that comes alone, and little to lose. */
export function keptForLive(limit: number): number {
  return Math.ceil(limit * 0.04);
}
