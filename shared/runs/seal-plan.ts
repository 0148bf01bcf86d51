import { createHash } from "node:crypto";
import { PARTS, type RunMessage, type RunWorld } from "./ports.ts";
import { rehearsalsFor } from "./rehearse.ts";
import { NO_TOTALS, sumTotals, totalsOf } from "./totals.ts";

const PAGE = 500;

type SealMessage = Extract<RunMessage, { step: "seal" }>;

/** Sums up one part of a plan; with the last one, the plan has its hash, and is rehearsed. */
export async function sealPart(
  { runs, queue }: RunWorld,
  { plan: id, part }: SealMessage,
): Promise<void> {
  const plan = await runs.loadPlan(id);
  if (plan?.state !== "sealing") return;
  let totals = NO_TOTALS;
  const hash = createHash("sha256");
  for (const kind of plan.request.kinds)
    for (let after: string | undefined, isFirst = true; isFirst || after !== undefined; ) {
      const page = await runs.itemsOf({ plan: id, kind, part }, after, PAGE);
      totals = sumTotals([totals, ...page.items.map(totalsOf)]);
      for (const { digest } of page.items) hash.update(digest);
      after = page.next;
      isFirst = false;
    }
  await runs.keepSeal(id, part, { totals, hash: hash.digest("hex") });
  const open = await runs.close({ job: "plan", id }, sealingOf(part));
  if (open.length > 0) return;
  const seals = await runs.sealsOf(id);
  const sealed = {
    totals: sumTotals(seals.map((seal) => seal.totals)),
    hash: hashOf(seals.map((seal) => seal.hash)),
  };
  const rehearsals = rehearsalsFor({ ...plan, ...sealed });
  await runs.changePlan(id, {
    ...sealed,
    ...(rehearsals.length === 0 ? { state: "ready", rehearsals: [] } : {}),
  });
  await queue.send(rehearsals, 0);
}

/** The piece of a plan that sums up a part. */
function sealingOf(part: string): string {
  return `seal ${part}`;
}

export const SEALINGS = PARTS.map(sealingOf);

function hashOf(hashes: readonly string[]): string {
  return createHash("sha256").update(hashes.join()).digest("hex");
}
