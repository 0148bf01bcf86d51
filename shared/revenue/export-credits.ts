import { type ModelVersion, retiredAt } from "../core/attribution/version.ts";
import { type ReportWorld, versionAsked } from "./asked-version.ts";
import { SETTLED_AFTER_MS } from "./close-period.ts";
import { creditRows } from "./credit-table.ts";
import { creditedUntil } from "./credited-until.ts";
import { type ExportAsked, type ExportPage, monthBehind, placeIn } from "./export-entries.ts";
import type { RevenueRefusal } from "./refusal.ts";

interface CreditsAsked extends ExportAsked {
  /** A model's name, or its name and version, `u-shaped@1f0c9a2e`. */
  readonly model: string;
}

interface CreditsPage extends ExportPage {
  /** Which version this is of, as the next page is asked for it. */
  readonly model: string;
}

/**
 * A page of what a version credits, in the order in which it was posted. All pages add up to what the
 * report says as of the same moment: that of the question, or the last one that all is settled and
 * credited of.
 */
export async function exportCredits(
  world: ReportWorld,
  asked: CreditsAsked,
): Promise<CreditsPage | RevenueRefusal> {
  const settled = new Date(world.now() - SETTLED_AFTER_MS).toISOString();
  // A name stands for what it stood for at the moment that the file is of.
  const named = asked.asOf ?? (asked.model.includes("@") ? undefined : settled);
  const version = await versionAsked(world, { model: asked.model, asOf: named });
  if ("refused" in version) return version;
  const asOf = await momentOf(world, { asked, version, settled });
  if (typeof asOf === "object") return asOf;
  const { from = "", to } = asked;
  const { month, place } = placeIn(asked, world.ledger);
  const [page, closes] = await Promise.all([
    world.credits.page(version, month, place),
    world.ledger.closes(),
  ]);
  const known = closes.filter(({ closedAt }) => closedAt <= asOf);
  const rows = page.items
    .filter(
      ({ at, effectiveDay: day }) => at <= asOf && day >= from && (to === undefined || day < to),
    )
    .flatMap((row) => creditRows(row, known));
  const next = page.next === undefined ? monthBehind(month, asOf) : `${month}|${page.next}`;
  const answer = { asOf, model: `${version.model}@${version.version}`, rows };
  return next === undefined ? answer : { ...answer, next };
}

/** As of when the file is. Asked for as of a moment, all that was posted by then has to be credited. */
async function momentOf(
  world: ReportWorld,
  {
    asked: { asOf, after },
    version,
    settled,
  }: {
    readonly asked: CreditsAsked;
    readonly version: ModelVersion;
    readonly settled: string;
  },
): Promise<string | RevenueRefusal> {
  // Of a page behind another the first one has looked.
  if (asOf !== undefined && after !== undefined) return asOf;
  const retired = retiredAt(await world.credits.versions(), version) ?? settled;
  const wanted = asOf ?? (retired < settled ? retired : settled);
  const until = await creditedUntil(world, version, wanted);
  if (until === "" || (asOf !== undefined && until < asOf))
    return {
      refused: "not-credited-yet",
      reason: `something that was posted by ${wanted} is not credited yet: ask again in a minute`,
    };
  return until;
}
