import { rowOf } from "../core/attribution/credit-row.ts";
import {
  type CreditStep,
  stepEntries,
  type TakenJourney,
} from "../core/attribution/credit-step.ts";
import { creditSteps } from "../core/attribution/credit-steps.ts";
import { type Attribution, modelsOf } from "../core/attribution/model.ts";
import {
  creditingVersions,
  type ModelVersion,
  shareOutBy,
  versionOf,
} from "../core/attribution/version.ts";
import { firstDayOf, monthOf } from "../core/ledger/calendar.ts";
import { CLOSING_KINDS } from "../core/ledger/entry.ts";
import type { CreditStore } from "./credit-ports.ts";
import { type TakenNow, takeJourney } from "./journey-source.ts";
import { learns } from "./learn-model.ts";
import type { LedgerStore } from "./ledger-ports.ts";
import type { RevenueStore } from "./ports.ts";

/** What crediting has of the outside. */
export interface CreditWorld {
  readonly credits: CreditStore;
  readonly ledger: Pick<LedgerStore, "load" | "closes" | "firstPostedAfter">;
  readonly journeys: RevenueStore;
  readonly attribution: Attribution;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Others that credit the same opportunity take turns; more of them than this are a bug. */
const MOST_ROUNDS = 50;

/**
 * Credits what was posted of an opportunity and is not credited yet, by every version that credits (A19,
 * A21): step by step, each at its own place, and then the rows that follow from the steps. Stopping
 * anywhere is harmless: whoever credits it again puts the same rows, of which those that are there stay.
 */
export async function creditOpportunity(world: CreditWorld, opportunityId: string): Promise<void> {
  const steps = await bringUpToDate(world, opportunityId, missingEntry);
  await keepRows(world, steps, await creditingNow(world));
}

/**
 * Takes the journey of a won opportunity once more, where more or other is known of it by now, and its
 * month is open (A20).
 */
export async function retakeJourney(world: CreditWorld, opportunityId: string): Promise<void> {
  const before = await world.credits.stepsOf(opportunityId);
  if (before.length === 0) return;
  const steps = await bringUpToDate(world, opportunityId, otherJourney);
  if (steps.length > before.length) await keepRows(world, steps, await creditingNow(world));
}

/** Puts what these versions credit of the steps. */
export async function keepRows(
  { credits }: Pick<CreditWorld, "credits">,
  steps: readonly CreditStep[],
  versions: readonly ModelVersion[],
): Promise<void> {
  const rows = versions.flatMap((version) =>
    creditSteps(steps, shareOutBy(version)).map((credited) => rowOf(version, credited)),
  );
  await credits.keepCredits(rows);
}

/** The versions by which is credited what is posted now. Of each model that is new, its first one is kept. */
export async function creditingNow({
  credits,
  attribution,
  ledger,
  now,
}: Omit<CreditWorld, "journeys">): Promise<ModelVersion[]> {
  const known = await credits.versions();
  const names = new Set(known.versions.map(({ model }) => model));
  const fresh = modelsOf(attribution).filter(
    ({ name, definition }, place, all) =>
      !names.has(name) &&
      !learns(definition) &&
      all.findIndex((one) => one.name === name) === place,
  );
  if (fresh.length === 0) return creditingVersions(known);
  await credits.keepBeginning(beginning(await ledger.firstPostedAfter(""), now()));
  for (const model of fresh) {
    const made = { madeAt: "", by: "Accord", because: "the first of its name" };
    await credits.keepVersion(versionOf(model, made));
    await credits.putInForce({ model: model.name, version: model.version, since: "" });
  }
  return creditingVersions(await credits.versions());
}

/** An index may show an entry some moments late: the month is begun early rather than late. */
const LATE_MS = 3_600_000;

function beginning(first: string | undefined, nowMs: number): string {
  const early = new Date(nowMs - LATE_MS).toISOString();
  return firstDayOf(monthOf(first !== undefined && first < early ? first : early));
}

type Next = (
  world: CreditWorld,
  opportunityId: string,
  steps: readonly CreditStep[],
) => Promise<Omit<CreditStep, "number" | "opportunityId"> | undefined>;

/** Adds steps until there is none to add. Whoever loses a place looks again. */
async function bringUpToDate(
  world: CreditWorld,
  opportunityId: string,
  nextOf: Next,
): Promise<readonly CreditStep[]> {
  let steps = await world.credits.stepsOf(opportunityId);
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const next = await nextOf(world, opportunityId, steps);
    if (!next) return steps;
    const step = { ...next, opportunityId, number: steps.length + 1 };
    const isMine = (await world.credits.addStep(step)) === "added";
    steps = isMine ? [...steps, step] : await world.credits.stepsOf(opportunityId);
  }
  throw new Error(`opportunity ${opportunityId} is credited by others without an end`);
}

const missingEntry: Next = async (world, opportunityId, steps) => {
  const credited = new Set(steps.flatMap(({ entry }) => (entry ? [entry.sequence] : [])));
  const { entries } = await world.ledger.load(opportunityId);
  const place = entries.findIndex(({ sequence }) => !credited.has(sequence));
  const posted = entries[place];
  const entry = stepEntries(entries)[place];
  if (!posted || !entry) return undefined;
  const isTaken = entry.kind !== "booked" && steps.length > 0;
  if (isTaken) return { at: posted.postedAt, entry };
  const taken = (await takeJourney(world.journeys, opportunityId)) ?? NOTHING_KNOWN;
  return { at: posted.postedAt, entry, taken: { ...taken, takenAt: nowIn(world) } };
};

/** Of an opportunity whose record is gone: there is nobody to credit. */
const NOTHING_KNOWN: TakenNow = {
  closing: { closedOn: "", openedAt: null },
  persons: [],
  roleIds: [],
  dimensions: {},
};

const otherJourney: Next = async (world, opportunityId, steps) => {
  const last = steps.findLast(({ taken }) => taken)?.taken;
  const isClosing = ({ entry }: CreditStep) => entry && CLOSING_KINDS.has(entry.kind);
  const closing = steps.findLast(isClosing)?.entry;
  if (!last || !closing?.won.after) return undefined;
  if (await isClosed(world, closing.effectiveDay)) return undefined;
  const now = await takeJourney(world.journeys, opportunityId);
  if (!now || textOf(now) === textOf(last)) return undefined;
  const takenAt = nowIn(world);
  return { at: takenAt, taken: { ...now, takenAt } };
};

async function isClosed({ ledger }: CreditWorld, day: string): Promise<boolean> {
  return (await ledger.closes()).some(({ period }) => period >= monthOf(day));
}

/** What models look at, in an order of its own. */
function textOf({ closing, persons, roleIds }: Omit<TakenJourney, "takenAt">): string {
  const told = persons.map(({ id, touches, leadCreatedAt, mqlAt, sqlAt }) => [
    ...[id, leadCreatedAt, mqlAt, sqlAt],
    touches
      .map((one) =>
        JSON.stringify([
          one.id,
          one.at,
          one.kind,
          one.channel,
          one.details,
          one.title,
          one.campaign,
        ]),
      )
      .sort(),
  ]);
  return JSON.stringify([closing.closedOn, closing.openedAt, told, roleIds]);
}

function nowIn({ now }: CreditWorld): string {
  return new Date(now()).toISOString();
}
