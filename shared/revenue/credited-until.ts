import type { VersionName } from "../core/attribution/credit-row.ts";
import { type SealWorld, sealedUntil, uncredited } from "./seal-blocks.ts";

/**
 * Until when a version credits all that was posted, a moment at most. Where of the time since its last sums
 * something is not credited yet, it is until these: an hour is summed when all of it is credited.
 *
 * @returns An instant; the empty text: nothing is sure yet.
 */
export async function creditedUntil(
  world: Pick<SealWorld, "ledger" | "credits" | "blocks">,
  version: VersionName,
  moment: string,
): Promise<string> {
  const sealed = await sealedUntil(world, version);
  if (sealed >= moment) return moment;
  const { begunAt = "" } = await world.credits.versions();
  const span = { from: sealed || begunAt, to: moment };
  const { entries, rows } = await uncredited(world, version, span);
  return entries.length + rows.length === 0 ? moment : sealed;
}
