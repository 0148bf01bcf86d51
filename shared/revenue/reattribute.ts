import type { EndedJourney } from "../core/attribution/learn.ts";
import { findModel, modelsOf } from "../core/attribution/model.ts";
import { isMade, type ModelVersion, versionAt, versionOf } from "../core/attribution/version.ts";
import { monthAfter, monthOf } from "../core/ledger/calendar.ts";
import { inParallel } from "../sync/in-parallel.ts";
import { creditingNow, keepRows } from "./credit-opportunity.ts";
import type { CreditStore, StepsPage } from "./credit-ports.ts";
import { endedJourneys, learnModel, learns } from "./learn-model.ts";
import type { RevenueRefusal } from "./refusal.ts";
import { type SealWorld, sealedUntil, sealNext } from "./seal-blocks.ts";

/** A piece of the work of crediting. A version is named by its model and its name. */
export type CreditMessage =
  | {
      readonly step: "ledger-learn";
      readonly run: string;
      readonly model: string;
      readonly definition: string;
      readonly by: string;
      readonly because: string;
      readonly page: number;
      readonly after?: string;
      readonly attempt: number;
    }
  | {
      readonly step: "ledger-credit";
      readonly model: string;
      readonly version: string;
      readonly shard: string;
      readonly month: string;
      readonly page: number;
      readonly after?: string;
      readonly attempt: number;
    }
  | {
      readonly step: "ledger-sum";
      readonly model: string;
      readonly version: string;
      readonly attempt: number;
    }
  /** Of every version, once an hour. */
  | { readonly step: "ledger-sums"; readonly attempt: number };

/** How far a version is that is being made. */
export interface Progress {
  readonly model: string;
  readonly version: string;
  readonly state: "being-made" | "in-force" | "replaced";
  /** Opportunities that it credits so far. */
  readonly credited: number;
  /** Of sixteen parts of them, those that are done. */
  readonly parts: number;
  /** Until when what was posted is summed; the empty text: nothing is. */
  readonly sums: string;
}

export interface ReattributeWorld extends SealWorld {
  readonly credits: CreditStore;
  readonly queue: { send(messages: readonly CreditMessage[], delaySeconds: number): Promise<void> };
}

const SHARDS = [..."0123456789abcdef"];

/** Opportunities of one piece: some seconds of work. */
const MOST_STEPS = 200;

interface Asked {
  readonly model: string;
  readonly run: string;
  readonly by: string;
  readonly because: string;
}

/**
 * Begins to credit all that was ever posted by the definition that is declared last under a name, or by
 * what a model learns from the journeys of today. The version before goes on until all is credited: then
 * the name stands for the new one (A21). Asked again, it goes on where it was, or does nothing twice.
 */
export async function reattribute(
  world: ReattributeWorld,
  { model: name, run, by, because }: Asked,
): Promise<{ readonly version?: string } | RevenueRefusal> {
  const model = findModel(modelsOf(world.attribution), name);
  if (!model) {
    const names = [...new Set(world.attribution.models.map((one) => one.name))].join(", ");
    return { refused: "model-unknown", reason: `there is no model '${name}'; there is: ${names}` };
  }
  await creditingNow(world);
  if (learns(model.definition)) {
    const asked = { run, model: model.name, definition: model.version, by, because };
    await world.queue.send([{ step: "ledger-learn", ...asked, page: 0, attempt: 0 }], 0);
    return {};
  }
  await begin(world, versionOf(model, { madeAt: nowIn(world), by, because }));
  return { version: model.version };
}

/** Keeps the version, unless it is in force or being made already, and sends for its credits. */
async function begin(world: ReattributeWorld, version: ModelVersion): Promise<void> {
  const known = await world.credits.versions();
  const held = versionAt(known, version.model, nowIn(world));
  const isKnown = known.versions.some(
    (one) => one.version === version.version && one.model === version.model && !isMade(known, one),
  );
  if (held?.version !== version.version && !isKnown) await world.credits.keepVersion(version);
  const named = { model: version.model, version: version.version };
  const month = await firstMonth(world);
  await world.queue.send(
    SHARDS.map((shard) => ({ step: "ledger-credit", ...named, shard, month, page: 0, attempt: 0 })),
    0,
  );
}

async function firstMonth(world: ReattributeWorld): Promise<string> {
  return monthOf((await world.credits.firstStepAfter("")) ?? nowIn(world));
}

/** Does one piece. Whoever dies in it leaves the message, and it is done again, to the same end. */
export async function workOffCredits(
  world: ReattributeWorld,
  message: CreditMessage,
): Promise<void> {
  switch (message.step) {
    case "ledger-learn":
      return learnPage(world, message);
    case "ledger-credit":
      return creditPage(world, message);
    case "ledger-sum":
      return sumNext(world, message);
    case "ledger-sums":
      return sumAll(world);
  }
}

type Of<Step extends CreditMessage["step"]> = Extract<CreditMessage, { step: Step }>;

/** Reads the journeys of a page of opportunities; at the end, learns from them all. */
async function learnPage(world: ReattributeWorld, message: Of<"ledger-learn">): Promise<void> {
  const { run, page, after, by, because } = message;
  const model = modelsOf(world.attribution).find(
    (one) => one.name === message.model && one.version === message.definition,
  );
  if (!model) return;
  const { opportunities, next } = await world.journeys.page(after);
  const ended = await endedJourneys(world.journeys, opportunities, model);
  await world.credits.keepEnded(run, page, ended);
  if (next !== undefined) {
    await world.queue.send([{ ...message, page: page + 1, after: next, attempt: 0 }], 0);
    return;
  }
  const learned = learnModel(model, await allEnded(world, run));
  if ("refused" in learned) return world.credits.endRun(run, { refused: learned.reason });
  await begin(world, versionOf(model, { madeAt: nowIn(world), by, because }, learned));
  await world.credits.endRun(run, { version: learned.version });
}

/** An opportunity that moved while it was read is on two pages, and counts once. */
async function allEnded(world: ReattributeWorld, run: string): Promise<EndedJourney[]> {
  const found = new Map<string, EndedJourney>();
  for await (const page of world.credits.ended(run))
    for (const one of page) found.set(one.opportunityId, one);
  return [...found.values()];
}

/** Credits the opportunities whose first step is on a page of the steps of a month. */
async function creditPage(world: ReattributeWorld, message: Of<"ledger-credit">): Promise<void> {
  const { model, version: name, shard, month, page, after } = message;
  const version = (await world.credits.versions()).versions.findLast(
    (one) => one.model === model && one.version === name,
  );
  if (!version) return;
  const { steps, next } = await world.credits.stepsPage({ month, shard }, after, MOST_STEPS);
  const ids = steps.flatMap(({ number, opportunityId }) => (number === 1 ? [opportunityId] : []));
  await inParallel(ids, (id) => creditWhole(world, id, version));
  const further = nextPage({ month, next }, monthOf(nowIn(world)));
  const done = further === undefined;
  await world.credits.keepProgress(version, { shard, page, credited: ids.length, done });
  const follow = { ...message, page: page + 1, attempt: 0 };
  if (further) await world.queue.send([{ ...follow, ...further }], 0);
  else await world.queue.send([{ step: "ledger-sum", model, version: name, attempt: 0 }], 0);
}

async function creditWhole(
  world: ReattributeWorld,
  id: string,
  version: ModelVersion,
): Promise<void> {
  await keepRows(world, await world.credits.stepsOf(id), [version]);
}

function nextPage(
  { month, next }: { readonly month: string } & Pick<StepsPage, "next">,
  last: string,
): { readonly month: string; readonly after?: string } | undefined {
  if (next !== undefined) return { month, after: next };
  return month < last ? { month: monthAfter(month) } : undefined;
}

/** Sums a stretch of what a version credits; once all is credited and summed, its name stands for it. */
async function sumNext(world: ReattributeWorld, message: Of<"ledger-sum">): Promise<void> {
  const known = await world.credits.versions();
  const version = known.versions.findLast(
    (one) => one.model === message.model && one.version === message.version,
  );
  if (!version) return;
  const { parts } = await progressOf(world, version);
  const held = versionAt(known, version.model, nowIn(world));
  if (held?.version !== version.version && parts < SHARDS.length) return;
  if (await sealNext(world, version)) return world.queue.send([{ ...message, attempt: 0 }], 0);
  if (held?.version === version.version) return;
  const { model, version: name } = version;
  await world.credits.putInForce({ model, version: name, since: nowIn(world) });
}

async function sumAll(world: ReattributeWorld): Promise<void> {
  const versions = await creditingNow(world);
  await world.queue.send(
    versions.map(({ model, version }) => ({ step: "ledger-sum", model, version, attempt: 0 })),
    0,
  );
}

/** How far a version is. */
export async function progressOf(
  world: Pick<ReattributeWorld, "blocks" | "credits" | "now">,
  version: Pick<ModelVersion, "model" | "version">,
): Promise<Progress> {
  const { model, version: name } = version;
  const pages = await world.credits.progress(version);
  const known = await world.credits.versions();
  const held = versionAt(known, model, new Date(world.now()).toISOString());
  const wasHeld = known.inForce.some((one) => one.model === model && one.version === name);
  const other = wasHeld ? "replaced" : "being-made";
  return {
    model,
    version: name,
    state: held?.version === name ? "in-force" : other,
    credited: pages.reduce((sum, { credited }) => sum + credited, 0),
    parts: new Set(pages.filter(({ done }) => done).map(({ shard }) => shard)).size,
    sums: await sealedUntil(world, version),
  };
}

function nowIn({ now }: Pick<ReattributeWorld, "now">): string {
  return new Date(now()).toISOString();
}
